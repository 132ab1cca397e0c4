"""Tags and heads of windows that share words."""

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc, Token

from models.extraction import (
    LANGUAGE_MODEL,
    syntax,  # noqa: F401  (registers the component)
)

SENTENCE = (
    "The ministry said that the banks which the Council had listed in May over the loans that they gave to the"
    " yard that built the ships which carried the oil that the embargo covers would be taken off the list once the"
    " owners who control them have sold the shares that the decree names"
)


@pytest.fixture(scope="module")
def nlp() -> Language:
    nlp = spacy.blank("en")
    nlp.add_pipe("sanctionwire_syntax", config={"model": LANGUAGE_MODEL})
    return nlp


def parsed(nlp: Language, *windows: tuple[int, int]) -> Doc:
    doc = nlp.make_doc(SENTENCE)
    doc.spans["windows"] = [doc[start:end] for start, end in windows]
    return nlp(doc)


def is_rooted(token: Token) -> bool:
    """Whether the way up from head to head ends."""
    seen = set[int]()
    while token.head.i != token.i:
        if token.i in seen:
            return False
        seen.add(token.i)
        token = token.head
    return True


@pytest.mark.parametrize("start", range(2, 30, 3))
def test_heads_never_run_in_a_circle(nlp: Language, start: int):
    doc = parsed(nlp, (0, start + 12), (start, start + 24))
    assert all(is_rooted(token) for token in doc)


def test_a_word_keeps_its_first_parse(nlp: Language):
    alone, both = parsed(nlp, (0, 30)), parsed(nlp, (0, 30), (10, 50))
    assert [(t.tag_, t.dep_, t.head.i) for t in both[:30]] == [(t.tag_, t.dep_, t.head.i) for t in alone[:30]]
    assert all(token.dep_ for token in both[30:50])
