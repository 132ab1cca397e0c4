-- What follows the first imposition tightens it, and nothing ends before it begins.
select
    episode_id,
    count(*) filter (where step = 'imposed') as imposition_count,
    min(step_on) filter (where step = 'imposed') as imposed_on,
    min(step_on) filter (where step = 'lifted') as lifted_on
from {{ ref('fct_episode_steps') }}
group by episode_id
having
    count(*) filter (where step = 'imposed') > 1
    or coalesce(
        min(step_on) filter (where step = 'imposed') > min(step_on) filter (where step = 'lifted'),
        false
    )
