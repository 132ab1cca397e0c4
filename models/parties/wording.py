"""How texts refer to parties without naming them: descriptions, pronouns, titles, and who speaks in a release.

The words stand in CSV files of seeds/, each named where it is read.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache

from models.seeds import PartyKind, SeedError, Unique, known_party, member, read_rows, values


class Office(StrEnum):
    """What a description means of a government, as of a day."""

    ADMINISTRATION = "administration"
    PREVIOUS_ADMINISTRATION = "previous_administration"
    HEAD = "head"
    GOVERNMENT = "government"


class PronounPerson(StrEnum):
    """Grammatical person."""

    FIRST = "first"
    SECOND = "second"
    THIRD = "third"


class Number(StrEnum):
    """Grammatical number; `any` where the word does not tell."""

    SINGULAR = "singular"
    PLURAL = "plural"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Reference:
    """A description ("the bloc"): it means a party of `kinds` or in `parties` that is named nearby, else `default`.

    `parties` gives what is meant where a party is named: itself, or another (EU: its foreign ministers). A phrase with
    a capital letter is read as it stands, others in any case.
    """

    phrase: str
    kinds: frozenset[PartyKind]
    parties: dict[str, str]
    office: Office | None
    default: str | None


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks in a release whose `field` (title, source or url) matches `pattern`.

    `we` and `body` ("the Department") are party ids; `i` is one too, or a name with groups of the pattern in braces.
    """

    field: str
    pattern: re.Pattern[str]
    we: str
    i: str | None
    body: str | None


@dataclass(frozen=True, slots=True)
class Pronoun:
    """A personal or possessive pronoun in lower case; `personal` ones ("he") mean people only."""

    pronoun: str
    person: PronounPerson
    number: Number
    personal: bool


@dataclass(frozen=True, slots=True)
class Administration:
    """Who heads a government from `start` until, but not on, `end` (None: still)."""

    country: str
    party_id: str
    head: str
    start: date
    end: date | None


@cache
def references() -> dict[str, Reference]:
    """The rows of references.csv by phrase. Raises `SeedError` for an unknown kind, party or office."""
    file, unique = "references.csv", Unique("phrase")
    rows: dict[str, Reference] = {}
    for line, row in read_rows(file, ("phrase", "kinds", "parties", "office", "default")):
        unique.add(row["phrase"], file, line)
        kinds = frozenset(member(PartyKind, "kind", kind, file, line) for kind in values(row["kinds"]))
        meant: dict[str, str] = {}
        for value in values(row["parties"]):
            named, _, other = value.partition(">")
            meant[known_party(named, file, line)] = known_party(other or named, file, line)
        office = member(Office, "office", row["office"], file, line) if row["office"] else None
        default = known_party(row["default"], file, line) if row["default"] else None
        rows[row["phrase"]] = Reference(row["phrase"], kinds, meant, office, default)
    return rows


@cache
def speakers() -> tuple[Speaker, ...]:
    """The rows of speakers.csv, in order. Raises `SeedError` for an unknown field or party and an invalid pattern."""
    file = "speakers.csv"
    rows: list[Speaker] = []
    for line, row in read_rows(file, ("field", "pattern", "we", "i", "body")):
        if row["field"] not in ("title", "source", "url"):
            raise SeedError(f"{file}:{line}: field is {row['field']!r}; use title, source or url")
        try:
            pattern = re.compile(row["pattern"])
        except re.error as error:
            raise SeedError(f"{file}:{line}: pattern {row['pattern']!r} is no regular expression: {error}") from error
        we = known_party(row["we"], file, line)
        first = row["i"] if not row["i"] or "{" in row["i"] else known_party(row["i"], file, line)
        body = row["body"] and known_party(row["body"], file, line)
        rows.append(Speaker(row["field"], pattern, we, first or None, body or None))
    return tuple(rows)


@cache
def pronouns() -> dict[str, Pronoun]:
    """The rows of pronouns.csv by pronoun. Raises `SeedError` for an unknown person or number."""
    file, unique = "pronouns.csv", Unique("pronoun")
    rows: dict[str, Pronoun] = {}
    for line, row in read_rows(file, ("pronoun", "person", "number", "personal")):
        unique.add(row["pronoun"], file, line)
        person = member(PronounPerson, "person", row["person"], file, line)
        number = member(Number, "number", row["number"], file, line)
        rows[row["pronoun"]] = Pronoun(row["pronoun"], person, number, _is_yes(row, "personal", file, line))
    return rows


@cache
def determiners() -> dict[str, bool]:
    """Whether a determiner is definite (determiners.csv). Raises `SeedError` for a value but yes and no."""
    file, unique = "determiners.csv", Unique("determiner")
    rows: dict[str, bool] = {}
    for line, row in read_rows(file, ("determiner", "definite")):
        unique.add(row["determiner"], file, line)
        rows[row["determiner"]] = _is_yes(row, "definite", file, line)
    return rows


@cache
def titles() -> tuple[str, ...]:
    """Titles before a name (titles.csv), in lower case, longest first. Raises `SeedError` for a repetition."""
    return tuple(sorted((title.lower() for title in _words("titles.csv", "title")), key=len, reverse=True))


@cache
def name_particles() -> tuple[str, ...]:
    """Words in lower case within a person's name (name_particles.csv). Raises `SeedError` for a repetition."""
    return _words("name_particles.csv", "particle")


@cache
def reporting_verbs() -> frozenset[str]:
    """Forms of verbs that report speech (reporting_verbs.csv). Raises `SeedError` for a repetition."""
    return frozenset(_words("reporting_verbs.csv", "verb"))


@cache
def administrations() -> tuple[Administration, ...]:
    """The rows of administrations.csv, by start. Raises `SeedError` for an unknown party and an invalid date."""
    file = "administrations.csv"
    rows: list[Administration] = []
    for line, row in read_rows(file, ("country", "party_id", "head", "start", "end")):
        try:
            start, end = date.fromisoformat(row["start"]), date.fromisoformat(row["end"]) if row["end"] else None
        except ValueError as error:
            raise SeedError(f"{file}:{line}: {error}; write dates as YYYY-MM-DD") from error
        country, party, head = (known_party(row[key], file, line) for key in ("country", "party_id", "head"))
        rows.append(Administration(country, party, head, start, end))
    return tuple(sorted(rows, key=lambda row: row.start))


def _words(file: str, column: str) -> tuple[str, ...]:
    unique = Unique(column)
    rows = list[str]()
    for line, row in read_rows(file, (column,)):
        unique.add(row[column], file, line)
        rows.append(row[column])
    return tuple(rows)


def _is_yes(row: dict[str, str], column: str, file: str, line: int) -> bool:
    if row[column] not in ("yes", "no"):
        raise SeedError(f"{file}:{line}: {column} is {row[column]!r}; use yes or no")
    return row[column] == "yes"
