select
    {{ surrogate_key(['sender_id', 'target_id', 'round', 'event_id']) }} as episode_step_id,
    {{ surrogate_key(['sender_id', 'target_id', 'round']) }} as episode_id,
    sender_id,
    target_id,
    round,
    step_number,
    step,
    step_on,
    step_precision,
    state,
    event_id,
    is_outside,
    is_partial
from {{ ref('int_episode_steps') }}
