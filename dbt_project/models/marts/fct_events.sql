with

-- Narrow, so that a million sentences are not sorted: the words come from the best telling alone.
tellings as (
    select
        mentions.event_id,
        mentions.mention_id,
        mentions.document_id,
        mentions.measures,
        mentions.date_start,
        mentions.date_basis,
        mentions.confidence,
        documents.published,
        documents.source,
        documents.story_id
    from {{ ref('fct_event_mentions') }} as mentions
    inner join {{ ref('stg_documents') }} as documents on mentions.document_id = documents.document_id
),

counted as (
    select
        event_id,
        -- A telling that states the date comes before one that does not, then the surest, then the first.
        min_by(
            mention_id,
            (
                date_basis is distinct from 'text',
                -confidence,
                coalesce(published, date '9999-12-31'),
                mention_id
            )
        ) as best_mention_id,
        count(*) as mention_count,
        count(distinct document_id) as document_count,
        count(distinct story_id) as story_count,
        count(distinct source) as source_count,
        min(published) as first_told,
        max(published) as last_told,
        list_sort(list_distinct(flatten(list(measures)))) as measures,
        list_sort(coalesce(list(distinct date_start) filter (where date_basis = 'text'), [])) as dates_told
    from tellings
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
    counted.story_count,
    counted.source_count,
    counted.first_told,
    counted.last_told,
    counted.dates_told,
    coalesce(told.statuses, [best.status]) as statuses_told,
    len(counted.dates_told) > 1 or coalesce(len(told.statuses) > 1, false) as is_disputed,
    best.confidence,
    best.mention_id as evidence_mention_id,
    best.act_id as evidence_act_id,
    best.document_id as evidence_document_id,
    best.sentence as evidence,
    best.trigger_text as evidence_trigger,
    best.trigger_start - best.sentence_start as evidence_trigger_start,
    best.trigger_end - best.sentence_start as evidence_trigger_end
from counted
inner join {{ ref('fct_event_mentions') }} as best on counted.best_mention_id = best.mention_id
left join {{ ref('int_told_statuses') }} as told
    on
        best.actor_id = told.actor_id
        and best.action = told.action
        and best.target_id = told.target_id
        -- In one equation: a condition on one side alone would have every event compared with every row.
        and case when best.date_precision = 'day' then best.date_start end = told.date_start
