"""What a sanctions event is: the types that move between the stages. `docs/codebook.md` defines each in words."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256

EARLIEST = date(1900, 1, 1)  # no newspaper reports sanctions before it: an earlier date is a misreading


class Action(StrEnum):
    """What would happen to the measure."""

    IMPOSE = "impose"
    EXTEND = "extend"
    EASE = "ease"
    LIFT = "lift"
    ENFORCE = "enforce"
    VIOLATE = "violate"


class Status(StrEnum):
    """How real the act is."""

    ENACTED = "enacted"
    PLANNED = "planned"
    CONSIDERED = "considered"
    THREATENED = "threatened"
    DEMANDED = "demanded"
    REJECTED = "rejected"


class Measure(StrEnum):
    """A kind of restriction."""

    GENERAL = "general"
    ASSET_FREEZE = "asset_freeze"
    TRAVEL_BAN = "travel_ban"
    ARMS_EMBARGO = "arms_embargo"
    TRADE = "trade"
    FINANCIAL = "financial"
    ENERGY = "energy"
    DESIGNATION = "designation"
    TRANSPORT = "transport"
    TARIFF = "tariff"
    AID = "aid"
    DIPLOMATIC = "diplomatic"
    OTHER = "other"


class Precision(StrEnum):
    """How exactly a date is known; it names the length of the interval `start` to `end`."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    SEASON = "season"
    YEAR = "year"
    MULTI_YEAR = "multi_year"


class Basis(StrEnum):
    """Where a date comes from."""

    TEXT = "text"
    PUBLICATION = "publication"


@dataclass(frozen=True, slots=True)
class Document:
    """One text as its source gave it.

    `origin` says where it came from (a path, with `#` and a row or id in tables; a URL): a document of the same origin
    and other content replaces the earlier one. `fetched_at`: when it came over the network, in UTC without a zone; None
    for files.
    """

    origin: str
    text: str
    title: str | None = None
    published: date | None = None
    url: str | None = None
    source: str | None = None
    fetched_at: datetime | None = None

    @property
    def document_id(self) -> str:
        """A hash of what is read: title, text and date of publication. 32 hexadecimal digits."""
        content = "\x1f".join((self.title or "", self.published.isoformat() if self.published else "", self.text))
        return digest(content)


@dataclass(frozen=True, slots=True)
class Party:
    """An actor or a target: `text` as it stands, `name` in full, `id` of the gazetteer (None where it has none).

    `start` and `end` are character offsets of `text` in the document.
    """

    text: str
    name: str
    id: str | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class EventDate:
    """When the act happened or is to happen: the days `start` to `end`, both included.

    Both are None where the words cannot be placed, for want of a publication date.
    """

    text: str
    start: date | None
    end: date | None
    precision: Precision
    basis: Basis


@dataclass(frozen=True, slots=True)
class Event:
    """One act told by one document, with its evidence. Offsets count characters of the document's text.

    `is_background`: told of what was done before ("the sanctions that were lifted"), so not an act of the day.
    """

    actors: tuple[Party, ...]
    action: Action
    status: Status
    targets: tuple[Party, ...]
    measures: tuple[Measure, ...]
    date: EventDate | None
    trigger: str
    start: int
    end: int
    sentence: str
    sentence_start: int
    sentence_end: int
    confidence: float
    is_background: bool


def digest(content: str) -> str:
    """The deterministic key of `content`: the first 32 hexadecimal digits of its SHA-256."""
    return sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:32]
