"""Spans that the model cut short, mended by the parse. Parties are invented."""

import pytest
import spacy
from spacy.tokens import Doc, Span

from models.extraction import LANGUAGE_MODEL
from models.extraction.phrases import phrases


@pytest.fixture(scope="module")
def parser() -> spacy.Language:
    return spacy.load(LANGUAGE_MODEL)


def spans(doc: Doc, *texts: str) -> list[Span]:
    found = [doc.char_span(start := doc.text.index(text), start + len(text)) for text in texts]
    return [span for span in found if span is not None]


@pytest.mark.parametrize(
    ("text", "told", "expected"),
    [
        ("The EU sanctioned Norvane Shipping on Monday.", ["Norvane"], ["Norvane Shipping"]),
        ("The EU sanctioned Norvane Shipping on Monday.", ["EU"], ["EU"]),
        ("They listed 28 members of the old cabinet.", ["28 members of"], ["28 members of the old cabinet"]),
        ("They listed banks and ports.", ["banks and", "ports"], ["banks", "ports"]),
        ("We act with other like-minded partners.", ["other like", "minded partners"], ["other like-minded partners"]),
        ("They listed Iran and Syria.", ["Iran", "Syria"], ["Iran", "Syria"]),
        ("They fined dozens of firms.", ["dozens of", "firms"], ["dozens of firms"]),
        ("They fined it, too.", [","], []),
    ],
)
def test_parties_are_whole_phrases(parser: spacy.Language, text: str, told: list[str], expected: list[str]) -> None:
    assert [span.text for span in phrases(spans(parser(text), *told))] == expected


def test_without_a_parse_spans_stay() -> None:
    doc = spacy.blank("en").make_doc("They listed banks and ports.")
    assert [span.text for span in phrases(spans(doc, "banks and"))] == ["banks and"]
