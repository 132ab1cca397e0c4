-- A table: joined as a view it has fct_events planned badly, at three times the cost.
{{ config(materialized='table') }}

with

-- At most one row for each status of a day, so that what follows stays narrow.
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
)

-- Each status stands at the days around its own, rather than each day looking at those around it: half the time.
select
    days.actor_id,
    days.action,
    days.target_id,
    days.date_start + near.distance::integer as date_start,
    list_sort(list_distinct(list(days.status))) as statuses
from days
cross join unnest(generate_series(-{{ var('event_window_days') }}, {{ var('event_window_days') }})) as near (distance)
group by
    days.actor_id,
    days.action,
    days.target_id,
    days.date_start + near.distance::integer
having min(days.status) <> max(days.status)
