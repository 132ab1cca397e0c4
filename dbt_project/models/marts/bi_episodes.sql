with

latest as (
    select max(published) as published
    from {{ ref('stg_documents') }}
),

changes as (
    select
        episode_id,
        event_id,
        step_number,
        state,
        lag(state) over (
            partition by episode_id
            order by step_number
        ) as state_before
    from {{ ref('fct_episode_steps') }}
),

-- The step that brought the episode into its last state, for the last time where that state came back.
deciding as (
    select
        episode_id,
        max_by(event_id, step_number) as event_id
    from changes
    where state is distinct from state_before
    group by episode_id
)

select
    episodes.episode_id,
    episodes.sender_id,
    senders.name as sender,
    senders.kind as sender_kind,
    senders.country as sender_country,
    episodes.target_id,
    targets.name as target,
    targets.kind as target_kind,
    targets.country as target_country,
    targets.country_name as target_country_name,
    targets.region as target_region,
    episodes.round,
    episodes.state,
    episodes.first_step_on,
    episodes.last_step_on,
    episodes.last_step,
    episodes.first_demanded_on,
    episodes.first_considered_on,
    episodes.first_threatened_on,
    episodes.first_planned_on,
    episodes.withdrawn_on,
    episodes.in_force_from,
    episodes.imposed_on,
    episodes.imposed_precision,
    episodes.tightened_count,
    episodes.extended_count,
    episodes.last_extended_on,
    episodes.eased_count,
    episodes.first_eased_on,
    episodes.relief_planned_on,
    episodes.lifted_on,
    episodes.enforced_count,
    episodes.violated_count,
    episodes.first_violated_on,
    episodes.days_from_threat_to_imposition,
    episodes.days_in_force,
    case
        when episodes.state in ('in_force', 'eased', 'lifted')
            then coalesce(episodes.lifted_on, greatest(latest.published, episodes.last_step_on))
    end as in_force_until,
    list_aggregate(episodes.measures, 'string_agg', ', ') as measures,
    episodes.party_count,
    episodes.event_count,
    episodes.document_count,
    episodes.confidence,
    events.evidence,
    documents.title as document_title,
    documents.url as document_url
from {{ ref('fct_episodes') }} as episodes
inner join deciding on episodes.episode_id = deciding.episode_id
inner join {{ ref('fct_events') }} as events on deciding.event_id = events.event_id
inner join {{ ref('stg_documents') }} as documents on events.evidence_document_id = documents.document_id
inner join {{ ref('dim_party') }} as senders on episodes.sender_id = senders.party_id
inner join {{ ref('dim_party') }} as targets on episodes.target_id = targets.party_id
cross join latest
