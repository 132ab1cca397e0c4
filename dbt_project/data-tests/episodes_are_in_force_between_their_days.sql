-- A case that is or was in force has a first day of it, before which nothing is imposed, eased, lifted or broken.
select
    episode_id,
    state,
    in_force_from,
    imposed_on,
    first_eased_on,
    lifted_on,
    first_violated_on
from {{ ref('fct_episodes') }}
where
    (state in ('in_force', 'eased', 'lifted')) <> (in_force_from is not null)
    or (state = 'lifted') <> (lifted_on is not null)
    or (imposed_on is null) <> (imposed_precision is null)
    or least(imposed_on, last_extended_on, first_eased_on, lifted_on, first_violated_on) < in_force_from
