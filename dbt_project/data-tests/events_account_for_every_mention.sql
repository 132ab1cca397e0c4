-- No mention is lost or counted twice when mentions are merged into events.
with

recounted as (
    select
        event_id,
        count(*) as mention_count,
        count(distinct document_id) as document_count
    from {{ ref('fct_event_mentions') }}
    group by event_id
)

select
    coalesce(events.event_id, recounted.event_id) as event_id,
    events.mention_count,
    recounted.mention_count as recounted_mentions,
    events.document_count,
    recounted.document_count as recounted_documents
from {{ ref('fct_events') }} as events
full outer join recounted on events.event_id = recounted.event_id
where
    events.mention_count is distinct from recounted.mention_count
    or events.document_count is distinct from recounted.document_count
