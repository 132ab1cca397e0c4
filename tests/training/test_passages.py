"""The annotation of a passage, given as strings, on the words that the model reads. Parties are invented."""

import random
from typing import Any

import pytest

from models.event import Action, Measure, Status
from models.extraction.encoding import ACTIONS, MEASURES, STATUSES, WordPieces
from models.extraction.model import WEIGHTS
from models.training.passages import example, held_back, swap_countries

FORMS = [
    ("Freedonia", "Freedonian", "Fredville"),
    ("Sylvania", "Sylvanian", "Silva"),
    ("Ruritania", "Ruritanian", ""),
    ("Utopia", "Utopian", "Amaurot"),
    ("Erewhon", "Erewhonian", "Nowhere"),
]


@pytest.fixture(scope="module")
def pieces() -> WordPieces:
    return WordPieces(WEIGHTS / "tokenizer.json")


def passage(text: str, trigger: str, actor: str, target: str, date: str | None = None) -> dict[str, Any]:
    event = {
        "actor": [{"text": actor, "name": actor}],
        "action": "lift",
        "status": "planned",
        "target": [{"text": target, "name": target}],
        "measure": ["trade", "energy"],
        "date": {"text": date, "start": None, "precision": "day"} if date else None,
        "trigger": trigger,
    }
    return {"id": "a#1", "title": "A title", "text": text, "events": [event]}


def test_strings_become_word_positions(pieces: WordPieces) -> None:
    read = example(
        passage("Freedonia's junta will lift its ban on Monday.", "lift", "Freedonia", "its", "on Monday"), pieces
    )
    (act,) = read.acts
    assert act.trigger == (4, 5)
    assert act.roles == (((0, 1),), ((5, 6),), ((7, 9),))
    assert (ACTIONS[act.action], STATUSES[act.status]) == (Action.LIFT, Status.PLANNED)
    assert [MEASURES[m] for m in act.measures] == [Measure.TRADE, Measure.ENERGY]


def test_a_word_told_twice_is_the_one_near_its_arguments(pieces: WordPieces) -> None:
    text = "They lift weights in the gym, and far away from there Freedonia will lift a ban on Sylvania."
    (act,) = example(passage(text, "lift", "Freedonia", "Sylvania"), pieces).acts
    assert act.trigger == (14, 15)


def test_part_of_a_word_is_not_the_word(pieces: WordPieces) -> None:
    (act,) = example(
        passage("Uplifting news: Freedonia may lift its ban on Sylvania.", "lift", "Freedonia", "Sylvania"), pieces
    ).acts
    assert act.trigger == (5, 6)


def test_passages_of_one_document_are_held_back_together() -> None:
    assert len({held_back({"id": f"doc-7#{part}"}) for part in range(20)}) == 1
    assert 0 < sum(held_back({"id": f"doc-{number}#1"}) for number in range(400)) < 80


def test_swapped_countries_keep_the_annotation_on_its_words(pieces: WordPieces) -> None:
    told = passage("Fredville will lift a Freedonian ban on Ruritania.", "lift", "Fredville", "Ruritania")
    swapped = swap_countries(told, FORMS, random.Random(3))
    assert "Fredville" not in swapped["text"]
    assert "Ruritania" not in swapped["text"]
    (before,), (after,) = example(told, pieces).acts, example(swapped, pieces).acts
    assert before == after
