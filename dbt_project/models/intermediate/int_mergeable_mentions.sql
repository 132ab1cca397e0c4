-- Mentions of one merge key may tell the same event.
select
    mention_id,
    date_start,
    date_end,
    coalesce(date_precision = 'day' and date_start is not null, false) as is_dated_to_the_day,
    {{ merge_key() }} as merge_key
from {{ ref('stg_event_mentions') }}
