from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st

from models.event import Action, Basis, Event, EventDate, Measure, Party, Precision, Status
from models.extraction.assembly import confidence, distinct, event, joined, least_probability, merge, same_act
from models.extraction.draft import Draft

ENGLISH = spacy.blank("en")
EU = Party("EU", "European Union", "EU", 4, 6)
BLOC = Party("the bloc", "European Union", "EU", 60, 68)
IRAN = Party("Iran", "Iran", "IRN", 20, 24)
UMBRA = Party("Umbra", "Umbra Shipping", None, 30, 35)
UMBRA_AGAIN = Party("umbra shipping", "umbra shipping", None, 80, 94)
CALIBRATION = {"intercept": -3.0, "probability": 3.0, "certainty": 3.0, "actor": 1.0, "target": 1.0}
MAY, JUNE = date(2024, 5, 6), date(2024, 6, 3)


def when(first: date, last: date | None = None) -> EventDate:
    return EventDate("then", first, last or first, Precision.DAY, Basis.TEXT)


def act(
    actors: Sequence[Party] = (EU,),
    targets: Sequence[Party] = (IRAN,),
    *,
    action: Action = Action.IMPOSE,
    status: Status = Status.ENACTED,
    date: EventDate | None = None,
    start: int = 10,
    confidence: float = 0.5,
    background: bool = False,
) -> Event:
    return Event(
        tuple(actors), action, status, tuple(targets), (Measure.GENERAL,), date,
        "sanctioned", start, start + 10, "The EU sanctioned Iran.", 0, 200, confidence, background,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (act(), act(), True),
        (act(), act([BLOC]), True),  # by id, whatever stands there
        (act(), act([EU, UMBRA]), True),  # one shared party is enough
        (act(targets=[UMBRA]), act(targets=[UMBRA_AGAIN]), True),  # without an id by name, whatever its case
        (act(targets=[]), act(), True),  # a side that one telling leaves out contradicts nothing
        (act([], [IRAN]), act([EU], [IRAN]), True),
        (act([], [IRAN]), act([EU], []), False),  # nothing shared
        (act([], []), act([], []), False),
        (act([UMBRA]), act([EU]), False),  # another actor
        (act(targets=[UMBRA]), act(targets=[IRAN]), False),
        (act(action=Action.LIFT), act(), False),
        (act(status=Status.PLANNED), act(), False),
        (act(date=when(MAY)), act(), True),
        (act(date=when(MAY)), act(date=when(JUNE)), False),
        (act(date=when(MAY)), act(date=when(date(2024, 5, 1), date(2024, 5, 31))), True),  # a day in its month
        (act(date=EventDate("then", None, None, Precision.DAY, Basis.TEXT)), act(date=when(JUNE)), True),
    ],
)
def test_two_tellings_are_one_act_where_nothing_contradicts_and_a_party_is_shared(
    one: Event, other: Event, same: bool
) -> None:
    assert same_act(one, other) is same
    assert same_act(other, one) is same


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (act(), act([BLOC], start=50), act()),  # equally telling: the first
        (act(), act([BLOC], start=50, confidence=0.9), act([BLOC], start=50, confidence=0.9)),
        (act(confidence=0.9), act([EU, UMBRA], start=50), act([EU, UMBRA], start=50, confidence=0.9)),  # more parties
        (act(targets=[]), act([], start=50), act()),  # each gives what the other lacks
        (act(), act([], start=50, date=when(MAY)), act(date=when(MAY))),
        (act(date=when(MAY)), act([BLOC], start=50, date=when(JUNE)), act(date=when(MAY))),
        (act(background=True), act(start=50), act()),  # an act of the day, told again as done
        (act(background=True), act(start=50, background=True), act(background=True)),
    ],
)
def test_of_two_tellings_the_more_informative_stays_and_takes_what_only_the_other_names(
    one: Event, other: Event, expected: Event
) -> None:
    assert joined(one, other) == expected


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ([], []),
        ([act(), act(start=50)], [act()]),
        ([act(start=50), act(status=Status.PLANNED)], [act(status=Status.PLANNED), act(start=50)]),  # in order of text
        (
            [act(), act(action=Action.LIFT, start=30), act([BLOC], start=50)],
            [act(), act(action=Action.LIFT, start=30)],
        ),
        ([act([]), act([UMBRA], start=50), act(start=90)], [act([UMBRA], start=50), act(start=90)]),
        (  # one trigger, read in two pieces of a long sentence
            [act(), act([UMBRA], status=Status.PLANNED, start=15, confidence=0.9)],
            [act([UMBRA], status=Status.PLANNED, start=15, confidence=0.9)],
        ),
        ([act(), act(action=Action.LIFT, start=15)], [act(), act(action=Action.LIFT, start=15)]),
    ],
)
def test_each_act_is_told_once_in_the_order_of_the_text(told: list[Event], kept: list[Event]) -> None:
    assert merge(told) == kept


@pytest.mark.parametrize(
    ("parties", "expected"),
    [
        ([], ()),
        ([EU, IRAN], (EU, IRAN)),
        ([EU, BLOC, IRAN], (EU, IRAN)),
        ([UMBRA, EU, UMBRA_AGAIN], (UMBRA, EU)),
    ],
)
def test_a_party_stands_in_a_role_once_as_first_named(parties: list[Party], expected: tuple[Party, ...]) -> None:
    assert distinct(parties) == expected


@pytest.mark.parametrize(
    ("probability", "certainty", "expected"), [(0.0, 0.0, 0.0474), (1.0, 0.0, 0.5), (1.0, 1.0, 0.9526)]
)
def test_confidence_is_a_logistic_curve_of_act_and_roles(probability: float, certainty: float, expected: float) -> None:
    trigger = ENGLISH.make_doc("sanctioned")[:]
    draft = Draft(0, trigger, probability, Action.IMPOSE, certainty=certainty)
    assert confidence(draft, CALIBRATION) == pytest.approx(expected, abs=1e-4)
    assert confidence(replace(draft, actors=(trigger,)), CALIBRATION) > expected


def test_an_act_is_too_unlikely_where_no_roles_lift_it_to_the_least_confidence() -> None:
    trigger = ENGLISH.make_doc("sanctioned")[:]
    least = least_probability({"least_confidence": 0.9, "calibration": CALIBRATION})
    told = Draft(0, trigger, least - 0.01, Action.IMPOSE, actors=(trigger,), targets=(trigger,))
    assert confidence(told, CALIBRATION) < 0.9 < confidence(replace(told, probability=least + 0.01), CALIBRATION)


def test_no_act_is_too_unlikely_before_the_confidence_is_fitted() -> None:
    assert least_probability({"least_confidence": 0.0, "calibration": CALIBRATION}) == 0
    unfitted = dict.fromkeys(CALIBRATION, 0.0)
    assert least_probability({"least_confidence": 0.5, "calibration": unfitted}) == 0


def test_the_evidence_is_the_sentence_of_the_trigger_without_white_space_around_it() -> None:
    doc = ENGLISH.make_doc("It rained.\n\n The EU sanctioned Iran. \nMore rain fell.")
    starts = {0, doc.char_span(13, 16).start, doc.char_span(38, 42).start}
    for token in doc:
        token.is_sent_start = token.i in starts
    trigger = doc.char_span(20, 30)
    finished = event(Draft(0, trigger, 1.0, Action.IMPOSE, Status.ENACTED), CALIBRATION)
    assert finished.trigger == "sanctioned" == doc.text[finished.start : finished.end]
    assert finished.sentence == "The EU sanctioned Iran."
    assert doc.text[finished.sentence_start : finished.sentence_end] == finished.sentence


def test_an_act_without_status_says_which_component_is_missing() -> None:
    draft = Draft(0, ENGLISH.make_doc("sanctioned")[:], 1.0, Action.IMPOSE)
    with pytest.raises(ValueError, match="sanctionwire_roles"):
        event(draft, (0.0, 0.0, 0.0))


sides = st.lists(st.sampled_from([EU, BLOC, IRAN, UMBRA, UMBRA_AGAIN]), max_size=3).map(distinct)
dates = st.none() | st.sampled_from([MAY, JUNE]).map(when)
events = st.builds(
    lambda actors, targets, action, status, date, start, confidence: act(
        actors, targets, action=action, status=status, date=date, start=start, confidence=confidence
    ),
    sides, sides, st.sampled_from([Action.IMPOSE, Action.LIFT]), st.sampled_from([Status.ENACTED, Status.PLANNED]),
    dates, st.sampled_from(range(0, 100, 10)), st.sampled_from([0.2, 0.5, 0.9]),
)  # fmt: skip
tellings = st.lists(events, max_size=8, unique_by=lambda e: e.start)


@given(tellings)
def test_merging_invents_nothing_and_loses_no_kind_of_act(told: list[Event]) -> None:
    kept = merge(told)
    assert {e.start for e in kept} <= {e.start for e in told}
    for merged in kept:
        like = [e for e in told if (e.action, e.status) == (merged.action, merged.status)]
        assert {*merged.actors} <= {party for e in like for party in e.actors}
        assert {*merged.targets} <= {party for e in like for party in e.targets}
        assert merged.date in [e.date for e in like]
        assert merged.confidence in [e.confidence for e in like]
    assert {(e.action, e.status) for e in kept} == {(e.action, e.status) for e in told}


@given(tellings, st.randoms())
def test_merging_does_not_depend_on_the_order_in_which_acts_were_found(told: list[Event], random) -> None:
    shuffled = list(told)
    random.shuffle(shuffled)
    assert merge(shuffled) == merge(told)


@given(tellings)
def test_merging_keeps_the_order_of_the_text(told: list[Event]) -> None:
    starts = [e.start for e in merge(told)]
    assert starts == sorted(starts)


@given(tellings)
def test_merging_twice_is_merging_once(told: list[Event]) -> None:
    once = merge(told)
    assert merge(once) == once
