"""How well the syntax cases are read, held at what was recorded: overall and for each kind of construction."""

import json
from collections import defaultdict
from typing import Any

import pytest

from benchmarks.accuracy import ALLOWED, CHECKED, RECORD, figures
from models.records import event_record
from models.rows import Reading
from models.scoring import party_keys, score

SET = "cases"


@pytest.fixture(scope="module")
def recorded() -> dict[str, dict[str, float]]:
    """The recorded figures: of the whole set under its name, of a group under "cases: group"."""
    figures = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.is_file() else {}
    if SET not in figures:
        pytest.skip(
            f"{RECORD.name} has no figures for {SET!r}: record them with python -m benchmarks.accuracy --record"
        )
    return figures


@pytest.fixture(scope="module")
def measured(cases: list[dict[str, Any]], case_readings: list[Reading]) -> dict[str, dict[str, float]]:
    """The figures of all cases and of each group."""
    extracted = {one.document.origin: [event_record(event) for event in one.events] for one in case_readings}
    sets: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for case in cases:
        sets[SET].append(case)
        sets[f"{SET}: {case['group']}"].append(case)
    return {name: figures(score(some, extracted, party_keys())) for name, some in sets.items()}


def test_no_figure_is_worse_than_what_was_recorded(
    recorded: dict[str, dict[str, float]], measured: dict[str, dict[str, float]]
) -> None:
    known = {name: floors for name, floors in recorded.items() if name in measured}
    worse = [
        f"{name}: {level} F1 is {measured[name][level]:.3f}, recorded {floors[level]:.3f}"
        for name, floors in known.items()
        for level in CHECKED
        if measured[name][level] < floors[level] - ALLOWED
    ]
    worse += [
        f"{name}: alarms are {measured[name]['alarms']:.3f}, recorded {floors['alarms']:.3f}"
        for name, floors in known.items()
        if measured[name]["alarms"] > floors.get("alarms", 1.0) + ALLOWED
    ]
    assert worse == []


def test_every_group_that_is_recorded_still_has_cases(
    recorded: dict[str, dict[str, float]], measured: dict[str, dict[str, float]]
) -> None:
    assert [name for name in recorded if name.startswith(f"{SET}: ") and name not in measured] == []
