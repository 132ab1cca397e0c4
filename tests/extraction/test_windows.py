from functools import cache
from itertools import pairwise

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc, Span

from models.extraction.gate import default_gate
from models.extraction.windows import SHORTEST_SEGMENT, segments

GATE = default_gate()
MAX_WORDS = 12


@cache
def pipeline(max_words: int) -> Language:
    nlp = spacy.blank("en")
    nlp.add_pipe("sanctionwire_gate")
    nlp.add_pipe("sanctionwire_windows", config={"max_words": max_words, "context_sentences": 1})
    return nlp


def read(text: str, title: str | None = None, max_words: int = MAX_WORDS) -> Doc:
    nlp = pipeline(max_words)
    doc = nlp.make_doc(text)
    doc._.title = title
    return nlp(doc)


def windows(doc: Doc) -> list[str]:
    return [window.text.strip() for window in doc.spans["windows"]]


def words(span: Span) -> int:
    return sum(not token.is_space for token in span)


A, B, C = "The first road is open.", "A second road is shut.", "A third road is new."
X, Y = "They imposed sanctions today.", "An embargo stands."


@pytest.mark.parametrize(
    ("sentences", "title", "expected"),
    [
        ([A, B, C], None, []),
        ([A, X], None, [[A, X]]),
        ([A, B, C], "Sanctions", [[A, B]]),
        ([X, A, B, C, C], None, [[X, A]]),
        ([A, B, X, C, A], None, [[B, X]]),
        ([A, A, A, A, Y], None, [[A, Y]]),
        ([X, A, B, C, A, Y], None, [[X, A], [A, Y]]),
        ([X, Y, X, A, B], None, [[X, Y], [X, A]]),
    ],
)
def test_windows_are_the_sentences_around_terms(
    sentences: list[str], title: str | None, expected: list[list[str]]
) -> None:
    assert windows(read(" ".join(sentences), title)) == [" ".join(window) for window in expected]


def test_windows_that_touch_are_one() -> None:
    assert windows(read(" ".join([A, A, A, X, B, Y, C, A, A]), max_words=40)) == [" ".join([A, X, B, Y, C])]


def test_a_short_document_is_one_window_whole() -> None:
    text = " ".join([A, B, C, X, A, B])
    assert windows(read(text, max_words=200)) == [text]


def test_an_overlong_sentence_is_cut_in_overlapping_pieces() -> None:
    text = "sanctions and " + " ".join(f"w{i}" for i in range(40)) + " end"
    doc = read(text)
    spans = list(doc.spans["windows"])
    assert (spans[0].start, spans[-1].end) == (0, len(doc))
    assert all(first.start < second.start < first.end for first, second in pairwise(spans))
    assert all(words(span) <= MAX_WORDS for span in spans)


def test_sentence_starts_are_set_on_the_tokens() -> None:
    doc = read("Mr. Plum met Gen. Rook. They left.\n\nA heading\n- an item")
    assert [sentence.text.strip() for sentence in doc.sents] == [
        "Mr. Plum met Gen. Rook.",
        "They left.",
        "A heading",
        "- an item",
    ]


def test_an_empty_document_has_no_windows() -> None:
    assert windows(read("")) == []
    assert windows(read(" \n ", "Sanctions")) == []


def test_a_window_holds_at_least_a_word() -> None:
    with pytest.raises(ValueError, match="max_words is 0"):
        read(A, max_words=0)


PIECES = st.sampled_from(
    [
        "sanctions",
        "froze",
        "the",
        "accounts",
        "of",
        "Iran",
        "U.S.",
        "roads.",
        "They",
        "end.",
        "\n\n",
        "\n-",
        "İ",
        "?",
    ]
)
TEXTS = st.lists(st.one_of(PIECES, st.text(max_size=4)), max_size=120).map(" ".join)


@given(TEXTS)
def test_no_term_is_lost_and_no_window_too_long(text: str) -> None:
    doc = read(text)
    spans = list(doc.spans["windows"])
    assert all(0 < words(span) <= MAX_WORDS for span in spans)
    covered = {token.i for span in spans for token in span}
    sentences = list(doc.sents) if len(doc) else []
    for term in doc._.sanctions_terms:
        for sentence in sentences:
            if sentence.start_char < term.end and term.start < sentence.end_char:
                assert {token.i for token in sentence if not token.is_space} <= covered
                if words(sentence) <= MAX_WORDS:
                    assert any(span.start <= sentence.start and sentence.end <= span.end for span in spans)


LONG = st.lists(
    st.tuples(
        st.sampled_from(["sanctions ", "ban oil Iran licence ", "Roads are new. ", "roads", "\n", "( ", "İ. "]),
        st.integers(1, 400),
    ),
    max_size=20,
).map(lambda parts: "".join(piece * times for piece, times in parts))


@given(LONG, st.integers(SHORTEST_SEGMENT, 3 * SHORTEST_SEGMENT))
def test_segments_are_disjoint_bounded_and_hold_every_match_whole(text: str, max_chars: int) -> None:
    matches = GATE.terms(text)
    parts = segments(text, matches, max_chars)
    assert all(0 <= start < end <= len(text) and end - start <= max_chars for start, end in parts)
    assert all(first[1] <= second[0] for first, second in pairwise(parts))
    for match in matches:
        assert any(start <= match.start and match.end <= end for start, end in parts)
    for start, end in parts:
        assert not matches or len(text) <= max_chars or GATE.terms(text[start:end])


def test_a_long_text_is_cut_where_sentences_begin() -> None:
    filler = "The road is open. " * 1000
    text = f"{filler}They imposed sanctions today. {filler}An embargo stands. {filler}"
    parts = segments(text, GATE.terms(text), 10_000)
    assert len(parts) == 2
    assert all(text[start:end].startswith("The road") and text[start:end].endswith("open. ") for start, end in parts)


def test_the_beginning_of_a_long_text_is_read_where_only_the_title_holds_a_term() -> None:
    text = "The road is open. " * 1000
    [(start, end)] = segments(text, [], 10_000)
    assert start == 0
    assert text[:end].endswith("open. ")
    assert 5_000 < end <= 10_000


def test_segments_too_short_for_a_match_are_refused() -> None:
    with pytest.raises(ValueError, match="max_chars is 10; use at least"):
        segments("text", [], 10)
