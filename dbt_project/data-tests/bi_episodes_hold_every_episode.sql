-- None is lost for want of a sentence, a document or a name.
select episodes.episode_id
from {{ ref('fct_episodes') }} as episodes
left join {{ ref('bi_episodes') }} as wide on episodes.episode_id = wide.episode_id
where wide.episode_id is null
