"""Precision, recall and F1 of extracted events against annotated ones, at five levels of strictness.

`event` an act of the right action about a right party; `argument` each actor and target of it; `triple` actor, action,
target; `quad` with the date; `full` with the status. Events of a document are paired one to one, best fit first.
Parties are the same where a canonical key is shared, or else where names share head and most words; dates agree to the
annotated precision.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Any, TypeVar

from models.parties.gazetteer import gazetteer

Record = Mapping[str, Any]
Cell = tuple[Record | None, Record | None]  # an actor and a target of one event
_Thing = TypeVar("_Thing")
LEVELS = ("event", "argument", "triple", "quad", "full")
FIELDS = ("status", "date", "measure")

# Words that a comparison of names leaves out. They stand here, not in seeds/: an edited alias must not change what a
# figure means.
_NUMBERS = "two|three|four|five|six|seven|eight|nine|ten"
_TITLES = r"former|president|prime minister|foreign minister|secretary of state|mr\.?|ms\.?|mrs\.?"
_LEADING = re.compile(
    rf"^(the|a|an|its|his|her|their|some|several|{_NUMBERS}|dozens of|more|other|new|top|senior|key|{_TITLES})\s+"
)
_DATE_LENGTHS = {"year": 4, "month": 7, "quarter": 7}


@dataclass(frozen=True, slots=True)
class Figure:
    """Precision, recall and their harmonic mean, each in [0, 1]."""

    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class Disagreement:
    """An annotated event that was missed, an extracted one that is spurious, or a pair that differs."""

    document: str
    annotated: Record | None
    extracted: Record | None


@dataclass(frozen=True, slots=True)
class Score:
    """Figures by level, the share of paired events with a right field, counts, and what went wrong."""

    levels: dict[str, Figure]
    accuracy: dict[str, float]
    counts: dict[str, int]
    disagreements: list[Disagreement]


def score(annotated: Iterable[Record], extracted: Mapping[str, Sequence[Record]], keys: Mapping[str, str]) -> Score:
    """Score events of documents, `{"id", "events"}` each, against those extracted, by document id.

    `keys` gives the canonical key of a lower-case name. A document that `extracted` lacks counts as one without events.
    """
    hits, right, told, meant, counts = Counter[str](), Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    disagreements = list[Disagreement]()
    for document in annotated:
        gold, found = document["events"], extracted.get(document["id"], [])
        pairs = paired(gold, found, keys)
        counts.update(documents=1, annotated=len(gold), extracted=len(found))
        counts.update(empty=not gold, alarms=not gold and bool(found))
        for total, events in ((meant, gold), (told, found)):
            total.update(event=len(events), argument=sum(len(e["actor"]) + len(e["target"]) for e in events))
            total.update(triple=sum(len(_cells(e)) for e in events))
        for i, j in pairs:
            one, other = gold[i], found[j]
            cells = _matched(_cells(one), _cells(other), partial(_same_cell, keys=keys))
            fields = {
                "status": one["status"] == other["status"],
                "date": _same_date(one.get("date"), other.get("date")),
                "measure": bool({*one.get("measure", ())} & {*other.get("measure", ())}),
            }
            right.update(fields)
            roles = sum(_matched(one[r], other[r], partial(_same, keys=keys)) for r in ("actor", "target"))
            dated = cells * fields["date"]
            hits.update(event=1, argument=roles, triple=cells, quad=dated, full=dated * fields["status"])
            if not (cells == len(_cells(one)) == len(_cells(other)) and fields["status"] and fields["date"]):
                disagreements.append(Disagreement(document["id"], one, other))
        missed, spurious = {i for i, _ in pairs}, {j for _, j in pairs}
        disagreements += [Disagreement(document["id"], e, None) for i, e in enumerate(gold) if i not in missed]
        disagreements += [Disagreement(document["id"], None, e) for j, e in enumerate(found) if j not in spurious]
    for total in (told, meant):
        total.update(quad=total["triple"], full=total["triple"])
    levels = {level: _figure(hits[level], told[level], meant[level]) for level in LEVELS}
    accuracy = {field: right[field] / hits["event"] if hits["event"] else 0.0 for field in FIELDS}
    return Score(levels, accuracy, dict(counts), disagreements)


def party_keys() -> dict[str, str]:
    """The id of each name in the gazetteer, by the name as it is compared here."""
    return {normalise(name): party_id for name, party_id in gazetteer().names()}


def normalise(name: str) -> str:
    """A name in lower case, without determiners, counts, titles and a possessive ending."""
    name = re.sub(r"\s+", " ", name.lower().replace("\u2019", "'").strip(" .,;:\"'\u201c\u201d()"))
    while (shorter := _LEADING.sub("", name)) != name:
        name = shorter
    return re.sub(r"'s?$", "", name).strip()


def paired(gold: Sequence[Record], found: Sequence[Record], keys: Mapping[str, str]) -> list[tuple[int, int]]:
    """Positions of events that are about the same act, best fit first."""
    fits = [(_fit(one, other, keys), i, j) for i, one in enumerate(gold) for j, other in enumerate(found)]
    pairs = list[tuple[int, int]]()
    for fit, i, j in sorted(fits, key=lambda f: (-f[0], f[1], f[2])):
        if fit and all(i != a and j != b for a, b in pairs):
            pairs.append((i, j))
    return pairs


def _fit(one: Record, other: Record, keys: Mapping[str, str]) -> int:
    actor, target = (_any_same(one[role], other[role], keys) for role in ("actor", "target"))
    if one["action"] != other["action"] or not ((actor and one["actor"]) or (target and one["target"])):
        return 0
    return (
        4 * (actor + target) + 2 * (one["status"] == other["status"]) + _same_date(one.get("date"), other.get("date"))
    )


def _any_same(one: Sequence[Record], other: Sequence[Record], keys: Mapping[str, str]) -> bool:
    return (not one and not other) or any(_same(a, b, keys) for a, b in product(one, other))


def _same(one: Record | None, other: Record | None, keys: Mapping[str, str]) -> bool:
    if one is None or other is None:
        return one is other
    names, others = _names(one), _names(other)
    known, known_others = _known(names, keys), _known(others, keys)
    if known and known_others:
        return bool(known & known_others)
    return any(_alike(a, b) for a, b in product(names, others))


def _same_cell(one: Cell, other: Cell, keys: Mapping[str, str]) -> bool:
    return _same(one[0], other[0], keys) and _same(one[1], other[1], keys)


def _names(party: Record) -> set[str]:
    return {normalise(party.get(field) or "") for field in ("text", "name")} - {""}


def _known(names: set[str], keys: Mapping[str, str]) -> set[str]:
    return {keys[form] for name in names for form in (name, f"{name}.") if form in keys}


def _alike(one: str, other: str) -> bool:
    words, others = ([_stem(w) for w in re.findall(r"[\w.&-]+", name)] for name in (one, other))
    if not words or not others:
        return False
    overlap = 2 * len({*words} & {*others}) / (len({*words}) + len({*others}))
    return one == other or overlap >= 0.75 or (overlap >= 0.5 and words[-1] == others[-1])


def _stem(word: str) -> str:
    return re.sub(r"(ies|es|s)$", "", word) if len(word) > 3 else word


def _same_date(gold: Record | None, found: Record | None) -> bool:
    if not gold or not found:
        return not gold and not found
    if gold.get("start"):
        length = _DATE_LENGTHS.get(str(gold.get("precision")), 10)
        return bool(found.get("start")) and gold["start"][:length] == found["start"][:length]
    fillers = {"on", "in", "the", "last", "of"}
    one, other = ({*re.findall(r"\w+", (date.get("text") or "").lower())} - fillers for date in (gold, found))
    return bool(one & other) or one == other


def _cells(event: Record) -> list[Cell]:
    return list(product(event["actor"] or [None], event["target"] or [None]))


def _matched(gold: Sequence[_Thing], found: Sequence[_Thing], same: Callable[[_Thing, _Thing], bool]) -> int:
    """How many of `gold` find a partner of their own among `found`."""
    left = list(found)
    for one in gold:
        place = next((i for i, other in enumerate(left) if same(one, other)), None)
        if place is not None:
            del left[place]
    return len(found) - len(left)


def _figure(hits: int, told: int, meant: int) -> Figure:
    precision, recall = hits / told if told else 0.0, hits / meant if meant else 0.0
    return Figure(precision, recall, 2 * precision * recall / (precision + recall) if hits else 0.0)
