-- Days that begin an event: the first day of a merge key, then always the first one that lies past the window.
with recursive

days as (
    select distinct
        merge_key,
        date_start as day
    from {{ ref('int_mergeable_mentions') }}
    where is_dated_to_the_day
),

-- Materialized, for in a recursion DuckDB 1.5 refuses an ASOF join, or crashes, from some thousand rows on.
next_windows as materialized (
    select
        days.merge_key,
        days.day,
        later.day as next_day
    from days
    asof inner join days as later
        on
            days.merge_key = later.merge_key
            and later.day > days.day + {{ var('event_window_days') }}
),

windows as (
    select
        merge_key,
        min(day) as window_start
    from days
    group by merge_key

    union all

    select
        windows.merge_key,
        next_windows.next_day as window_start
    from windows
    inner join next_windows
        on
            windows.merge_key = next_windows.merge_key
            and windows.window_start = next_windows.day
)

select
    merge_key,
    window_start
from windows
