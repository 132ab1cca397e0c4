import numpy as np
import pytest
import spacy

from models.event import Action
from models.extraction.acts import find, window_words
from models.extraction.encoding import ACTIONS

TEXT = "They put in place sanctions and lifted tariffs"


def scores(**told: tuple[Action, float]) -> np.ndarray:
    """Probabilities for the words of TEXT: those named tell an act of the action so likely."""
    table = np.zeros((8, 1 + len(ACTIONS)), dtype=np.float32)
    table[:, 0] = 1
    for word, (action, probability) in told.items():
        row = table[TEXT.split().index(word)]
        row[0], row[1 + ACTIONS.index(action)] = 1 - probability, probability
    return table


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({}, []),
        ({"put": (Action.IMPOSE, 0.9)}, [("put", Action.IMPOSE, 0.9)]),
        ({"put": (Action.IMPOSE, 0.4)}, []),
        (
            {"put": (Action.IMPOSE, 0.6), "in": (Action.IMPOSE, 0.8), "place": (Action.IMPOSE, 0.7)},
            [("put in place", Action.IMPOSE, 0.8)],
        ),
        (
            {"put": (Action.IMPOSE, 0.9), "lifted": (Action.LIFT, 0.7)},
            [("put", Action.IMPOSE, 0.9), ("lifted", Action.LIFT, 0.7)],
        ),
        (
            {"place": (Action.EXTEND, 0.9), "sanctions": (Action.IMPOSE, 0.9)},
            [("place", Action.EXTEND, 0.9), ("sanctions", Action.IMPOSE, 0.9)],
        ),
    ],
)
def test_neighbouring_words_of_one_action_tell_one_act(
    told: dict[str, tuple[Action, float]], expected: list[tuple[str, Action, float]]
) -> None:
    doc = spacy.blank("en").make_doc(TEXT)
    acts = find(doc, 0, list(doc), scores(**told), threshold=0.5)
    assert [(act.trigger.text, act.action, round(act.probability, 3)) for act in acts] == expected


def test_an_act_is_told_in_one_sentence() -> None:
    doc = spacy.blank("en").make_doc(TEXT)
    doc[3].is_sent_start = True
    told = scores(**{"in": (Action.IMPOSE, 0.9), "place": (Action.IMPOSE, 0.8)})
    acts = find(doc, 0, list(doc), told, threshold=0.5)
    assert [act.trigger.text for act in acts] == ["in", "place"]


def test_white_space_is_no_word() -> None:
    doc = spacy.blank("en").make_doc("The EU\n\n  acts")
    assert [word.text for word in window_words(doc[:])] == ["The", "EU", "acts"]
