select
    events.event_id,
    events.date_start,
    events.date_end,
    events.date_precision,
    events.date_basis,
    dates.year,
    dates.year_month,
    actors.name as actor,
    actors.kind as actor_kind,
    actors.country as actor_country,
    actors.country_name as actor_country_name,
    actors.region as actor_region,
    events.action,
    events.status,
    targets.name as target,
    targets.kind as target_kind,
    targets.country as target_country,
    targets.country_name as target_country_name,
    targets.region as target_region,
    senders.name as sender,
    case_targets.name as case_target,
    list_aggregate(events.measures, 'string_agg', ', ') as measures,
    events.mention_count,
    events.document_count,
    events.story_count,
    events.source_count,
    events.first_told,
    events.last_told,
    list_aggregate(events.dates_told, 'string_agg', ', ') as dates_told,
    list_aggregate(events.statuses_told, 'string_agg', ', ') as statuses_told,
    events.is_disputed,
    events.confidence,
    events.evidence_act_id,
    events.evidence,
    events.evidence_trigger,
    events.evidence_trigger_start,
    events.evidence_trigger_end,
    documents.title as document_title,
    documents.source as document_source,
    documents.url as document_url,
    documents.origin as document_origin,
    documents.published as document_published
from {{ ref('fct_events') }} as events
inner join {{ ref('dim_document') }} as documents on events.evidence_document_id = documents.document_id
left join {{ ref('dim_party') }} as actors on events.actor_id = actors.party_id
left join {{ ref('dim_party') }} as targets on events.target_id = targets.party_id
left join {{ ref('dim_party') }} as senders on actors.principal_id = senders.party_id
left join {{ ref('dim_party') }} as case_targets on targets.case_target_id = case_targets.party_id
left join {{ ref('dim_date') }} as dates on events.date_start = dates.date_day
-- The newest lie together: who asks for them reads a few blocks in place of all.
order by
    coalesce(events.first_told, events.date_start) desc nulls last,
    events.date_start desc nulls last,
    events.event_id asc
