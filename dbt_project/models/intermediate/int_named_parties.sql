with

seen as (
    select
        actor_id as party_id,
        actor_name as name,
        'actor' as role
    from {{ ref('stg_event_mentions') }}
    where actor_id is not null

    union all

    select
        target_id as party_id,
        target_name as name,
        'target' as role
    from {{ ref('stg_event_mentions') }}
    where target_id is not null
)

select
    party_id,
    mode(name order by name) as name,
    count(*) filter (where role = 'actor') as actor_mention_count,
    count(*) filter (where role = 'target') as target_mention_count
from seen
group by party_id
