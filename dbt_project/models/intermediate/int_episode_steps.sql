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
        -- Threats and plans are dated by what they speak of, which may be to come; "in 2014" is not before its days.
        least(events.date_end, coalesce(events.first_told, events.date_end)) as step_on,
        coalesce(events.date_basis = 'publication', false) as is_undated,
        events.target_id <> targets.case_target_id as is_partial,
        senders.is_listed
        or senders.principal_id <> senders.party_id
        or (senders.is_named and senders.kind in ('company', 'organisation', 'state_organ')) as can_sanction
    from {{ ref('fct_events') }} as events
    inner join {{ ref('dim_party') }} as senders on events.actor_id = senders.party_id
    inner join {{ ref('dim_party') }} as targets on events.target_id = targets.party_id
    where
        events.date_end is not null
        and senders.principal_id <> targets.case_target_id
        and (targets.is_named or targets.party_id <> targets.case_target_id)
),

acts as (
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

-- An imposition without a date of its own, told on the day of a lifting or in the weeks after, is the old one.
timely as (
    select
        *,
        max(case when act = 'lifted' then step_on end) over (
            partition by sender_id, target_id
            order by step_on
            range between unbounded preceding and current row
        ) as lifted_before_on
    from acts
    where
        act is not null
        and can_sanction
),

ordered as (
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

-- A lifting that leaves something in force is an easing. First: what is told later shows that something was left.
contradicted as (
    select lifted.event_id
    from ordered as lifted
    inner join ordered as later
        on
            lifted.sender_id = later.sender_id
            and lifted.target_id = later.target_id
            and lifted.step_on < later.step_on
            and lifted.step_on + {{ var('remainder_days') }} >= later.step_on
    where
        lifted.act = 'lifted'
        and not (later.is_undated and later.step_on <= lifted.step_on + {{ var('retelling_days') }})
    group by lifted.event_id
    having
        min(later.step_on) filter (where later.shows_force)
        <= coalesce(min(later.step_on) filter (where later.act = 'imposed'), date '9999-12-31')
),

-- Second: measures that were imposed and are not lifted.
imposed_measures as (
    select
        ordered.sender_id,
        ordered.target_id,
        named.measure,
        min(ordered.step_on) as since
    from ordered
    cross join unnest(ordered.measures) as named (measure)
    where ordered.act in ('imposed', 'extended')
    group by all
),

lifted_in_part as (
    select event_id
    from contradicted

    union

    select lifted.event_id
    from ordered as lifted
    inner join imposed_measures
        on
            lifted.sender_id = imposed_measures.sender_id
            and lifted.target_id = imposed_measures.target_id
            and lifted.step_on >= imposed_measures.since
    where
        lifted.act = 'lifted'
        and not list_contains(lifted.measures, 'general')
        and not list_contains(lifted.measures, imposed_measures.measure)
),

-- Third: parties that were hit and are not freed. A lifting for the target itself frees them all.
eras as (
    select
        ordered.*,
        ordered.act = 'lifted' and not ordered.is_partial and lifted_in_part.event_id is null as frees_all,
        count(*) filter (
            where ordered.act = 'lifted' and not ordered.is_partial and lifted_in_part.event_id is null
        ) over (
            partition by ordered.sender_id, ordered.target_id
            order by ordered.step_on, ordered.place, ordered.event_id
            rows between unbounded preceding and 1 preceding
        ) as era,
        lifted_in_part.event_id is not null as is_lifted_in_part
    from ordered
    left join lifted_in_part on ordered.event_id = lifted_in_part.event_id
),

hits as (
    select
        *,
        coalesce(act in ('imposed', 'extended'), false) as hits_party,
        act = 'lifted' and is_partial and not is_lifted_in_part as frees_party,
        coalesce(
            last_value(
                case
                    when act in ('imposed', 'extended') then 1
                    when act = 'lifted' and not is_lifted_in_part then 0
                end
                ignore nulls
            ) over (
                partition by sender_id, target_id, era, party_id
                order by step_on, place, event_id
                rows between unbounded preceding and 1 preceding
            ),
            0
        ) as was_hit
    from eras
),

counted as (
    select
        *,
        sum(case when hits_party then 1 - was_hit when frees_party then -was_hit else 0 end) over (
            partition by sender_id, target_id, era
            order by step_on, place, event_id
            rows between unbounded preceding and current row
        ) as parties_hit
    from hits
),

marked as (
    select
        *,
        frees_all or (frees_party and was_hit = 1 and parties_hit = 0) as is_end,
        act in ('demanded', 'considered', 'threatened', 'planned', 'imposed', 'extended') as is_beginning
    from counted
),

-- After an end, the next word of sanctions begins another round; other acts still belong to the round that ended.
turned as (
    select
        *,
        is_beginning
        and coalesce(
            last_value(case when is_end then true when is_beginning then false end ignore nulls) over (
                partition by sender_id, target_id
                order by step_on, place, event_id
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
            order by step_on, place, event_id
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

-- The first demand by somebody else, from a year before the sender's first step to the imposition.
demands as (
    select
        target_id,
        step_on,
        min_by(event_id, (sender_id, event_id)) as event_id,
        min_by(sender_id, (sender_id, event_id)) as demander_id,
        min_by(is_partial, (sender_id, event_id)) as is_partial
    from acts
    where act = 'demanded'
    group by target_id, step_on
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

outside_demands as (
    select
        searched.sender_id,
        searched.target_id,
        searched.round,
        demands.event_id,
        demands.step_on,
        demands.is_partial
    from searched
    asof inner join demands
        on
            searched.target_id = demands.target_id
            and searched.demanded_from <= demands.step_on
    where
        demands.demander_id <> searched.sender_id
        and demands.step_on <= coalesce(searched.in_force_on, searched.last_step_on)
),

-- Who breaks sanctions names the party whose sanctions they are, not the sender: all senders' sanctions in force on it.
violations as (
    select
        rounds.sender_id,
        rounds.target_id,
        rounds.round,
        events.event_id,
        events.step_on,
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
        and events.sender_id <> rounds.sender_id
),

steps as (
    select
        sender_id,
        target_id,
        round,
        event_id,
        act,
        step_on,
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
