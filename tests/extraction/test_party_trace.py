from datetime import date

import pytest
from spacy.language import Language
from spacy.tokens import Doc

from models.event import Action, Party
from models.extraction.draft import Draft
from models.extraction.parties import How, resolve
from models.extraction.party_trace import origins
from models.extraction.trace import trace
from models.parties.setting import Setting

# (text, the actor's words, its id, how it was found, what it was found by)
ACTORS = [
    ("Moscow sanctioned two firms.", "Moscow", "RUS", How.NAME, "'Moscow' in countries.csv"),
    ("The Treasury of the EU-backed body imposed sanctions.", "EU-backed", "EU", How.COMPOUND, "'EU' in parties.csv"),
    ("Canada said that it would sanction Iran.", "it", "CAN", How.PRONOUN, "'Canada' at character 0"),
    ("Sanctions by the European Union hold. The bloc sanctioned Iran.", "The bloc", "EU", How.DESCRIPTION,
     "'European Union' at character 17"),
    ("The government of Poland sanctioned two firms.", "The government of Poland", "POL", How.GOVERNMENT,
     "'government' in references.csv"),
    ("Sanctions were set by the Eurpean Union.", "Eurpean Union", "EU", How.MISSPELT, "parties.csv"),
    ("Minister Olga Tarvane met the press. Tarvane announced sanctions.", "Tarvane", None, How.SURNAME,
     "'Olga Tarvane' in the document"),
    ("Vladimir Putin met the press. Putin announced sanctions.", "Putin", "VLADIMIR-PUTIN", How.SURNAME,
     "'Vladimir Putin' in the document"),
    ("Brelkov Shipping evaded sanctions.", "Brelkov Shipping", None, How.AS_IT_STANDS, None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "words", "party_id", "how", "source"), ACTORS)
def test_a_party_says_how_it_was_found(
    nlp: Language, text: str, words: str, party_id: str | None, how: How, source: str | None
) -> None:
    doc, act = _act_by(nlp, text, words)
    (actor,) = act.actor_parties
    (((origin,), targets),) = origins(doc, [act])
    assert (actor.id, origin.how, origin.source) == (party_id, how, source)
    assert targets == []


def test_an_antecedent_in_the_title_is_told_as_such(nlp: Language) -> None:
    doc, act = _act_by(nlp, "The bloc sanctioned two firms.", "The bloc", title="European Union acts")
    (((origin,), _),) = origins(doc, [act])
    assert origin.source == "'European Union' in the title"


def _act_by(nlp: Language, text: str, words: str, title: str | None = None) -> tuple[Doc, Draft]:
    """A parsed document with one act, told by its first word, whose actor is the last that reads `words`."""
    doc = trace(nlp, text, title, date(2025, 9, 8)).doc
    start = text.rindex(words)
    actor = doc.char_span(start, start + len(words), alignment_mode="expand")
    assert actor is not None
    draft = Draft(0, doc[0:1], 1.0, Action.IMPOSE, actors=(actor,))
    (act,) = resolve(Setting.of(doc), [draft])
    assert isinstance(act.actor_parties[0], Party)
    return doc, act
