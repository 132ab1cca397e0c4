"""What an act's date words say: its day, by the codebook's rule 8, and that it is still to come."""

from datetime import date

import pytest
import spacy
from spacy.language import Language

from models.event import Action, Status
from models.extraction import LANGUAGE_MODEL
from models.extraction.dates import dated
from models.extraction.draft import Draft

NLP = spacy.blank("en")
PUBLISHED = date(2024, 7, 12)  # a Friday

ACTS = [
    ("The bloc extended the ban on Thursday.", "on Thursday", Action.EXTEND, Status.ENACTED, date(2024, 7, 11)),
    # How long an act holds is not when it happened.
    ("The bloc extended the ban until January.", "January", Action.EXTEND, Status.ENACTED, None),
    ("The bloc will extend the ban until January.", "until January", Action.EXTEND, Status.PLANNED, None),
    ("It waived the ban till 3 August.", "3 August", Action.EASE, Status.ENACTED, None),
    # An act put off until a day is to come on that day.
    ("It put off the tariffs until 3 August.", "until 3 August", Action.IMPOSE, Status.PLANNED, date(2024, 8, 3)),
    ("It freezes the assets from 3 August.", "from 3 August", Action.IMPOSE, Status.PLANNED, date(2024, 8, 3)),
]


@pytest.mark.parametrize(("text", "words", "action", "status", "start"), ACTS)
def test_which_day_an_act_has(text: str, words: str, action: Action, status: Status, start: date | None):
    doc = NLP(text)
    doc._.published = PUBLISHED
    when = doc.char_span(text.index(words), text.index(words) + len(words))
    told = dated(Draft(0, doc[2:3], 0.9, action, status, when=when), doc)
    assert (told.date and told.date.start) == start


def test_an_act_of_a_day_to_come_is_planned():
    doc = NLP("It freezes the assets from 3 August.")
    doc._.published = PUBLISHED
    told = dated(Draft(0, doc[1:2], 0.9, Action.IMPOSE, Status.ENACTED, when=doc[5:7]), doc)
    assert (told.status, told.date and told.date.start) == (Status.PLANNED, date(2024, 8, 3))


TOLD = [
    ("Norland announced the return of all sanctions that were lifted under the accord.", "lifted", True),
    ("Sanctions imposed by the European Union weigh on the economy of Belarus.", "imposed", True),
    ("Police seized the yacht of a banker who was sanctioned by Canada.", "sanctioned", True),
    ("The Council had frozen the accounts of the bank.", "frozen", True),
    ("The European Union imposed sanctions on Belarus.", "imposed", False),
    ("Two banks were sanctioned by Canada.", "sanctioned", False),
    ("The Council has frozen the accounts of the bank.", "frozen", False),
    ("The ministry said that it had no plans and imposed new sanctions on Belarus.", "imposed", False),
    ("The sanctions on Belarus hit two banks.", "sanctions", False),
]


@pytest.fixture(scope="module")
def parser() -> Language:
    return spacy.load(LANGUAGE_MODEL)


@pytest.mark.parametrize(("text", "trigger", "expected"), TOLD)
def test_which_acts_are_told_as_done_before(parser: Language, text: str, trigger: str, expected: bool):
    doc = parser(text)
    act = doc.char_span(text.index(trigger), text.index(trigger) + len(trigger))
    assert act is not None
    assert dated(Draft(0, act, 0.9, Action.IMPOSE, Status.ENACTED), doc).is_background is expected
    assert dated(Draft(0, act, 0.9, Action.IMPOSE, Status.DEMANDED), doc).is_background is False
