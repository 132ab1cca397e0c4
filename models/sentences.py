"""Where sentences begin in raw text: one rule for the gate, for long documents and for spaCy tokens."""

import re
from collections.abc import Iterator
from enum import StrEnum
from functools import cache

from models.seeds import member, read_rows

ABBREVIATIONS = "abbreviations.csv"

_BREAK = re.compile(r"""[.!?…]["'”\u2019»)\]]*[^\S\n]+(?=\S)|[^\S\n]*\n\s*(?=\S)""")
_OPENING = re.compile(r"""["'“”\u2018\u2019«(\[]*""")
_LAST_WORD = re.compile(r"[\w.]+\Z")
_BULLET = re.compile(r"(?:[-\u2013—*•·▪◦‣]|\(?\w{1,3}[.)])\s")
_FIRST_WORD = re.compile(r"\S+")
_WRAPPED_LINE = range(50, 121)  # lengths of a full line in text that is wrapped by hand
_LOOK = 200  # characters looked at on either side of a break: keeps the cost linear in texts without line breaks


class Before(StrEnum):
    """What an abbreviation stands before when its full stop ends no sentence."""

    WORD = "word"
    NUMBER = "number"


def sentence_starts(text: str, start: int = 0, end: int | None = None) -> Iterator[int]:
    """Yields the offsets after `start` and before `end` at which a sentence of `text` begins.

    A sentence ends at ". ! ? …" before white space and no lower-case letter, at a blank line, and at a line break that
    does not merely wrap a paragraph. Full stops after initials and after the abbreviations of seeds/abbreviations.csv
    end none.

    Raises `SeedError` where that file is invalid.
    """
    for gap in _BREAK.finditer(text, start, len(text) if end is None else end):
        ends = _line_ends(text, gap) if "\n" in gap.group() else _stop_ends(text, gap)
        if ends:
            yield gap.end()


def _stop_ends(text: str, gap: re.Match[str]) -> bool:
    """Whether the full stop, question or exclamation mark at `gap` ends a sentence."""
    opening = _OPENING.match(text, gap.end())
    following = opening.end() if opening else gap.end()
    if following < len(text) and text[following].islower():
        return False
    if text[gap.start()] != ".":
        return True
    word = _LAST_WORD.search(text, max(0, gap.start() - 12), gap.start())
    if word is None:
        return True
    if len(word.group()) == 1 and word.group().isupper():
        return False
    before = _abbreviations().get(word.group().lower())
    if before is Before.NUMBER:
        return not text[following : following + 1].isdigit()
    return before is None


def _line_ends(text: str, gap: re.Match[str]) -> bool:
    """Whether the line break at `gap` ends a sentence, or only wraps a paragraph."""
    if gap.group().count("\n") > 1 or _BULLET.match(text, gap.end()):
        return True
    line = text[max(0, gap.start() - _LOOK) : gap.start()].rpartition("\n")[2].strip()
    if not line or line[-1] in ".!?…:;":
        return True
    if text[gap.end()].islower():
        return False
    next_line = text[gap.end() : gap.end() + _LOOK].partition("\n")[0].rstrip()
    first = _FIRST_WORD.match(next_line)
    if first is None or len(line) not in _WRAPPED_LINE or len(next_line) not in range(1, _WRAPPED_LINE.stop):
        return True
    return len(line) + 1 + len(first.group()) <= len(next_line)


@cache
def _abbreviations() -> dict[str, Before]:
    """The abbreviations in lower case without their last full stop, each with what it stands before."""
    known: dict[str, Before] = {}
    for number, row in read_rows(ABBREVIATIONS, ("abbreviation", "before")):
        known[row["abbreviation"].lower()] = member(Before, "before", row["before"], ABBREVIATIONS, number)
    return known
