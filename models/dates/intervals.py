"""Stretches of the calendar. All raise ValueError or OverflowError where the calendar ends (years 1 and 9999)."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from models.event import Precision

# The longest interval, in days, that a range of a precision has.
_LONGEST = (
    (1, Precision.DAY),
    (7, Precision.WEEK),
    (31, Precision.MONTH),
    (92, Precision.QUARTER),
    (366, Precision.YEAR),
)

_DAYS = {"week": 7, "day": 1, "hour": 1 / 24, "minute": 1 / 1440, "second": 1 / 86400}


@dataclass(frozen=True, slots=True)
class Interval:
    """The days `start` to `end`, both included. `precision` names their number."""

    start: date
    end: date
    precision: Precision


def day(at: date) -> Interval:
    """One day."""
    return Interval(at, at, Precision.DAY)


def week(at: date) -> Interval:
    """Monday to Sunday around a day."""
    monday = at - timedelta(days=at.weekday())
    return Interval(monday, monday + timedelta(days=6), Precision.WEEK)


def weekend(at: date) -> Interval:
    """Saturday and Sunday of the week around a day; no precision is nearer than week."""
    sunday = week(at).end
    return Interval(sunday - timedelta(days=1), sunday, Precision.WEEK)


def month(at: date) -> Interval:
    """The month around a day."""
    return _months(at.year, at.month, 1, Precision.MONTH)


def quarter(year: int, number: int) -> Interval:
    """A quarter, 1 to 4, of a calendar year."""
    return _months(year, 3 * number - 2, 3, Precision.QUARTER)


def season(year: int, first_month: int) -> Interval:
    """The season of the north that begins in a month of a year: winter 2024 ends in February 2025."""
    return _months(year, first_month, 3, Precision.SEASON)


def twelve_months(year: int, first_month: int = 1) -> Interval:
    """A year that begins in a month: a calendar year, a fiscal year."""
    return _months(year, first_month, 12, Precision.YEAR)


def decade(year: int) -> Interval:
    """The ten years around a year: 2020 to 2029."""
    return _months(year - year % 10, 1, 120, Precision.MULTI_YEAR)


def span(start: date, end: date) -> Interval:
    """A range; its precision is the finest that holds it. Raises ValueError where it ends before it starts."""
    if end < start:
        raise ValueError(f"{start} to {end} is no interval")
    days = (end - start).days + 1
    return Interval(start, end, next((name for longest, name in _LONGEST if days <= longest), Precision.MULTI_YEAR))


def around(at: date, unit: str) -> Interval:
    """The stretch around a day that a unit of seeds/date_words.csv ("3 month") names; a day for hours and less."""
    number, name = unit.split()
    if name == "year":
        return twelve_months(at.year) if number == "1" else decade(at.year)
    if name == "month":
        return month(at) if number == "1" else quarter(at.year, (at.month + 2) // 3)
    return week(at) if name == "week" else day(at)


def move(at: date, count: int, unit: str) -> date:
    """The day that is `count` units of seeds/date_words.csv later, or earlier where `count` is negative."""
    number, name = unit.split()
    count *= int(number)
    if name in ("month", "year"):
        return add_months(at, count * (12 if name == "year" else 1))
    return at + timedelta(days=int(count * _DAYS[name]))


def add_months(at: date, months: int) -> date:
    """The same day of a later (or earlier) month; its last day where it is shorter."""
    year, month0 = divmod(at.year * 12 + at.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        raise OverflowError(f"year {year}")
    return date(year, month0 + 1, min(at.day, monthrange(year, month0 + 1)[1]))


def _months(year: int, first: int, count: int, precision: Precision) -> Interval:
    start = date(year, first, 1)
    last = add_months(start, count - 1)
    return Interval(start, last.replace(day=monthrange(last.year, last.month)[1]), precision)
