with

-- Each event once a source, with the day on which that source first told it.
told as (
    select
        documents.source,
        mentions.event_id,
        min(documents.published) as told_on
    from {{ ref('fct_event_mentions') }} as mentions
    inner join {{ ref('stg_documents') }} as documents on mentions.document_id = documents.document_id
    where documents.source is not null
    group by documents.source, mentions.event_id
),

compared as (
    select
        told.source,
        -- Where the source's day is not known it is the first one if it is the only one.
        coalesce(
            told.told_on = min(told.told_on) over (partition by told.event_id),
            count(*) over (partition by told.event_id) = 1
        ) as is_first,
        count(*) over (partition by told.event_id) = 1 as is_alone
    from told
),

telling as (
    select
        source,
        count(*) as event_count,
        count(*) filter (where is_first) as first_told_count,
        count(*) filter (where is_alone) as alone_count
    from compared
    group by source
),

documents as (
    select
        source,
        min(published) as first_published,
        max(published) as last_published,
        count(*) as document_count,
        count(*) filter (where mention_count > 0) as told_document_count,
        sum(mention_count)::bigint as mention_count
    from {{ ref('dim_document') }}
    where source is not null
    group by source
),

readings as (
    select
        source,
        max(started_at) as last_read_at,
        max_by(coalesce(reason, ''), started_at) as last_reason
    from {{ source('raw', 'source_runs') }}
    group by source
)

select
    coalesce(documents.source, readings.source) as source,
    documents.first_published,
    documents.last_published,
    coalesce(documents.document_count, 0) as document_count,
    coalesce(documents.told_document_count, 0) as told_document_count,
    coalesce(documents.mention_count, 0) as mention_count,
    coalesce(telling.event_count, 0) as event_count,
    coalesce(telling.first_told_count, 0) as first_told_count,
    coalesce(telling.alone_count, 0) as alone_count,
    readings.last_read_at,
    nullif(readings.last_reason, '') as last_failure
from documents
full outer join readings on documents.source = readings.source
left join telling on documents.source = telling.source
