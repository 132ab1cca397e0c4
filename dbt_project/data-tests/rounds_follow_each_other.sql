-- A round begins only after the one before was lifted, on the same day at the earliest.
with

rounds as (
    select
        episodes.sender_id,
        episodes.target_id,
        episodes.round,
        min(steps.step_on) as first_own_step_on,
        any_value(episodes.lifted_on) as lifted_on
    from {{ ref('fct_episodes') }} as episodes
    inner join {{ ref('fct_episode_steps') }} as steps on episodes.episode_id = steps.episode_id
    where not steps.is_outside
    group by episodes.sender_id, episodes.target_id, episodes.round
)

select
    rounds.sender_id,
    rounds.target_id,
    rounds.round
from rounds
left join rounds as earlier
    on
        rounds.sender_id = earlier.sender_id
        and rounds.target_id = earlier.target_id
        and rounds.round = earlier.round + 1
where
    rounds.round > 1
    and (earlier.lifted_on is null or rounds.first_own_step_on < earlier.lifted_on)
