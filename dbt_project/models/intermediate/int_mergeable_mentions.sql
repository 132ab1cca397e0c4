-- Mentions of one merge key may tell the same event. Undated ones, and ones without any party, only within a document.
select
    mention_id,
    date_start,
    date_end,
    coalesce(date_precision = 'day' and date_start is not null, false) as is_dated_to_the_day,
    {{ surrogate_key([
        'actor_id',
        'action',
        'status',
        'target_id',
        'case when date_start is null or coalesce(actor_id, target_id) is null then document_id end',
    ]) }} as merge_key
from {{ ref('stg_event_mentions') }}
