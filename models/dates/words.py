"""The vocabulary of dates (seeds/date_words.csv), and patterns written with it.

Words of grammar ("ago", "from", "until") stand in the patterns: each asks for code of its own, which no table adds.
"""

import re
from enum import StrEnum
from functools import cache

from models.event import Precision
from models.seeds import SeedError, Unique, member, read_rows

_FILE = "date_words.csv"


class DateWord(StrEnum):
    """What a word does in a date, and its value in the seed file.

    NUMBER and ORDINAL: the number. VAGUE: none ("several"). UNIT: how many of which unit ("2 week"). SHIFT: how many
    units from the present one ("last": -1). DAY: days from publication. WEEKDAY: 1 (Monday) to 7. MONTH: 1 to 12.
    SEASON: its first month. HOLIDAY: MM-DD, MM-n-w (the n-th weekday w of a month) or YYYY-MM-DD. UNPLACED: the
    precision. AHEAD and BEHIND: none; on which side of publication the day lies ("by", "since").
    """

    NUMBER = "number"
    ORDINAL = "ordinal"
    VAGUE = "vague"
    UNIT = "unit"
    SHIFT = "shift"
    DAY = "day"
    WEEKDAY = "weekday"
    MONTH = "month"
    SEASON = "season"
    HOLIDAY = "holiday"
    UNPLACED = "unplaced"
    AHEAD = "ahead"
    BEHIND = "behind"


_VALUES = {
    DateWord.NUMBER: r"\d+",
    DateWord.ORDINAL: r"\d+",
    DateWord.VAGUE: "",
    DateWord.UNIT: r"[1-9]\d* (?:second|minute|hour|day|week|month|year)",
    DateWord.SHIFT: r"-1|0|1",
    DateWord.DAY: r"-?\d",
    DateWord.WEEKDAY: r"[1-7]",
    DateWord.MONTH: r"[1-9]|1[0-2]",
    DateWord.SEASON: r"[369]|12",
    DateWord.HOLIDAY: r"(?:(?:19|20)\d\d-)?(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|12-31|(?:0[1-9]|1[0-2])-[1-4]-[1-7]",
    DateWord.UNPLACED: "|".join(Precision),
    DateWord.AHEAD: "",
    DateWord.BEHIND: "",
}


@cache
def date_words() -> dict[DateWord, dict[str, str]]:
    """The seed file by kind and word. Raises `SeedError` for an unknown kind, a wrong value and a repeated word."""
    table: dict[DateWord, dict[str, str]] = {kind: {} for kind in DateWord}
    unique = {kind: Unique(kind) for kind in DateWord}
    for line, row in read_rows(_FILE, ("word", "kind", "value")):
        word, kind = row["word"], member(DateWord, "kind", row["kind"], _FILE, line)
        unique[kind].add(word, _FILE, line)
        if word != word.lower():
            raise SeedError(f"{_FILE}:{line}: word {word!r} is not in lower case")
        if not re.fullmatch(_VALUES[kind], row["value"]):
            form = _VALUES[kind] or "nothing"
            raise SeedError(f"{_FILE}:{line}: value {row['value']!r} is none of kind {kind}; its form is {form}")
        table[kind][word] = row["value"]
    if missing := [kind for kind, rows in table.items() if not rows]:
        raise SeedError(f"{_FILE}: no row of kind {', '.join(missing)}")
    return table


def value(kind: DateWord, word: str) -> str:
    """The value of a `word` that the pattern of its `kind` matched."""
    return date_words()[kind][word]


def find(template: str, words: str) -> re.Match[str] | None:
    """Searches lower-case `words` for a pattern.

    `template` is a regular expression in which `{month}` stands for a group of that name that takes any month of the
    seed file, and so for each kind; `{number}` also takes digits and compounds such as "twenty-one". A second group
    of a kind is written `{month_2}`. The pattern begins and ends at the edge of a word.
    """
    return _pattern(template).search(words)


def count(number: str) -> int:
    """The value of what `{number}` matched."""
    if number[0].isdecimal():
        return int(number)
    table = date_words()[DateWord.NUMBER]
    return sum(int(table[part]) for part in ([number] if number in table else re.split("[ -]", number)))


@cache
def _pattern(template: str) -> re.Pattern[str]:
    def group(place: re.Match[str]) -> str:
        name = place[1]
        return f"(?P<{name}>{_alternatives(DateWord(name.removesuffix('_2')))})"

    return re.compile(rf"(?<!\w)(?:{re.sub(r'[{]([a-z_]+2?)[}]', group, template)})(?!\w)")


@cache
def _alternatives(kind: DateWord) -> str:
    words = "|".join(re.escape(word) for word in sorted(date_words()[kind], key=len, reverse=True))
    if kind is not DateWord.NUMBER:
        return words
    single = {word: int(number) for word, number in date_words()[kind].items() if word.isalpha()}
    tens, ones = (
        "|".join(word for word, number in single.items() if number in numbers)
        for numbers in (range(20, 100, 10), range(1, 10))
    )
    return rf"(?:{tens})[ -](?:{ones})|{words}|\d{{1,4}}"
