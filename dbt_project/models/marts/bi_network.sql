with

edges as (
    select
        senders.principal_id as sender_id,
        targets.case_target_id as target_id,
        count(*) as event_count,
        count(*) filter (where events.status = 'enacted' and events.action <> 'violate') as enacted_count,
        count(*) filter (
            where events.status = 'enacted' and events.action in ('impose', 'extend', 'enforce')
        ) as restricting_count,
        count(*) filter (where events.status = 'enacted' and events.action in ('ease', 'lift')) as relieving_count,
        count(*) filter (where events.status = 'enacted' and events.action = 'violate') as violating_count,
        count(*) filter (
            where events.action = 'impose' and events.status in ('planned', 'considered', 'threatened', 'demanded')
        ) as spoken_count,
        sum(events.mention_count)::bigint as mention_count,
        min(events.date_start) as first_on,
        max(events.date_start) as last_on,
        list_sort(list_distinct(flatten(list(events.measures)))) as measures
    from {{ ref('fct_events') }} as events
    inner join {{ ref('dim_party') }} as senders on events.actor_id = senders.party_id
    inner join {{ ref('dim_party') }} as targets on events.target_id = targets.party_id
    group by all
)

select
    edges.sender_id,
    senders.name as sender,
    senders.kind as sender_kind,
    senders.country as sender_country,
    senders.region as sender_region,
    edges.target_id,
    targets.name as target,
    targets.kind as target_kind,
    targets.country as target_country,
    targets.region as target_region,
    edges.event_count,
    edges.enacted_count,
    edges.restricting_count,
    edges.relieving_count,
    edges.violating_count,
    edges.spoken_count,
    edges.mention_count,
    edges.first_on,
    edges.last_on,
    list_aggregate(edges.measures, 'string_agg', ', ') as measures
from edges
inner join {{ ref('dim_party') }} as senders on edges.sender_id = senders.party_id
inner join {{ ref('dim_party') }} as targets on edges.target_id = targets.party_id
