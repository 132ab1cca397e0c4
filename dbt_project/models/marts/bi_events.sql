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
    list_aggregate(events.measures, 'string_agg', ', ') as measures,
    events.mention_count,
    events.document_count,
    events.source_count,
    events.first_told,
    events.last_told,
    events.confidence,
    events.evidence,
    documents.title as document_title,
    documents.source as document_source,
    documents.url as document_url,
    documents.origin as document_origin,
    documents.published as document_published
from {{ ref('fct_events') }} as events
inner join {{ ref('dim_document') }} as documents on events.evidence_document_id = documents.document_id
left join {{ ref('dim_party') }} as actors on events.actor_id = actors.party_id
left join {{ ref('dim_party') }} as targets on events.target_id = targets.party_id
left join {{ ref('dim_date') }} as dates on events.date_start = dates.date_day
