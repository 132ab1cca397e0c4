"""Reference data that people edit: typed, validated loaders of the CSV files in seeds/.

In a cell that holds several values they are separated by `|`.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TypeVar

from models.errors import UserError
from models.event import Measure

_Kind = TypeVar("_Kind", bound=StrEnum)

SEEDS = Path(__file__).resolve().parents[1] / "seeds"


class SeedError(UserError):
    """A seed file is missing or holds something it must not; the message names the file, the line and the cure."""


class PartyKind(StrEnum):
    """What a party is.

    An `official` speaks for a state or an organisation, a `person` is any other; a `territory` is or was part of a
    state, or is claimed by one.
    """

    STATE = "state"
    STATE_ORGAN = "state_organ"
    OFFICE = "office"
    OFFICIAL = "official"
    PERSON = "person"
    BLOC = "bloc"
    ORGANISATION = "organisation"
    COMPANY = "company"
    ARMED_GROUP = "armed_group"
    TERRITORY = "territory"


@dataclass(frozen=True, slots=True)
class Country:
    """A state or territory of ISO 3166 (and Kosovo), by alpha-3 code; capitals stand for its government."""

    party_id: str
    name: str
    adjectives: tuple[str, ...]
    capitals: tuple[str, ...]
    aliases: tuple[str, ...]
    region: str
    qid: str | None

    @property
    def names(self) -> tuple[str, ...]:
        """All that it is called."""
        return (self.name, *self.adjectives, *self.capitals, *self.aliases)


@dataclass(frozen=True, slots=True)
class KnownParty:
    """An organisation, organ, office, company, group or person.

    `country` is the alpha-3 code of the state it belongs to or speaks for. `local_aliases` are names it has only beside
    that state ("central bank").
    """

    party_id: str
    name: str
    kind: PartyKind
    country: str | None
    aliases: tuple[str, ...]
    local_aliases: tuple[str, ...]
    qid: str | None

    @property
    def names(self) -> tuple[str, ...]:
        """All that it is called anywhere."""
        return (self.name, *self.aliases)


@dataclass(frozen=True, slots=True)
class MeasureKind:
    """What a kind of measure is called and covers."""

    measure: Measure
    label: str
    description: str


def read_rows(file: str, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yields the line number and the stripped cells of each row of seeds/`file`.

    Raises `SeedError` where the file is missing, its header is not `columns` in this order, or a row has too few or too
    many cells.
    """
    path = SEEDS / file
    if not path.is_file():
        raise SeedError(f"{file}: not found in {SEEDS}")
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.reader(lines)
        header = next(reader, list[str]())
        if header != list(columns):
            raise SeedError(f"{file}:1: the columns are {','.join(header)}; expected {','.join(columns)}")
        for cells in reader:
            if not cells:
                continue
            if len(cells) != len(columns):
                raise SeedError(f"{file}:{reader.line_num}: {len(cells)} cells in place of {len(columns)}")
            yield reader.line_num, {key: cell.strip() for key, cell in zip(columns, cells, strict=True)}


@cache
def countries() -> tuple[Country, ...]:
    """The rows of countries.csv. Raises `SeedError` for a repeated id, code, name or alias."""
    file, ids, names = "countries.csv", Unique("party_id"), Unique("name")
    rows: list[Country] = []
    for line, row in read_rows(file, ("party_id", "name", "adjectives", "capitals", "aliases", "region", "qid")):
        country = Country(
            party_id=row["party_id"],
            name=row["name"],
            adjectives=values(row["adjectives"]),
            capitals=values(row["capitals"]),
            aliases=values(row["aliases"]),
            region=row["region"],
            qid=_qid(row["qid"], file, line),
        )
        if not re.fullmatch(r"[A-Z]{3}", country.party_id):
            raise SeedError(f"{file}:{line}: party_id {country.party_id!r} is no code of ISO 3166 alpha-3")
        ids.add(country.party_id, file, line)
        for name in country.names:
            names.add(name, file, line)
        rows.append(country)
    return tuple(rows)


@cache
def parties() -> tuple[KnownParty, ...]:
    """The rows of parties.csv.

    Raises `SeedError` for a repeated id, an unknown kind or country, and a name that two parties (or countries) claim.
    """
    file, ids, names = "parties.csv", Unique("party_id"), Unique("name")
    for country in countries():
        ids.add(country.party_id, "countries.csv", None)
        for name in country.names:
            names.add(name, "countries.csv", None)
    codes = {country.party_id for country in countries()}
    rows: list[KnownParty] = []
    for line, row in read_rows(file, ("party_id", "name", "kind", "country", "aliases", "local_aliases", "qid")):
        party = KnownParty(
            party_id=row["party_id"],
            name=row["name"],
            kind=member(PartyKind, "kind", row["kind"], file, line),
            country=row["country"] or None,
            aliases=values(row["aliases"]),
            local_aliases=values(row["local_aliases"]),
            qid=_qid(row["qid"], file, line),
        )
        if party.country and party.country not in codes:
            raise SeedError(f"{file}:{line}: country {party.country!r} is not in countries.csv")
        ids.add(party.party_id, file, line)
        for name in (*party.names, *(f"{party.country} {alias}" for alias in party.local_aliases)):
            names.add(name, file, line)
        rows.append(party)
    return tuple(rows)


@cache
def measures() -> tuple[MeasureKind, ...]:
    """The rows of measures.csv: one for each `Measure`. Raises `SeedError` for an unknown, repeated or missing one."""
    file, unique = "measures.csv", Unique("measure")
    rows: list[MeasureKind] = []
    for line, row in read_rows(file, ("measure", "label", "description")):
        unique.add(row["measure"], file, line)
        rows.append(
            MeasureKind(member(Measure, "measure", row["measure"], file, line), row["label"], row["description"])
        )
    if missing := set(Measure) - {row.measure for row in rows}:
        raise SeedError(f"{file}: no row for {', '.join(sorted(missing))}")
    return tuple(rows)


@cache
def principals() -> dict[str, str]:
    """The rows of principals.csv: for which organisation an organ or person without a country acts.

    Raises `SeedError` for a repeated or unknown party, for one that has a country, and for a principal that itself acts
    for another.
    """
    file, unique = "principals.csv", Unique("party_id")
    states = {party.party_id for party in parties() if party.country}
    found: dict[str, str] = {}
    for line, row in read_rows(file, ("party_id", "principal")):
        party = known_party(row["party_id"], file, line)
        unique.add(party, file, line)
        if party in states:
            raise SeedError(f"{file}:{line}: party {party!r} has a country in parties.csv, for which it acts")
        found[party] = known_party(row["principal"], file, line)
    if chained := sorted(set(found) & set(found.values())):
        raise SeedError(f"{file}: {chained[0]!r} is a principal and acts for {found[chained[0]]!r}: name the last one")
    return found


class Unique:
    """Refuses a value that an earlier row claimed."""

    def __init__(self, column: str) -> None:
        """`column` is what messages call the values."""
        self._column = column
        self._seen: dict[str, str] = {}

    def add(self, value: str, file: str, line: int | None) -> None:
        """Takes note of a value. Raises `SeedError` where it is empty or claimed."""
        where = file if line is None else f"{file}:{line}"
        if not value:
            raise SeedError(f"{where}: {self._column} is empty")
        if value in self._seen:
            raise SeedError(f"{where}: {self._column} {value!r} stands at {self._seen[value]} already")
        self._seen[value] = where


def values(cell: str) -> tuple[str, ...]:
    """The values of a cell."""
    return tuple(value.strip() for value in cell.split("|") if value.strip())


def member(kinds: type[_Kind], column: str, value: str, file: str, line: int) -> _Kind:
    """The member of an enum that a cell names. Raises `SeedError` where there is none."""
    try:
        return kinds(value)
    except ValueError:
        raise SeedError(f"{file}:{line}: {column} is {value!r}; use one of {', '.join(kinds)}") from None


def known_party(value: str, file: str, line: int) -> str:
    """`value`, where it is the id of a party or country. Raises `SeedError` where it is not."""
    if value not in party_ids():
        raise SeedError(f"{file}:{line}: party {value!r} is in neither countries.csv nor parties.csv")
    return value


@cache
def party_ids() -> frozenset[str]:
    """The ids of all countries and parties."""
    return frozenset(row.party_id for row in (*countries(), *parties()))


def _qid(value: str, file: str, line: int) -> str | None:
    if value and not re.fullmatch(r"Q[1-9]\d*", value):
        raise SeedError(f"{file}:{line}: qid {value!r} is no Wikidata id, such as Q159")
    return value or None
