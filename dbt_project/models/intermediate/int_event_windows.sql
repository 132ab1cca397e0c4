-- Days that begin an event: the first day of a merge key, then always the first one that lies past the window.
with

keys as (
    select
        merge_key,
        list_sort(list(distinct [date_start])) as days
    from {{ ref('int_mergeable_mentions') }}
    where is_dated_to_the_day
    group by merge_key
)

-- A fold over the days in their order: as a recursive query with an ASOF join this crashed DuckDB 1.5.6.
select
    merge_key,
    unnest(
        list_reduce(
            days,
            (starts, day) -> case
                when day[1] > starts[-1] + {{ var('event_window_days') }} then list_concat(starts, day) else starts
            end
        )
    ) as window_start
from keys
