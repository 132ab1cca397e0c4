with

sides as (
    select
        event_id,
        actor_id as party_id,
        'sender' as role
    from {{ ref('fct_events') }}

    union all

    select
        event_id,
        target_id as party_id,
        'target' as role
    from {{ ref('fct_events') }}
)

select
    parties.country,
    parties.country_name,
    parties.region,
    sides.role,
    date_trunc('month', events.date_start)::date as month,
    events.action,
    events.status,
    count(*) as event_count,
    sum(events.mention_count)::bigint as mention_count,
    count(*) filter (where events.date_precision in ('day', 'week', 'month')) as dated_to_the_month_count
from sides
inner join {{ ref('fct_events') }} as events on sides.event_id = events.event_id
inner join {{ ref('dim_party') }} as parties on sides.party_id = parties.party_id
where
    parties.country is not null
    and events.date_start is not null
group by all
