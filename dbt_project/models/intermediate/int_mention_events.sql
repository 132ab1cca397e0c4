with

dated as (
    select
        mentions.mention_id,
        mentions.merge_key,
        windows.window_start,
        windows.window_start + {{ var('event_window_days') }} as window_end
    from {{ ref('int_mergeable_mentions') }} as mentions
    asof inner join {{ ref('int_event_windows') }} as windows
        on
            mentions.merge_key = windows.merge_key
            and mentions.date_start >= windows.window_start
    where mentions.is_dated_to_the_day
),

-- "In July" may be any act of that July: it is no telling of one of them, but the same as another "in July".
coarse as (
    select
        mention_id,
        merge_key,
        date_start as window_start,
        date_end as window_end
    from {{ ref('int_mergeable_mentions') }}
    where not is_dated_to_the_day
),

mentions as (
    select
        *,
        true as is_dated_to_the_day
    from dated

    union all

    select
        *,
        false as is_dated_to_the_day
    from coarse
)

select
    mention_id,
    window_start,
    window_end,
    {{ surrogate_key(['merge_key', 'is_dated_to_the_day', 'window_start', 'window_end']) }} as event_id
from mentions
