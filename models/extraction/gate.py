"""Which documents can hold a sanctions event: finds sanctions terms in raw text, before anything is tokenised.

The terms stand in seeds/terms.csv. A `measure` is a term on its own. An `act` and an `object` of a common group are one
together, within one sentence. The objects of the group `party` are the countries of seeds/countries.csv as well, with
their adjectives and capitals, but for those that terms.csv calls `common`. A trailing `*` stands for any ending of the
word.
"""

import re
from bisect import bisect
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from ahocorasick_rs import AhoCorasick, Implementation
from spacy.language import Language
from spacy.tokens import Doc

from models.extraction.sentences import sentence_starts
from models.seeds import SeedError, countries, read_rows

TERMS = "terms.csv"
PARTY = "party"
LONGEST_MATCH = 300  # characters; an act and an object farther apart are not taken together

_LONGEST_ENDING = 12  # letters that a `*` stands for at most
_ENDING = re.compile(rf"\w{{0,{_LONGEST_ENDING + 1}}}")
_AS_SPACE = ("\n", "\r", "\t", "\xa0", "-", "\u2010", "\u2011", "\u2013")


class Kind(StrEnum):
    """How a term counts: alone, together with its counterpart, or not at all although it names a country."""

    MEASURE = "measure"
    ACT = "act"
    OBJECT = "object"
    COMMON = "common"


@dataclass(frozen=True, slots=True)
class Term:
    """A row of the seed: `text` in lower case without the `*` of an `open_ended` term; `groups` is empty for a measure."""

    text: str
    open_ended: bool
    kind: Kind
    groups: frozenset[str]


@dataclass(frozen=True, slots=True)
class TermMatch:
    """A sanctions term in a text: characters `start` to `end`, and the terms found there as the seed writes them.

    Two terms where an act and an object count together; the match then covers both and what stands between.
    """

    start: int
    end: int
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    start: int
    end: int
    term: Term


class Gate:
    """Finds the terms in one pass over a text, whatever their number (Aho and Corasick, 1975)."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self._terms = tuple(terms)
        self._automaton = AhoCorasick([term.text for term in self._terms], implementation=Implementation.DFA)

    def passes(self, title: str | None, text: str) -> bool:
        """Whether the document is worth reading: its title or its text holds a sanctions term."""
        return bool(self.terms(text)) or bool(title and self.terms(title))

    def terms(self, text: str) -> list[TermMatch]:
        """The sanctions terms of `text`, in order, none overlapping; whole words, upper and lower case alike.

        White space, hyphens and dashes between the words of a term are the same. No match is longer than
        `LONGEST_MATCH` characters and none reaches over the end of a sentence.
        """
        found = list(self._find(_fold(text)))
        matches = [TermMatch(f.start, f.end, (f.term.text,)) for f in found if f.term.kind is Kind.MEASURE]
        matches += _pairs(text, found)
        return _disjoint(matches)

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


def read_terms(file: str = TERMS) -> list[Term]:
    """The terms of a seed file with the columns term, kind and groups (several: `|` between).

    Raises `SeedError`, naming file and line, for an unknown kind, and for groups that are missing or have no place.
    """
    terms: list[Term] = []
    for number, row in read_rows(file, ("term", "kind", "groups")):
        where = f"{file}:{number}"
        if row["kind"] not in list(Kind):
            raise SeedError(f"{where}: kind is {row['kind']!r}; use one of {', '.join(Kind)}")
        kind = Kind(row["kind"])
        groups = frozenset(group for group in row["groups"].split("|") if group)
        if bool(groups) is not (kind in (Kind.ACT, Kind.OBJECT)):
            raise SeedError(f"{where}: an act or an object needs groups, and nothing else takes any")
        text = _fold(row["term"].removesuffix("*")).strip()
        if not text:
            raise SeedError(f"{where}: the term is empty")
        terms.append(Term(text, row["term"].endswith("*"), kind, groups))
    return terms


def _country_names() -> set[str]:
    return {
        _fold(name)
        for country in countries()
        for name in (country.name, *country.adjectives, *country.capitals, *country.aliases)
    }


@Language.factory("sanctionwire_gate")
def create_gate(nlp: Language, name: str) -> "GateComponent":
    """A component that sets `doc._.sanctions_terms`, and `doc._.sanctions_in_title` from `doc._.title`."""
    return GateComponent(default_gate())


class GateComponent:
    """Marks the sanctions terms of a document: `doc._.sanctions_terms` holds a tuple of `TermMatch`."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        for extension, default in (("sanctions_terms", ()), ("sanctions_in_title", False), ("title", None)):
            if not Doc.has_extension(extension):
                Doc.set_extension(extension, default=default)

    def __call__(self, doc: Doc) -> Doc:
        """Sets the extensions on `doc` and returns it."""
        doc._.sanctions_terms = tuple(self._gate.terms(doc.text))
        doc._.sanctions_in_title = bool(doc._.title) and bool(self._gate.terms(doc._.title))
        return doc


def _fold(text: str) -> str:
    """`text` in lower case and with one kind of space, every character still in its place."""
    folded = text.lower()
    if len(folded) != len(text):  # a few letters have a longer lower case: "İ"
        folded = "".join(low if len(low := char.lower()) == 1 else char for char in text)
    for char in _AS_SPACE:
        folded = folded.replace(char, " ")
    return folded


def _pairs(text: str, found: list[_Found]) -> Iterator[TermMatch]:
    """Each act with the nearest object of a common group in its sentence."""
    objects = [f for f in found if f.term.kind is Kind.OBJECT]
    acts = [f for f in found if f.term.kind is Kind.ACT] if objects else []
    starts = [f.start for f in objects]
    for act in acts:
        after = bisect(starts, act.start)
        for order in (range(after - 1, -1, -1), range(after, len(objects))):
            pair = next(_partners(text, act, (objects[i] for i in order)), None)
            if pair is not None:
                yield pair
                break


def _partners(text: str, act: _Found, objects: Iterable[_Found]) -> Iterator[TermMatch]:
    for thing in objects:
        start, end = min(act.start, thing.start), max(act.end, thing.end)
        if end - start > LONGEST_MATCH:
            return
        if act.end > thing.start and thing.end > act.start:
            continue
        if not act.term.groups.isdisjoint(thing.term.groups):
            if next(sentence_starts(text, start, end), None) is not None:
                return
            first, second = (act, thing) if act.start < thing.start else (thing, act)
            yield TermMatch(start, end, (first.term.text, second.term.text))


def _disjoint(matches: list[TermMatch]) -> list[TermMatch]:
    """The matches in order, without those that begin inside an earlier or longer one: they share its sentence."""
    kept: list[TermMatch] = []
    for match in sorted(matches, key=lambda m: (m.start, -m.end)):
        if not kept or match.start >= kept[-1].end:
            kept.append(match)
    return kept
