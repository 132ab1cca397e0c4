"""The parts of a document that the models read: windows of whole sentences around the sanctions terms.

A text too long to tokenise as one is first cut into `segments`: ranges of characters around its terms. Each becomes a
`Doc` of its own; adding the segment's start maps an offset in it to the whole text.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, pairwise

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc, Span, SpanGroup

from models.extraction.gate import LONGEST_MATCH, TermMatch
from models.sentences import sentence_starts

MAX_WORDS = 80
CONTEXT_SENTENCES = 1  # read before and after a sentence that holds a term
SHORTEST_SEGMENT = 10 * LONGEST_MATCH

_CONTEXT = 2000  # characters that a segment takes in before and after a term, down to a sentence's edge
_OVERLAP = 4  # pieces of one overlong sentence share 1 / _OVERLAP of their words


def segments(text: str, matches: Sequence[TermMatch], max_chars: int) -> list[tuple[int, int]]:
    """The parts of `text` worth tokenising, as (start, end) in characters, in order, disjoint, of at most `max_chars`.

    Each of `matches` (`Gate.terms(text)`) lies whole in one of them, as far as possible with its sentence and the
    sentences around. A text of at most `max_chars` is one segment. Without matches (the title holds the term) the
    beginning of the text is taken. Work and memory grow with the number of matches, not with the text.

    Raises ValueError where `max_chars` is under `SHORTEST_SEGMENT`.
    """
    if max_chars < SHORTEST_SEGMENT:
        raise ValueError(f"max_chars is {max_chars}; use at least {SHORTEST_SEGMENT}")
    if len(text) <= max_chars:
        return [(0, len(text))] if text else []
    if not matches:
        return [(0, _cut(text, 0, max_chars, ()))]
    parts: list[tuple[int, int]] = []
    for group in _grouped(matches):
        start = _first_edge(text, max(0, group[0].start - _CONTEXT), group[0].start)
        if parts:
            start = max(start, parts[-1][1])
        end = _last_edge(text, group[-1].end, min(len(text), group[-1].end + _CONTEXT))
        parts += _split(text, start, end, group, max_chars)
    return parts


def _grouped(matches: Sequence[TermMatch]) -> Iterator[Sequence[TermMatch]]:
    """The matches in groups whose contexts touch."""
    first = 0
    for i in range(1, len(matches) + 1):
        if i == len(matches) or matches[i].start - matches[i - 1].end > 2 * _CONTEXT:
            yield matches[first:i]
            first = i


def _split(text: str, start: int, end: int, matches: Sequence[TermMatch], max_chars: int) -> Iterator[tuple[int, int]]:
    """The range in pieces of at most `max_chars`, without those that hold no match."""
    match_starts = [match.start for match in matches]
    while start < end:
        stop = end if end - start <= max_chars else _cut(text, start, start + max_chars, matches)
        first = bisect_left(match_starts, start)
        if first < len(matches) and matches[first].end <= stop:
            yield start, stop
        start = stop


def _cut(text: str, start: int, limit: int, matches: Sequence[TermMatch]) -> int:
    """Where to cut at or before `limit`: where a sentence begins, or else a word, but never inside a match."""
    if limit >= len(text):
        return len(text)
    across = bisect_right(matches, limit, key=lambda match: match.start) - 1
    if across >= 0 and matches[across].start > start and matches[across].end > limit:
        limit = matches[across].start
    floor = max(start + 1, limit - _CONTEXT)
    free = [edge for edge in sentence_starts(text, floor, limit + 1) if not _inside(edge, matches)]
    return free[-1] if free else _word_edge(text, floor, limit, matches)


def _word_edge(text: str, floor: int, limit: int, matches: Sequence[TermMatch]) -> int:
    for edge in range(limit, floor, -1):
        if text[edge - 1].isspace() and not _inside(edge, matches):
            return edge
    return limit


def _inside(edge: int, matches: Sequence[TermMatch]) -> bool:
    before = bisect_left(matches, edge, key=lambda match: match.start) - 1
    return before >= 0 and matches[before].end > edge


def _first_edge(text: str, start: int, end: int) -> int:
    """The first place from `start` to `end` where a sentence begins, or else a word, or else `start` itself."""
    if start == 0:
        return 0
    edge = next(sentence_starts(text, start, end + 1), None)
    if edge is not None and edge <= end:
        return edge
    return next((i for i in range(start, end + 1) if text[i - 1].isspace()), start)


def _last_edge(text: str, start: int, end: int) -> int:
    """The last place from `start` to `end` where a sentence begins, or else a word, or else `end` itself."""
    if end == len(text):
        return end
    edges = [edge for edge in sentence_starts(text, start, end + 1) if edge <= end]
    if edges:
        return edges[-1]
    return next((i for i in range(end, start, -1) if text[i - 1].isspace()), end)


@Language.factory(  # pyright: ignore[reportUnknownMemberType, reportUntypedFunctionDecorator]
    "sanctionwire_windows",
    default_config={"max_words": MAX_WORDS, "context_sentences": CONTEXT_SENTENCES},
    requires=["doc._.sanctions_terms", "doc._.sanctions_in_title"],
    assigns=["doc.spans", "token.is_sent_start"],
)
def create(nlp: Language, name: str, max_words: int, context_sentences: int) -> Callable[[Doc], Doc]:
    """A component that sets `doc.spans["windows"]`, of at most `max_words` tokens each, white space not counted.

    `context_sentences` are read before and after a sentence that holds a term.

    Raises ValueError where `max_words` is under 1.
    """
    if max_words < 1:
        raise ValueError(f"max_words is {max_words}; use at least 1")

    def cut_windows(doc: Doc) -> Doc:
        sentences = mark_sentences(doc)
        spans = [doc[start:end] for start, end in _windows(doc, sentences, max_words, context_sentences)]
        doc.spans["windows"] = SpanGroup(doc, name="windows", spans=spans)
        return doc

    return cut_windows


def mark_sentences(doc: Doc) -> list[Span]:
    """The sentences of `doc` by `sentence_starts`, after setting `is_sent_start` on all its tokens."""
    if not len(doc):
        return []
    token_starts = [token.idx for token in doc]
    begin = {0, *(bisect_left(token_starts, edge) for edge in sentence_starts(doc.text))} - {len(doc)}
    marks = np.full((len(doc), 1), -1)
    marks[list(begin)] = 1
    # At once, because the setter of a token looks at the whole doc every time.
    doc.from_array(["SENT_START"], marks.astype(np.uint64))  # pyright: ignore[reportArgumentType]
    edges = [*sorted(begin), len(doc)]
    return [doc[start:end] for start, end in pairwise(edges)]


def _windows(doc: Doc, sentences: Sequence[Span], max_words: int, context: int) -> Iterator[tuple[int, int]]:
    """The windows as (start, end) in tokens."""
    terms: Sequence[TermMatch] = doc._.sanctions_terms
    words = [_word_count(sentence) for sentence in sentences]
    if not (terms or doc._.sanctions_in_title) or not any(words):
        return
    if sum(words) <= max_words:
        yield 0, len(doc)
        return
    told = _with_term(sentences, terms)
    if told:
        read = told | {i for near in told for i in _around(near, words, max_words, context)}
    else:
        told = read = _lead(words, max_words)
    for run in _packed(sorted(read), words, told, max_words):
        first, last = sentences[run[0]], sentences[run[-1]]
        if words[run[0]] <= max_words:
            yield first.start, last.end
        else:
            yield from _pieces(first, max_words)


def _around(sentence: int, words: Sequence[int], max_words: int, context: int) -> Iterator[int]:
    """The sentences next to one that are read as its context: an overlong one is not."""
    for i in range(max(0, sentence - context), min(len(words), sentence + context + 1)):
        if words[i] <= max_words:
            yield i


def _lead(words: Sequence[int], max_words: int) -> set[int]:
    """The first sentences that fit one window, at least one."""
    sizes = list(accumulate(words))
    return set(range(max(1, bisect_right(sizes, max_words))))


def _word_count(span: Span) -> int:
    return sum(not token.is_space for token in span)


def _with_term(sentences: Sequence[Span], terms: Sequence[TermMatch]) -> set[int]:
    starts = [sentence.start_char for sentence in sentences]
    return {
        sentence
        for term in terms
        for sentence in range(max(0, bisect_right(starts, term.start) - 1), bisect_left(starts, term.end))
    }


def _packed(read: Sequence[int], words: Sequence[int], told: set[int], max_words: int) -> Iterator[list[int]]:
    """Neighbouring sentences of `read` together, as many as `max_words` allows; an overlong one stands alone.

    Runs without a sentence of `told` are left out: they were context of a window that had no room for them.
    """
    run: list[int] = []
    size = 0
    for i in read:
        if run and (i != run[-1] + 1 or size + words[i] > max_words):
            if not told.isdisjoint(run):
                yield run
            run, size = [], 0
        run.append(i)
        size += words[i]
    if run and not told.isdisjoint(run):
        yield run


def _pieces(sentence: Span, max_words: int) -> Iterator[tuple[int, int]]:
    """A sentence longer than a window, in overlapping pieces."""
    tokens = [token.i for token in sentence if not token.is_space]
    step = max(1, max_words - max_words // _OVERLAP)
    for first in range(0, len(tokens), step):
        piece = tokens[first : first + max_words]
        yield piece[0], piece[-1] + 1
        if first + max_words >= len(tokens):
            break
