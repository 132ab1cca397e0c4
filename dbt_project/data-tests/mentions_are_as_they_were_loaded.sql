-- The incremental table holds every loaded mention, no other, and each with what its event is made of. Their events are
-- not compared: to merge a million mentions again takes seconds.
select
    coalesce(built.mention_id, loaded.mention_id) as mention_id,
    built.event_id
from {{ ref('fct_event_mentions') }} as built
full outer join {{ ref('stg_event_mentions') }} as loaded on built.mention_id = loaded.mention_id
where
    built.mention_id is distinct from loaded.mention_id
    or built.run_id is distinct from loaded.run_id
    or built.actor_id is distinct from loaded.actor_id
    or built.action is distinct from loaded.action
    or built.status is distinct from loaded.status
    or built.target_id is distinct from loaded.target_id
    or built.date_start is distinct from loaded.date_start
    or built.date_end is distinct from loaded.date_end
    or built.date_precision is distinct from loaded.date_precision
