with

steps as (
    select
        steps.*,
        steps.state in ('in_force', 'eased', 'lifted') as is_past_imposition,
        events.target_id as party_id,
        events.measures,
        events.document_count,
        events.confidence
    from {{ ref('fct_episode_steps') }} as steps
    inner join {{ ref('fct_events') }} as events on steps.event_id = events.event_id
),

latest as (
    select max(published) as published
    from {{ ref('stg_documents') }}
),

told as (
    select
        episode_id,
        any_value(sender_id) as sender_id,
        any_value(target_id) as target_id,
        any_value(round) as round,
        max_by(state, step_number) as state,
        min(step_on) as first_step_on,
        max(step_on) as last_step_on,
        coalesce(
            max_by(step, step_number) filter (where not is_outside),
            max_by(step, step_number)
        ) as last_step,
        min(step_on) filter (where step = 'demanded' and not is_past_imposition) as first_demanded_on,
        min(step_on) filter (where step = 'considered' and not is_past_imposition) as first_considered_on,
        min(step_on) filter (where step = 'threatened' and not is_past_imposition) as first_threatened_on,
        min(step_on) filter (where step = 'planned' and not is_past_imposition) as first_planned_on,
        max(step_on) filter (where step in ('withdrawn', 'refused') and not is_past_imposition) as withdrawn_on,
        min(step_on) filter (where is_past_imposition) as in_force_from,
        min(step_on) filter (where step = 'imposed') as imposed_on,
        min(step_precision) filter (where step = 'imposed') as imposed_precision,
        count(distinct step_on) filter (where step = 'tightened') as tightened_count,
        count(distinct step_on) filter (where step = 'extended') as extended_count,
        max(step_on) filter (where step = 'extended') as last_extended_on,
        count(distinct step_on) filter (where step = 'eased') as eased_count,
        min(step_on) filter (where step = 'eased') as first_eased_on,
        case
            when
                max_by(step, step_number) filter (where not is_outside and step <> 'enforced') = 'relief_planned'
                and max_by(state, step_number) <> 'lifted'
                then max(step_on) filter (where step = 'relief_planned')
        end as relief_planned_on,
        min(step_on) filter (where step = 'lifted') as lifted_on,
        count(distinct step_on) filter (where step = 'enforced') as enforced_count,
        count(distinct step_on) filter (where step = 'violated') as violated_count,
        min(step_on) filter (where step = 'violated') as first_violated_on,
        list_sort(list_distinct(flatten(list(measures)))) as measures,
        count(distinct party_id) filter (where not is_outside) as party_count,
        count(*) as event_count,
        sum(document_count)::bigint as document_count,
        avg(confidence) as confidence
    from steps
    group by episode_id
)

select
    told.episode_id,
    told.sender_id,
    told.target_id,
    told.round,
    told.state,
    told.first_step_on,
    told.last_step_on,
    told.last_step,
    told.first_demanded_on,
    told.first_considered_on,
    told.first_threatened_on,
    told.first_planned_on,
    told.withdrawn_on,
    told.in_force_from,
    told.imposed_on,
    told.imposed_precision,
    told.tightened_count,
    told.extended_count,
    told.last_extended_on,
    told.eased_count,
    told.first_eased_on,
    told.relief_planned_on,
    told.lifted_on,
    told.enforced_count,
    told.violated_count,
    told.first_violated_on,
    date_diff('day', told.first_threatened_on, told.imposed_on)::integer as days_from_threat_to_imposition,
    date_diff('day', told.imposed_on, coalesce(told.lifted_on, greatest(latest.published, told.last_step_on)))::integer
        as days_in_force,
    told.measures,
    told.party_count,
    told.event_count,
    told.document_count,
    told.confidence
from told
cross join latest
