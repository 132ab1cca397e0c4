"""When an act happened or is to happen: turns the words that date it into days, read against the day of publication.

What the words name keeps its whole length: "early September" is September, "since 2014" is 2014. A weekend is its
Saturday and Sunday, with precision week. A time limit is a day: "by the end of March" is 31 March, "within ten days"
the tenth day. A range takes the finest precision that holds it. A day that the calendar lacks leaves its month: "30
February" is February.
"""

import re
from datetime import date

from models.dates import intervals
from models.dates.counted import bare_count, counted_date, vague_date
from models.dates.intervals import Interval
from models.dates.named import Toward, View, has_year, named_date
from models.dates.words import count, find
from models.event import Basis, EventDate, Precision

# Words that are longer date nothing.
_LONGEST = 300

# What reads alike from two days that share neither year, month nor weekday stands on its own. Both lie after all years
# that words may give.
_ANYWHERE = (date(2100, 3, 15), date(2109, 10, 30))


def resolve(text: str, published: date | None, *, future: bool = False) -> EventDate | None:
    """The days that the date words `text` mean.

    `future` says that the act is not done yet: a bare weekday, month or day of the year is then the nearest one, before
    or after publication (the words may tell when it was announced); else it is the last one. Words such as "from", "by"
    and "next" look ahead, "since" and "last" back, whatever `future` says.

    "Two days earlier" and "the same day" count from publication; "two days later" cannot be placed, as it counts from
    something told before.

    `start` and `end` are None where the words do not say which days ("in the coming weeks"), or say it only against a
    day of publication that is unknown. Returns None where the words hold no date, or one outside the years 1 to 9999.
    """
    words = _normalise(text)
    try:
        meaning = _read(words, published, future) if published else _read_anywhere(words, future)
    except (ValueError, OverflowError):
        return None
    if meaning is None:
        return None
    if isinstance(meaning, Precision):
        return EventDate(text, None, None, meaning, Basis.TEXT)
    return EventDate(text, meaning.start, meaning.end, meaning.precision, Basis.TEXT)


def _normalise(text: str) -> str:
    words = re.sub(r"\s+", " ", text[:_LONGEST].lower().replace("\u2019", "'")).strip()
    words = re.sub("[\u2010-\u2015\u2212]", "-", words)
    words = re.sub(r"\b((?:19|20)\d\d) ?- ?((?:19|20)\d\d)\b", r"\1 to \2", words)
    words = re.sub(r"\b(19|20)(\d\d)[-/](1[3-9]|[2-9]\d)\b", r"\1\2 to \1\3", words)
    words = re.sub(r"\b(month|quarter|year)[- ]end\b", r"the end of the \1", words)
    return re.sub(r"(?<=\d),(?= )|(?<=[a-z])[.,](?= |$)", "", words)


def _read_anywhere(words: str, future: bool) -> Interval | Precision | None:
    one, other = (_read(words, day, future) for day in _ANYWHERE)
    return one.precision if isinstance(one, Interval) and one != other else one


def _read(words: str, published: date, future: bool) -> Interval | Precision | None:
    view = View(published, _toward(words, future))
    if found := _recurring(words, view) or _up_to(words, view) or _range(words, published, future):
        return found
    if found := counted_date(words, view):
        return found
    if found := named_date(words, view):
        return _edge(words, found)
    return bare_count(words, view) or vague_date(words, view)


def _toward(words: str, future: bool) -> Toward:
    if find("{behind}", words):
        return Toward.BEHIND
    if find("{ahead}", words):
        return Toward.AHEAD
    return Toward.NEAREST if future else Toward.LATEST


def _recurring(words: str, view: View) -> Interval | Precision | None:
    """ "Every October since 2019" runs from then to publication; "each June" cannot be placed."""
    found = named_date(words, view) if find("each|every", words) else None
    if found and find("since", words) and found.start < view.day:
        return intervals.span(found.start, view.day)
    return found.precision if found else None


def _up_to(words: str, view: View) -> Interval | None:
    """ "The year to October", "the six months to June": the months that end with it."""
    found = find(r"(?:{number} months|year) (?:to|through|ending(?: in)?|ended(?: in)?) {month}", words)
    last = named_date(words, View(view.day, Toward.LATEST)) if found else None
    if not found or not last:
        return None
    months = count(found["number"]) if found["number"] else 12
    return intervals.span(intervals.add_months(last.start.replace(day=1), 1 - months), last.end)


def _range(words: str, published: date, future: bool) -> Interval | None:
    """ "Between January 2017 and May 2020", "from Monday to Friday", "in 1992 and 1996".

    A side without a year takes the one that lies on the right side of the other.
    """
    sides = re.search(r"^(?:.*?\b(?:between|from) )?(.+?) (to|until|till|through|and|-) (.+)$", words)
    if not sides:
        return None
    first, link, last = sides.groups()
    view = View(published, Toward.NEAREST if future else Toward.LATEST)
    start, end = named_date(first, view), named_date(last, view)
    if not start or not end or (link == "and" and start.precision != end.precision):
        return None
    if has_year(last) and not has_year(first):
        start = named_date(first, View(end.end, Toward.BEHIND))
    elif _floats(last) and (has_year(first) or start.start > end.end):
        end = named_date(last, View(start.end, Toward.AHEAD))
    return intervals.span(start.start, end.end) if start and end and start.start <= end.end else None


def _floats(words: str) -> bool:
    """Whether the words name a weekday, month or season of no particular week or year."""
    return bool(find("{weekday}|{month}|{season}", words)) and not has_year(words) and not find("{shift}", words)


def _edge(words: str, named: Interval) -> Interval:
    """The last day or month, where the words mean the end of what they name; the first day of a limit at its start."""
    limit = find("{ahead}", words)
    if named.precision not in (Precision.MONTH, Precision.QUARTER, Precision.YEAR):
        return named
    if find(r"(?:end|close|last day) of", words):
        return intervals.day(named.end) if limit or named.precision is Precision.MONTH else intervals.month(named.end)
    if limit and find(r"(?:start|beginning|first day) of", words):
        return intervals.day(named.start)
    return named
