import numpy as np
import spacy

from models.event import Action, Measure, Status
from models.extraction.draft import Draft
from models.extraction.encoding import ACTIONS, MEASURES, ROLE_TAGS, STATUSES
from models.extraction.model import ActReading
from models.extraction.roles import fill

TEXT = "The EU and Japan imposed sanctions on Russian banks on Monday"
OUT, B_ACTOR, I_ACTOR, B_TARGET, I_TARGET, B_DATE, I_DATE = range(ROLE_TAGS)
TAGS = [OUT, B_ACTOR, OUT, B_ACTOR, OUT, OUT, OUT, B_TARGET, I_TARGET, B_DATE, I_DATE]


def filled(action: Action, *, read_as: Action, measures: dict[Measure, float]) -> Draft:
    doc = spacy.blank("en").make_doc(TEXT)
    roles = np.log(np.full((len(doc), ROLE_TAGS), 0.01, dtype=np.float32))
    roles[range(len(doc)), TAGS] = np.log(0.9)
    roles[8, I_TARGET] = np.log(0.6)
    reading = ActReading(
        roles,
        one_hot(ACTIONS.index(read_as), len(ACTIONS)),
        one_hot(STATUSES.index(Status.PLANNED), len(STATUSES)),
        np.array([measures.get(measure, 0.0) for measure in MEASURES], dtype=np.float32),
    )
    return fill(Draft(0, doc[4:5], 0.8, action), reading, list(doc), measure_threshold=0.4)


def one_hot(place: int, size: int) -> np.ndarray:
    return np.eye(size, dtype=np.float32)[place]


def test_coordinated_parties_are_spans_of_their_own() -> None:
    draft = filled(Action.IMPOSE, read_as=Action.IMPOSE, measures={})
    assert [span.text for span in draft.actors] == ["EU", "Japan"]
    assert [span.text for span in draft.targets] == ["Russian banks"]
    assert draft.when is not None
    assert draft.when.text == "on Monday"


def test_the_least_certain_role_word_counts() -> None:
    assert round(filled(Action.IMPOSE, read_as=Action.IMPOSE, measures={}).certainty, 3) == 0.6


def test_reading_the_marked_act_outweighs_the_word() -> None:
    assert filled(Action.IMPOSE, read_as=Action.EXTEND, measures={}).action is Action.EXTEND


def test_status_and_measures_come_from_the_marked_act() -> None:
    draft = filled(Action.IMPOSE, read_as=Action.IMPOSE, measures={Measure.FINANCIAL: 0.9, Measure.ENERGY: 0.5})
    assert draft.status is Status.PLANNED
    assert draft.measures == (Measure.FINANCIAL, Measure.ENERGY)


def test_an_act_has_at_least_its_likeliest_measure() -> None:
    draft = filled(Action.IMPOSE, read_as=Action.IMPOSE, measures={Measure.AID: 0.2, Measure.ENERGY: 0.1})
    assert draft.measures == (Measure.AID,)
