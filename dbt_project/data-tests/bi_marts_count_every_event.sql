-- A chart that counts rows of these marts comes to the same as one that counts events.
with

expected as (
    select
        count(*) as event_count,
        count(date_start) as dated_count,
        count(*) filter (where actor_id is not null and target_id is not null) as two_sided_count
    from {{ ref('fct_events') }}
),

counted as (
    select
        (select count(*) from {{ ref('bi_events') }}) as event_count,
        (select coalesce(sum(event_count), 0) from {{ ref('bi_timeline') }}) as dated_count,
        (select coalesce(sum(event_count), 0) from {{ ref('bi_network') }}) as two_sided_count
)

select
    counted.event_count,
    counted.dated_count,
    counted.two_sided_count
from counted
inner join expected
    on
        counted.event_count <> expected.event_count
        or counted.dated_count <> expected.dated_count
        or counted.two_sided_count <> expected.two_sided_count
