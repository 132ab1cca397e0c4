"""Dates that words name: a day, month, quarter, season or year of the calendar, a weekday, "last week", "today"."""

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import Enum

from models.dates import intervals
from models.dates.intervals import Interval
from models.dates.words import DateWord, find, value


class Toward(Enum):
    """Which of the days that bear a name is meant."""

    LATEST = "the latest that has begun; of a written day also one that is near at hand"
    BEHIND = "the latest that has begun"
    NEAREST = "the one nearest to publication"
    AHEAD = "the first that is not over"


@dataclass(frozen=True, slots=True)
class View:
    """The day from which the words are read, and the side to which they look."""

    day: date
    toward: Toward


# An enacted measure may start a few weeks after it is told: "tariffs on China that take effect on February 10".
_NEAR_AT_HAND = timedelta(days=45)

# Far enough for a 29 February on either side.
_YEARS = range(-8, 9)

_YEAR = r"(?P<year>(?:19|20)\d\d)"


def named_date(words: str, view: View) -> Interval | None:
    """The first date that lower-case `words` name, the finest kind first; None where they name none."""
    return next((found for reading in _READINGS if (found := reading(words, view))), None)


def has_year(words: str) -> bool:
    """Whether the words give the number of a year."""
    return find(_YEAR, words) is not None


def _numeric_day(words: str, view: View) -> Interval | None:
    written = find(r"\d{1,4}([./-])\d{1,2}\1\d{2,4}", words)
    if not written:
        return None
    from dateparser import parse  # Takes a third of a second to load, and few texts need it.

    settings = {"STRICT_PARSING": True, "PARSERS": ["absolute-time"]}
    moment = parse(written[0], languages=["en"], settings=settings)
    return intervals.day(moment.date()) if moment else None


def _written_day(words: str, view: View) -> Interval | None:
    number = r"(?P<number>\d{1,2})(?:st|nd|rd|th)?"
    found = find(rf"{number}(?: of)? {{month}}", words) or find(rf"{{month}}\.? (?:the )?{number}", words)
    if not found:
        return None
    month, number = int(value(DateWord.MONTH, found["month"])), int(found["number"])
    near = replace(view, day=view.day + _NEAR_AT_HAND) if view.toward is Toward.LATEST else view
    found = _of_years(lambda year: intervals.day(date(year, month, number)), words, near, None)
    return intervals.week(found.start) if found and find("week (?:of|beginning|starting)", words) else found


def _holiday(words: str, view: View) -> Interval | None:
    found = find("{holiday}", words)
    if not found:
        return None
    form = value(DateWord.HOLIDAY, found["holiday"])
    if re.match(r"\d{4}", form):
        return intervals.day(date.fromisoformat(form))
    month, *rest = map(int, form.split("-"))

    def of(year: int) -> Interval:
        if len(rest) == 1:
            return intervals.day(date(year, month, rest[0]))
        nth, weekday = rest
        first = date(year, month, 1)
        return intervals.day(first + timedelta(days=(weekday - first.isoweekday()) % 7 + 7 * (nth - 1)))

    return _of_years(of, words, view, None)


def _weekday(words: str, view: View) -> Interval | None:
    found = find(r"(?:{shift} )?{weekday}", words)
    if not found:
        return None
    weekday = int(value(DateWord.WEEKDAY, found["weekday"]))
    if of_week := find(r"{shift} week", words):
        monday = intervals.week(view.day).start + timedelta(weeks=int(value(DateWord.SHIFT, of_week["shift"])))
        return intervals.day(monday + timedelta(days=weekday - 1))
    shift = _shift(found)
    days = [intervals.day(view.day + timedelta(days=n)) for n in range(-7, 8)]
    days = [one for one in days if one.start.isoweekday() == weekday]
    if shift == 0:
        since = intervals.week(view.day).start if view.toward is Toward.LATEST else view.day
        return next(one for one in days if one.start >= since)
    return _choose(days, view, shift)


def _quarter(words: str, view: View) -> Interval | None:
    found = find(r"(?:{ordinal}[- ]quarter|q(?P<number>[1-4]))", words)
    if not found:
        return None
    number = int(found["number"] or value(DateWord.ORDINAL, found["ordinal"]))
    return _of_years(lambda year: intervals.quarter(year, number), words, view, None)


def _month(words: str, view: View) -> Interval | None:
    if numeric := find(r"(?P<year>(?:19|20)\d\d)-(?P<month>0[1-9]|1[0-2])", words):
        return intervals.month(date(int(numeric["year"]), int(numeric["month"]), 1))
    found = find(r"(?:{shift} )?{month}", words)
    if not found:
        return None
    month = int(value(DateWord.MONTH, found["month"]))
    return _of_years(lambda year: intervals.month(date(year, month, 1)), words, view, _shift(found))


def _season(words: str, view: View) -> Interval | None:
    found = find(r"(?:{shift} )?{season}", words)
    if not found:
        return None
    first = int(value(DateWord.SEASON, found["season"]))
    return _of_years(lambda year: intervals.season(year, first), words, view, _shift(found))


def _fiscal_year(words: str, view: View) -> Interval | None:
    """The fiscal year of the United States government: 2024 began on 1 October 2023."""
    if shifted := find(r"{shift} (?:fiscal|financial) year", words):
        year = intervals.add_months(view.day, 3).year + int(value(DateWord.SHIFT, shifted["shift"]))
        return intervals.twelve_months(year - 1, 10)
    found = find(r"(?:fy|fiscal(?: year)?|financial year) ?'?(?P<century>19|20)?(?P<rest>\d\d)", words)
    found = found or find(r"(?P<century>19|20)(?P<rest>\d\d) (?:fiscal|financial) year", words)
    return intervals.twelve_months(_full_year(found) - 1, 10) if found else None


def _decade(words: str, view: View) -> Interval | None:
    found = find(r"'?(?P<century>19|20)?(?P<rest>\d0)'?s", words)
    return intervals.decade(_full_year(found)) if found else None


def _weekend(words: str, view: View) -> Interval | None:
    found = find(r"(?:{shift} )?weekend", words)
    if not found:
        return None
    shift = _shift(found)
    near = [intervals.weekend(view.day + timedelta(weeks=n)) for n in (-1, 0, 1)]
    return near[1] if shift == 0 else _choose(near, view, shift)


def _unit(words: str, view: View) -> Interval | None:
    """The present, last or next day, week, month, quarter, year or decade; a plural ("the coming weeks") is none."""
    found = find(r"(?:{shift}|the)(?: calendar| full)? {unit}(?! of| \d)", words)
    if not found or found["unit"].endswith("s"):
        return None
    unit = value(DateWord.UNIT, found["unit"])
    return intervals.around(intervals.move(view.day, _shift(found) or 0, unit), unit)


def _day(words: str, view: View) -> Interval | None:
    found = find("{day}", words)
    return intervals.day(view.day + timedelta(days=int(value(DateWord.DAY, found["day"])))) if found else None


def _year(words: str, view: View) -> Interval | None:
    found = find(_YEAR, words)
    return intervals.twelve_months(int(found["year"])) if found else None


def _of_years(make: Callable[[int], Interval], words: str, view: View, shift: int | None) -> Interval | None:
    """What `make` makes of the year that the words give, else of the one that `shift` or the view prefers."""
    years = [view.day.year + n for n in _YEARS]
    if written := find(_YEAR, words):
        years = [int(written["year"])]
    elif shifted := find("{shift} year", words):
        years = [view.day.year + int(value(DateWord.SHIFT, shifted["shift"]))]
    candidates: list[Interval] = []
    for year in years:
        with suppress(ValueError, OverflowError):  # A 29 February, or the end of the calendar.
            candidates.append(make(year))
    return candidates[0] if len(years) == 1 and candidates else _choose(candidates, view, shift)


def _choose(candidates: Iterable[Interval], view: View, shift: int | None) -> Interval | None:
    """The one of the candidates, in order of time, that "last" (-1), "this" (0), "next" (1) or the view prefers."""
    if shift == -1:
        return max((one for one in candidates if one.end < view.day), key=_start, default=None)
    if shift == 1:
        return min((one for one in candidates if one.start > view.day), key=_start, default=None)
    if shift == 0 or view.toward is Toward.NEAREST:
        return min(candidates, key=lambda one: (_distance(one, view.day), -one.start.toordinal()), default=None)
    if view.toward is Toward.AHEAD:
        return min((one for one in candidates if one.end >= view.day), key=_start, default=None)
    return max((one for one in candidates if one.start <= view.day), key=_start, default=None)


def _full_year(found: re.Match[str]) -> int:
    """The year of a match: its last two digits alone mean one from 1950 to 2049."""
    rest = int(found["rest"])
    return int(found["century"] or (19 if rest >= 50 else 20)) * 100 + rest


def _shift(found: re.Match[str]) -> int | None:
    return int(value(DateWord.SHIFT, found["shift"])) if found["shift"] else None


def _start(one: Interval) -> date:
    return one.start


def _distance(one: Interval, day: date) -> int:
    return max((one.start - day).days, (day - one.end).days, 0)


_READINGS: tuple[Callable[[str, View], Interval | None], ...] = (
    _numeric_day,
    _written_day,
    _holiday,
    _weekday,
    _quarter,
    _month,
    _season,
    _fiscal_year,
    _decade,
    _weekend,
    _day,
    _unit,
    _year,
)
