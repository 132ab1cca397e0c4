"""Dates that words count: "two weeks ago", "within ten days", "21 days after August 7", "in the past two weeks"."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from models.dates import intervals
from models.dates.intervals import Interval
from models.dates.named import Toward, View, named_date
from models.dates.words import DateWord, count, find, value
from models.event import Precision

_COUNT = r"{number}[- ]{unit}(?:'s?)?"
_DAY = timedelta(days=1)


def counted_date(words: str, view: View) -> Interval | Precision | None:
    """The date that lower-case `words` count, with a word that says from where; None where they hold none.

    The precision alone where they count from something that they do not date ("two days after the vote"), where the
    number is vague ("more than two years ago"), or where they tell how long an act took ("in three years").
    """
    for form, reading in _FORMS:
        if found := find(form, words):
            return reading(found, view)
    return None


def bare_count(words: str, view: View) -> Interval | None:
    """A count without a word that says from where ("twelve days"): after publication for acts to come, else before."""
    found = find(_COUNT, words)
    if not found:
        return None
    return _hence(found, view) if _looks_ahead(view) else _ago(found, view)


def vague_date(words: str, view: View) -> Interval | Precision | None:
    """The precision of words that name a unit only ("in the coming weeks", "soon"); hours and less are the same day."""
    if found := find("{unplaced}", words):
        return Precision(value(DateWord.UNPLACED, found["unplaced"]))
    found = find("{unit}", words)
    if not found:
        return None
    return intervals.day(view.day) if _unit(found).split()[1] in ("hour", "minute", "second") else _precision(found)


def _about(found: re.Match[str], view: View) -> Precision:
    return _precision(found)


def _from_base(found: re.Match[str], view: View) -> Interval | Precision:
    base = named_date(found["base"], replace(view, toward=Toward.NEAREST))
    if not base:
        return _precision(found)
    return _point(base.start, -_number(found) if found["side"] == "before" else _number(found), _unit(found))


def _ago(found: re.Match[str], view: View) -> Interval:
    return _point(view.day, -_number(found), _unit(found))


def _hence(found: re.Match[str], view: View) -> Interval:
    return _point(view.day, _number(found), _unit(found))


def _within(found: re.Match[str], view: View) -> Interval:
    return intervals.day(intervals.move(view.day, _number(found), _unit(found)))


def _in(found: re.Match[str], view: View) -> Interval | Precision:
    return _hence(found, view) if _looks_ahead(view) else _precision(found)


def _past(found: re.Match[str], view: View) -> Interval:
    return intervals.span(intervals.move(view.day, -_number(found), _unit(found)) + _DAY, view.day)


def _coming(found: re.Match[str], view: View) -> Interval:
    return intervals.span(view.day, intervals.move(view.day, _number(found), _unit(found)) - _DAY)


def _for(found: re.Match[str], view: View) -> Interval:
    return _coming(found, view) if _looks_ahead(view) else _past(found, view)


def _point(day: date, number: int, unit: str) -> Interval:
    """The stretch that lies `number` units from a day; a year where it is counted in decades."""
    return intervals.around(intervals.move(day, number, unit), "1 year" if unit.endswith("year") else unit)


def _looks_ahead(view: View) -> bool:
    return view.toward in (Toward.NEAREST, Toward.AHEAD)


def _number(found: re.Match[str]) -> int:
    number = found.groupdict().get("number")
    return count(number) if number else 1


def _unit(found: re.Match[str]) -> str:
    return value(DateWord.UNIT, found["unit"])


def _precision(found: re.Match[str]) -> Precision:
    """The precision of a unit; several years are more than one."""
    unit = _unit(found)
    if unit.endswith("year") and (found["unit"].endswith("s") or unit != "1 year"):
        return Precision.MULTI_YEAR
    return intervals.around(date(2000, 1, 1), unit).precision


# The first form that the words show decides.
_FORMS: tuple[tuple[str, Callable[[re.Match[str], View], Interval | Precision]], ...] = (
    (rf"{{vague}}(?: of)? {_COUNT}", _about),
    (rf"{_COUNT} (?P<side>after|before|following|from) (?!now)(?P<base>.+)", _from_base),
    (r"the {unit} (?P<side>after|before) (?P<base>.+)", _from_base),
    (rf"{_COUNT} (?:ago|earlier|before|previously|prior)", _ago),
    (rf"{_COUNT} (?:later|after|afterwards)", _about),
    (rf"{_COUNT} (?:from now|hence|time)", _hence),
    (rf"within (?:the next )?{_COUNT}", _within),
    (rf"(?:past|last|previous) {_COUNT}", _past),
    (r"past {unit}", _past),
    (rf"(?:next|coming|following) {_COUNT}", _coming),
    (rf"in {_COUNT}", _in),
    (rf"for {_COUNT}", _for),
)
