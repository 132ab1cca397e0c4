-- The rules of a sanctions case. int_episode_steps.yml says them in words.
with

events as (
    select
        events.event_id,
        senders.principal_id as sender_id,
        targets.case_target_id as target_id,
        events.target_id as party_id,
        events.action,
        events.status,
        events.measures,
        events.date_start,
        events.date_precision,
        -- Threats and plans are dated by what they speak of, which may be to come; "in 2014" is not before its days.
        least(events.date_end, coalesce(events.first_told, events.date_end)) as step_on,
        coalesce(events.date_basis = 'publication', false) as is_undated,
        events.target_id <> targets.case_target_id as is_partial,
        senders.is_listed
        or senders.principal_id <> senders.party_id
        or (senders.is_named and senders.kind in ('company', 'organisation', 'state_organ')) as can_sanction
    from {{ ref('fct_events') }} as events
    left join {{ ref('dim_party') }} as senders on events.actor_id = senders.party_id
    inner join {{ ref('dim_party') }} as targets on events.target_id = targets.party_id
    where
        events.date_end is not null
        and (events.confidence < {{ var('least_confidence_of_a_step') }}) is not true
        -- Most breaches are told without an actor, or of the party itself on which the sanctions are.
        and (events.action = 'violate' or senders.principal_id <> targets.case_target_id)
        and (targets.is_named or targets.party_id <> targets.case_target_id)
),

spoken_acts as (
    select
        *,
        case
            when action = 'impose' and status = 'enacted' then 'imposed'
            when action = 'impose' and status = 'rejected' then 'refused'
            when action = 'impose' then status
            when action = 'extend' and status = 'enacted' then 'extended'
            when action = 'enforce' and status = 'enacted' then 'enforced'
            when action = 'ease' and status = 'enacted' then 'eased'
            when action = 'lift' and status = 'enacted' then 'lifted'
            when action in ('ease', 'lift') and status = 'planned' then 'relief_planned'
            when action in ('ease', 'lift') and status = 'considered' then 'relief_considered'
            when action in ('ease', 'lift') and status = 'rejected' then 'relief_refused'
        end as act
    from events
    where action <> 'violate'
),

-- "Imposed in 2014", where a day of 2014 is told too, is the same act told again.
acts as (
    select *
    from spoken_acts
    where act is not null
    qualify
        not coalesce(
            date_precision <> 'day'
            and date_start <= max(case when date_precision = 'day' then step_on end) over (
                partition by sender_id, target_id, party_id, act
                order by step_on
                range between unbounded preceding and current row
            ),
            false
        )
),

-- An imposition without a date of its own, told on the day of a lifting or in the weeks after, is the old one. A
-- lifting for a part is one for that part only.
timely as (
    select
        *,
        greatest(
            max(case when act = 'lifted' and not is_partial then step_on end) over (
                partition by sender_id, target_id
                order by step_on
                range between unbounded preceding and current row
            ),
            max(case when act = 'lifted' then step_on end) over (
                partition by sender_id, target_id, party_id
                order by step_on
                range between unbounded preceding and current row
            )
        ) as lifted_before_on
    from acts
    where can_sanction
),

placed as (
    select
        * exclude (lifted_before_on),
        act in (
            'extended', 'enforced', 'eased', 'relief_planned', 'relief_considered', 'relief_refused'
        ) as shows_force,
        -- The order within a day: what is said comes before what is done, the end comes last. An imposition without a
        -- date of its own comes after what shows that there was one already.
        case
            when act = 'demanded' then 1
            when act = 'considered' then 2
            when act = 'threatened' then 3
            when act = 'planned' then 4
            when act = 'refused' then 5
            when act = 'imposed' and not is_undated then 6
            when act = 'lifted' then 9
            when act = 'imposed' then 8
            else 7
        end as place
    from timely
    where
        not coalesce(
            act = 'imposed'
            and is_undated
            and step_on <= lifted_before_on + {{ var('retelling_days') }},
            false
        )
),

ordered as (
    select
        *,
        act in ('imposed', 'extended') as lays_on,
        row_number() over (
            partition by sender_id, target_id
            order by step_on, place, event_id
        ) as nth
    from placed
),

-- A lifting after which something shows that sanctions are in force is no end. Where that is told of what it lifted,
-- it took nothing off for good.
looked_ahead as (
    select
        lifted.event_id,
        later.step_on,
        later.shows_force,
        (not lifted.is_partial or lifted.party_id = later.party_id)
        and (list_contains(lifted.measures, 'general') or list_has_any(lifted.measures, later.measures)) as is_of_same
    from ordered as lifted
    inner join ordered as later
        on
            lifted.sender_id = later.sender_id
            and lifted.target_id = later.target_id
            and lifted.step_on < later.step_on
            and lifted.step_on + {{ var('remainder_days') }} >= later.step_on
    where
        lifted.act = 'lifted'
        and (later.shows_force or later.act = 'imposed')
        and not (later.is_undated and later.step_on <= lifted.step_on + {{ var('retelling_days') }})
),

contradicted as (
    select
        event_id,
        coalesce(
            min(step_on) filter (where is_of_same and shows_force)
            <= coalesce(min(step_on) filter (where is_of_same and not shows_force), date '9999-12-31'),
            false
        ) as left_some,
        coalesce(
            min(step_on) filter (where shows_force)
            <= coalesce(min(step_on) filter (where not shows_force), date '9999-12-31'),
            false
        ) as left_any
    from looked_ahead
    group by event_id
),

-- The account of a case: each measure on each party stands from the act that lays it on to the lifting that takes it
-- off. A lifting for the target itself names that as its party, one of sanctions in general `general` as its measure.
taken_off as (
    select
        ordered.sender_id,
        ordered.target_id,
        ordered.party_id,
        named.measure,
        ordered.nth
    from ordered
    cross join unnest(ordered.measures) as named (measure)
    left join contradicted on ordered.event_id = contradicted.event_id
    where
        ordered.act = 'lifted'
        and not coalesce(contradicted.left_some, false)
),

-- So each is taken off under its own names or under these.
laid_on as (
    select
        ordered.sender_id,
        ordered.target_id,
        ordered.event_id,
        ordered.nth,
        named.measure as laid_measure,
        parties.party_id,
        measures.measure
    from ordered
    cross join unnest(ordered.measures) as named (measure)
    cross join unnest(list_distinct([ordered.party_id, ordered.target_id])) as parties (party_id)
    cross join unnest(list_distinct([named.measure, 'general'])) as measures (measure)
    where ordered.lays_on
),

ends_of_measures as (
    select
        laid_on.sender_id,
        laid_on.target_id,
        min(taken_off.nth) as nth
    from laid_on
    asof inner join taken_off
        on
            laid_on.sender_id = taken_off.sender_id
            and laid_on.target_id = taken_off.target_id
            and laid_on.party_id = taken_off.party_id
            and laid_on.measure = taken_off.measure
            and laid_on.nth < taken_off.nth
    group by laid_on.sender_id, laid_on.target_id, laid_on.event_id, laid_on.laid_measure
),

counted as (
    select
        sender_id,
        target_id,
        nth,
        count(*) as taken_count
    from ends_of_measures
    group by sender_id, target_id, nth
),

-- A lifting ends the case if nothing is left on anybody; one for a part, if it took off the last.
marked as (
    select
        ordered.*,
        ordered.act = 'lifted'
        and not coalesce(contradicted.left_some or contradicted.left_any, false)
        and (not ordered.is_partial or counted.taken_count is not null)
        and coalesce(
            sum(case when ordered.lays_on then len(ordered.measures) else -counted.taken_count end) over (
                partition by ordered.sender_id, ordered.target_id
                order by ordered.nth
                rows between unbounded preceding and current row
            ),
            0
        ) = 0 as is_end,
        ordered.act in ('demanded', 'considered', 'threatened', 'planned', 'imposed', 'extended') as is_beginning
    from ordered
    left join contradicted on ordered.event_id = contradicted.event_id
    left join counted
        on
            ordered.sender_id = counted.sender_id
            and ordered.target_id = counted.target_id
            and ordered.nth = counted.nth
),

-- After an end, the next word of sanctions begins another round; other acts still belong to the round that ended.
turned as (
    select
        *,
        is_beginning
        and coalesce(
            last_value(case when is_end then true when is_beginning then false end ignore nulls) over (
                partition by sender_id, target_id
                order by nth
                rows between unbounded preceding and 1 preceding
            ),
            false
        ) as begins_round
    from marked
),

own_steps as (
    select
        *,
        (1 + count(*) filter (where begins_round) over (
            partition by sender_id, target_id
            order by nth
            rows between unbounded preceding and current row
        ))::integer as round
    from turned
),

rounds as (
    select
        sender_id,
        target_id,
        round,
        min(step_on) as first_step_on,
        max(step_on) as last_step_on,
        min(step_on) filter (
            where act not in ('demanded', 'considered', 'threatened', 'planned', 'refused')
        ) as in_force_on,
        min(step_on) filter (where is_end) as ended_on
    from own_steps
    group by sender_id, target_id, round
),

demanded as (
    select
        *,
        lead(sender_id) over by_day as next_sender_id,
        lead(event_id) over by_day as next_event_id
    from acts
    where act = 'demanded'
    window by_day as (
        partition by target_id
        order by step_on, sender_id, event_id
    )
),

-- The first demand of each day, and the next one by somebody else than who makes it.
demands as (
    select
        target_id,
        step_on,
        sender_id,
        event_id,
        first_value(case when next_sender_id <> sender_id then next_event_id end ignore nulls) over (
            partition by target_id
            order by step_on, sender_id, event_id
            rows between current row and unbounded following
        ) as other_event_id
    from demanded
    qualify
        row_number() over (
            partition by target_id, step_on
            order by sender_id, event_id
        ) = 1
),

searched as (
    select
        *,
        greatest(
            first_step_on - 365,
            coalesce(
                lag(coalesce(ended_on, last_step_on)) over (partition by sender_id, target_id order by round) + 1,
                first_step_on - 365
            )
        ) as demanded_from
    from rounds
),

-- The first demand by somebody else, from a year before the sender's first step to the imposition.
outside_demands as (
    select
        searched.sender_id,
        searched.target_id,
        searched.round,
        acts.event_id,
        acts.step_on,
        acts.date_precision,
        acts.is_partial
    from searched
    asof inner join demands
        on
            searched.target_id = demands.target_id
            and searched.demanded_from <= demands.step_on
    inner join acts
        on
            case when searched.sender_id = demands.sender_id then demands.other_event_id else demands.event_id end
            = acts.event_id
    where acts.step_on <= coalesce(searched.in_force_on, searched.last_step_on)
),

-- Who breaks sanctions names the party whose sanctions they are, not the sender: all senders' sanctions in force on it.
violations as (
    select
        rounds.sender_id,
        rounds.target_id,
        rounds.round,
        events.event_id,
        events.step_on,
        events.date_precision,
        events.is_partial
    from events
    inner join rounds
        on
            events.target_id = rounds.target_id
            and events.step_on >= rounds.in_force_on
            and events.step_on <= coalesce(rounds.ended_on, events.step_on)
    where
        events.action = 'violate'
        and events.status = 'enacted'
        and events.sender_id is distinct from rounds.sender_id
),

steps as (
    select
        sender_id,
        target_id,
        round,
        event_id,
        act,
        step_on,
        date_precision,
        place,
        false as is_outside,
        is_partial,
        is_end
    from own_steps

    union all

    select
        sender_id,
        target_id,
        round,
        event_id,
        'demanded' as act,
        step_on,
        date_precision,
        1 as place,
        true as is_outside,
        is_partial,
        false as is_end
    from outside_demands

    union all

    select
        sender_id,
        target_id,
        round,
        event_id,
        'violated' as act,
        step_on,
        date_precision,
        7 as place,
        true as is_outside,
        is_partial,
        false as is_end
    from violations
),

looked_back as (
    select
        *,
        row_number() over round_so_far as step_number,
        count(*) filter (where act not in ('demanded', 'considered', 'threatened', 'planned', 'refused'))
            over round_so_far as force_count,
        count(*) filter (where act in ('considered', 'threatened', 'planned') or (act = 'demanded' and not is_outside))
            over round_so_far as talk_count,
        count(*) filter (where is_end) over round_so_far as end_count
    from steps
    window round_so_far as (
        partition by sender_id, target_id, round
        order by step_on, place, event_id
        rows between unbounded preceding and current row
    )
),

named as (
    select
        * exclude (act),
        case
            when act = 'imposed' and force_count > 1 then 'tightened'
            when act = 'lifted' and not is_end then 'eased'
            when act = 'refused' and force_count = 0 and talk_count > 0 then 'withdrawn'
            else act
        end as step
    from looked_back
)

select
    sender_id,
    target_id,
    round,
    step_number::integer as step_number,
    step,
    step_on,
    date_precision as step_precision,
    event_id,
    is_outside,
    is_partial,
    case
        when end_count > 0 then 'lifted'
        when force_count > 0
            then coalesce(
                last_value(
                    case when step in ('imposed', 'tightened') then 'in_force' when step = 'eased' then 'eased' end
                    ignore nulls
                ) over round_so_far,
                'in_force'
            )
        else coalesce(
            last_value(case when step <> 'demanded' then step end ignore nulls) over round_so_far,
            'demanded'
        )
    end as state
from named
window round_so_far as (
    partition by sender_id, target_id, round
    order by step_number
    rows between unbounded preceding and current row
)
