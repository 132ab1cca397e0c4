with

told as (
    select
        document_id,
        count(*) as mention_count,
        count(distinct event_id) as event_count
    from {{ ref('fct_event_mentions') }}
    group by document_id
)

select
    documents.document_id,
    documents.story_id,
    documents.origin,
    documents.source,
    documents.title,
    documents.published,
    documents.url,
    documents.word_count,
    documents.passed_gate,
    coalesce(told.mention_count, 0) as mention_count,
    coalesce(told.event_count, 0) as event_count,
    documents.extractor_version,
    documents.fetched_at,
    documents.loaded_at
from {{ ref('stg_documents') }} as documents
left join told on documents.document_id = told.document_id
