-- Demands and breaches by others may stand in many episodes; what the sender does stands in one.
select
    event_id,
    count(*) as step_count
from {{ ref('fct_episode_steps') }}
where not is_outside
group by event_id
having count(*) > 1
