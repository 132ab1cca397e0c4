with

-- At most one row for each status of a day, so that the window below stays narrow.
days as (
    select distinct
        actor_id,
        action,
        target_id,
        date_start,
        status
    from {{ ref('fct_event_mentions') }}
    where
        actor_id is not null
        and target_id is not null
        and date_precision = 'day'
),

around as (
    select
        actor_id,
        action,
        target_id,
        date_start,
        list(distinct status) over (
            partition by actor_id, action, target_id
            order by date_start
            range between
            interval {{ var('event_window_days') }} days preceding
            and interval {{ var('event_window_days') }} days following
        ) as statuses
    from days
)

select distinct
    actor_id,
    action,
    target_id,
    date_start,
    list_sort(statuses) as statuses
from around
