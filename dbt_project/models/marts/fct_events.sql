with

mentions as (
    select
        mentions.*,
        documents.published,
        documents.source,
        -- A telling that states the date comes before one that does not, then the surest, then the first.
        row_number() over (
            partition by mentions.event_id
            order by
                coalesce(mentions.date_basis = 'text', false) desc,
                mentions.confidence desc,
                documents.published asc nulls last,
                mentions.mention_id asc
        ) as quality_rank
    from {{ ref('fct_event_mentions') }} as mentions
    inner join {{ ref('dim_document') }} as documents on mentions.document_id = documents.document_id
),

counted as (
    select
        event_id,
        count(*) as mention_count,
        count(distinct document_id) as document_count,
        count(distinct source) as source_count,
        min(published) as first_told,
        max(published) as last_told,
        list_sort(list_distinct(flatten(list(measures)))) as measures
    from mentions
    group by event_id
)

select
    best.event_id,
    best.actor_id,
    best.action,
    best.status,
    best.target_id,
    counted.measures,
    best.date_start,
    best.date_end,
    best.date_precision,
    best.date_basis,
    best.date_text,
    counted.mention_count,
    counted.document_count,
    counted.source_count,
    counted.first_told,
    counted.last_told,
    best.confidence,
    best.mention_id as evidence_mention_id,
    best.document_id as evidence_document_id,
    best.sentence as evidence
from mentions as best
inner join counted on best.event_id = counted.event_id
where best.quality_rank = 1
