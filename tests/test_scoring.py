"""The scorer's definition, case by case, and against the one it must agree with."""

import importlib.util
import json
import random
from pathlib import Path
from typing import Any

import pytest

from models.scoring import LEVELS, score

KEYS = {"eu": "EU", "european union": "EU", "russia": "RUS", "russian": "RUS", "moscow": "RUS", "iran": "IRN"}


def party(text: str, name: str | None = None) -> dict[str, str]:
    return {"text": text, "name": name or text}


def event(actor: str, action: str, target: str, **fields: Any) -> dict[str, Any]:
    sides = {"actor": [party(a) for a in actor.split("|") if a], "target": [party(t) for t in target.split("|") if t]}
    return {
        **sides,
        "action": action,
        "status": "enacted",
        "measure": ["general"],
        "date": None,
        "trigger": "x",
        **fields,
    }


DAY = {"text": "on Monday", "start": "2024-05-06", "precision": "day"}
GOLD = event("EU", "impose", "Russia", date=DAY)

# (extracted, event, triple, quad, full)
CASES = [
    (GOLD, 1, 1, 1, 1),
    (event("European Union", "impose", "Moscow", date=DAY), 1, 1, 1, 1),
    (event("EU", "impose", "Russia", date=DAY, status="planned"), 1, 1, 1, 0),
    (event("EU", "impose", "Russia"), 1, 1, 0, 0),
    (event("EU", "impose", "Russia", date={**DAY, "start": "2024-05-07"}), 1, 1, 0, 0),
    (event("EU", "impose", "Iran", date=DAY), 1, 0, 0, 0),
    (event("", "impose", "Russia", date=DAY), 1, 0, 0, 0),
    (event("EU", "lift", "Russia", date=DAY), 0, 0, 0, 0),
    (event("Iran", "impose", "Iran", date=DAY), 0, 0, 0, 0),
]


@pytest.mark.parametrize(("found", "of_event", "triple", "quad", "full"), CASES)
def test_levels(found: dict[str, Any], of_event: int, triple: int, quad: int, full: int) -> None:
    levels = score([{"id": "d", "events": [GOLD]}], {"d": [found]}, KEYS).levels
    assert [levels[name].f1 for name in ("event", "triple", "quad", "full")] == [of_event, triple, quad, full]


def test_each_pair_of_coordinated_parties_counts() -> None:
    gold = event("EU", "impose", "Russia|Iran")
    levels = score([{"id": "d", "events": [gold]}], {"d": [event("EU", "impose", "Iran")]}, KEYS).levels
    assert (levels["triple"].precision, levels["triple"].recall) == (1.0, 0.5)


def test_a_month_agrees_by_its_month() -> None:
    gold = event("EU", "lift", "Iran", date={"text": "in May", "start": "2024-05-01", "precision": "month"})
    found = event("EU", "lift", "Iran", date={"text": "in early May", "start": "2024-05-03", "precision": "month"})
    assert score([{"id": "d", "events": [gold]}], {"d": [found]}, KEYS).levels["quad"].f1 == 1


def test_missed_spurious_and_false_alarms_are_told() -> None:
    documents = [{"id": "told", "events": [GOLD]}, {"id": "silent", "events": []}]
    result = score(documents, {"silent": [GOLD]}, KEYS)
    assert [(d.document, d.annotated is None) for d in result.disagreements] == [("told", False), ("silent", True)]
    assert (result.counts["alarms"], result.counts["empty"]) == (1, 1)


def test_agrees_with_the_definition(shared: Path) -> None:
    """On annotated passages with seeded errors put into a copy of their events."""
    spec = importlib.util.spec_from_file_location("definition", shared / "eval" / "score.py")
    assert spec and spec.loader
    definition = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(definition)
    gold = definition.read(shared / "corpora" / "passages" / "train.jsonl")
    found = {document["id"]: with_errors(document["events"], random.Random(document["id"])) for document in gold}
    expected, _ = definition.score(gold, found)
    actual = score(gold, found, definition.ALIASES)
    assert {name: actual.levels[name].f1 for name in LEVELS} == {name: expected[name]["f1"] for name in LEVELS}
    assert actual.accuracy == expected["accuracy"]
    assert 0.3 < actual.levels["full"].f1 < 0.9, "the seeded errors must leave something to tell apart"


def with_errors(events: list[dict[str, Any]], rng: random.Random) -> list[dict[str, Any]]:
    changed: list[dict[str, Any]] = json.loads(json.dumps([e for e in events if rng.random() > 0.2]))
    for one in changed:
        one["status"] = one["status"] if rng.random() > 0.2 else "considered"
        one["action"] = one["action"] if rng.random() > 0.1 else "lift"
        one["date"] = one["date"] if rng.random() > 0.2 else None
        one["target"] = one["target"] if rng.random() > 0.2 else one["target"][1:]
        for named in one["actor"]:
            named["name"] = named["name"] if rng.random() > 0.3 else named["text"]
    return changed * (2 if rng.random() > 0.9 else 1)
