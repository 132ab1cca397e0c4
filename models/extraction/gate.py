"""Which documents can hold a sanctions event: finds sanctions terms in raw text, before anything is tokenised.

The terms stand in seeds/terms.csv. A `measure` is a term on its own. A `cue` and an `object` of a common group are one
together, within one sentence: "froze" and "accounts". Objects of the group `party` are also the countries of
seeds/countries.csv, with adjectives and capitals, except those that terms.csv calls `common`: names too frequent in
ordinary news to tell anything. A trailing `*` stands for any ending of the word.
"""

import re
from bisect import bisect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation
from spacy.language import Language
from spacy.tokens import Doc

from models.extraction import extensions
from models.seeds import SeedError, countries, member, read_rows, values
from models.sentences import sentence_starts

TERMS = "terms.csv"
PARTY = "party"
LONGEST_MATCH = 300  # characters; a cue and an object farther apart are not taken together

_LONGEST_ENDING = 12  # letters that a `*` stands for at most
_ENDING = re.compile(rf"\w{{0,{_LONGEST_ENDING + 1}}}")
_AS_SPACE = ("\n", "\r", "\t", "\xa0", "-", "\u2010", "\u2011", "\u2013")

extensions.register(title=None, sanctions_terms=(), sanctions_in_title=False)


class Kind(StrEnum):
    """How a term counts: alone, together with its counterpart, or not at all although it names a country."""

    MEASURE = "measure"
    CUE = "cue"
    OBJECT = "object"
    COMMON = "common"


@dataclass(frozen=True, slots=True)
class Term:
    """A row of the seed: `text` in lower case, without the `*` of an `open_ended` term; a measure has no `groups`."""

    text: str
    open_ended: bool
    kind: Kind
    groups: frozenset[str]


@dataclass(frozen=True, slots=True)
class TermMatch:
    """A sanctions term in a text: characters `start` to `end`, and the terms found there as the seed writes them.

    Two terms where a cue and an object count together; the match then covers both and what stands between.
    """

    start: int
    end: int
    terms: tuple[str, ...]


class _Found(NamedTuple):  # made by the dozen for every document: cheaper than a dataclass
    start: int
    end: int
    term: Term


class Gate:
    """Finds the terms in one pass over a text, whatever their number (Aho and Corasick, 1975)."""

    def __init__(self, terms: Iterable[Term]) -> None:
        """Builds the automaton of `terms`."""
        self._terms = tuple(terms)
        self._automaton = AhoCorasick([term.text for term in self._terms], implementation=Implementation.DFA)

    def passes(self, title: str | None, text: str) -> bool:
        """Whether the document is worth reading: its title or its text holds a sanctions term."""
        return any(True for part in (text, title) if part for _ in self._matches(part))

    def terms(self, text: str) -> list[TermMatch]:
        """The sanctions terms of `text`, in order, none overlapping; whole words, upper and lower case alike.

        White space, hyphens and dashes between the words of a term are the same, and so are straight and curly
        apostrophes. No match is longer than `LONGEST_MATCH` characters; a cue and its object stand in one sentence.
        """
        return _disjoint(self._matches(text))

    def _matches(self, text: str) -> Iterator[TermMatch]:
        found = list(self._find(_fold(text)))
        for one in found:
            if one.term.kind is Kind.MEASURE:
                yield TermMatch(one.start, one.end, (one.term.text,))
        yield from _pairs(text, found)

    def _find(self, folded: str) -> Iterator[_Found]:
        for index, start, end in self._automaton.find_matches_as_indexes(folded, overlapping=True):
            if start and folded[start - 1].isalnum():
                continue
            term = self._terms[index]
            if term.open_ended:
                ending = _ENDING.match(folded, end)
                if ending is not None:
                    if ending.end() - end > _LONGEST_ENDING:
                        continue
                    end = ending.end()
            elif end < len(folded) and folded[end].isalnum():
                continue
            yield _Found(start, end, term)


@cache
def default_gate() -> Gate:
    """The gate of seeds/terms.csv and seeds/countries.csv. Raises `SeedError` where one of them is invalid."""
    terms = read_terms()
    known = {term.text for term in terms}
    return Gate(
        [term for term in terms if term.kind is not Kind.COMMON]
        + [Term(name, False, Kind.OBJECT, frozenset({PARTY})) for name in sorted(_country_names()) if name not in known]
    )


def read_terms() -> list[Term]:
    """The terms of seeds/terms.csv.

    Raises `SeedError` for an unknown kind, groups that are missing or have no place, and a `*` that is not at the end.
    """
    terms: list[Term] = []
    for number, row in read_rows(TERMS, ("term", "kind", "groups")):
        kind = member(Kind, "kind", row["kind"], TERMS, number)
        groups = frozenset(values(row["groups"]))
        if bool(groups) is not (kind in (Kind.CUE, Kind.OBJECT)):
            raise SeedError(f"{TERMS}:{number}: a cue or an object needs groups, and nothing else takes any")
        text = _fold(row["term"].removesuffix("*")).strip()
        if not text or "*" in text:
            raise SeedError(f"{TERMS}:{number}: the term is {row['term']!r}; write a word, and `*` only at the end")
        terms.append(Term(text, row["term"].endswith("*"), kind, groups))
    return terms


def _country_names() -> set[str]:
    return {_fold(name) for country in countries() for name in country.names}


@Language.factory("sanctionwire_gate", assigns=["doc._.sanctions_terms", "doc._.sanctions_in_title"])  # pyright: ignore[reportUnknownMemberType, reportUntypedFunctionDecorator]
def create(nlp: Language, name: str) -> Callable[[Doc], Doc]:
    """A component that sets `doc._.sanctions_terms`, a tuple of `TermMatch`, and `doc._.sanctions_in_title`.

    The title is `doc._.title`.
    """
    gate = default_gate()

    def find_terms(doc: Doc) -> Doc:
        doc._.sanctions_terms = tuple(gate.terms(doc.text))
        doc._.sanctions_in_title = bool(doc._.title and gate.terms(doc._.title))
        return doc

    return find_terms


def _fold(text: str) -> str:
    """`text` in lower case, with one kind of space and of apostrophe, every character still in its place."""
    folded = text.lower()
    if len(folded) != len(text):  # a few letters have a longer lower case: "İ"
        folded = "".join(low if len(low := char.lower()) == 1 else char for char in text)
    for char in _AS_SPACE:
        folded = folded.replace(char, " ")
    return folded.replace("\u2019", "'")


def _pairs(text: str, found: list[_Found]) -> Iterator[TermMatch]:
    """Each cue with an object of a common group in its sentence, the nearest one before it or else after it."""
    objects = [f for f in found if f.term.kind is Kind.OBJECT]
    cues = [f for f in found if f.term.kind is Kind.CUE] if objects else []
    starts = [f.start for f in objects]
    for cue in cues:
        after = bisect(starts, cue.start)
        for order in (range(after - 1, -1, -1), range(after, len(objects))):
            pair = next(_partners(text, cue, (objects[i] for i in order)), None)
            if pair is not None:
                yield pair
                break


def _partners(text: str, cue: _Found, objects: Iterable[_Found]) -> Iterator[TermMatch]:
    for thing in objects:
        start, end = min(cue.start, thing.start), max(cue.end, thing.end)
        if end - start > LONGEST_MATCH:
            return
        if cue.end > thing.start and thing.end > cue.start:
            continue
        if not cue.term.groups.isdisjoint(thing.term.groups):
            if next(sentence_starts(text, start, end), None) is not None:
                return
            first, second = (cue, thing) if cue.start < thing.start else (thing, cue)
            yield TermMatch(start, end, (first.term.text, second.term.text))


def _disjoint(matches: Iterable[TermMatch]) -> list[TermMatch]:
    """The matches in order, without those that begin inside an earlier or longer one: they share its sentence."""
    kept: list[TermMatch] = []
    for match in sorted(matches, key=lambda m: (m.start, -m.end)):
        if not kept or match.start >= kept[-1].end:
            kept.append(match)
    return kept
