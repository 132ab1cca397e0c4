"""Readings to test with: a dispatch and the acts in it, quoted; offsets follow from the quotes."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from models.event import Action, Basis, Document, Event, EventDate, Measure, Party, Precision, Status
from models.rows import Reading, Stamp

STAMP = Stamp("run-1", "1.0", datetime(2025, 1, 2, 3, 4, 5))


@dataclass(frozen=True)
class Act:
    """An act of a dispatch: words of its text; parties as (text, name, id)."""

    trigger: str
    actors: tuple[tuple[str, str, str | None], ...] = (("EU", "European Union", "EU"),)
    targets: tuple[tuple[str, str, str | None], ...] = (("Russia", "Russia", "RUS"),)
    action: Action = Action.IMPOSE
    status: Status = Status.ENACTED
    measures: tuple[Measure, ...] = (Measure.GENERAL,)
    date: EventDate | None = None
    confidence: float = 0.9
    is_background: bool = False


def dispatch(
    text: str, *acts: Act, origin: str = "a.txt", published: date | None = date(2014, 7, 17), source: str | None = None
) -> Reading:
    """A document of one sentence and the acts that it tells."""
    document = Document(origin, text, published=published, source=source)
    return Reading(document, bool(acts), tuple(_event(text, act) for act in acts))


def day(text: str, when: date) -> EventDate:
    return EventDate(text, when, when, Precision.DAY, Basis.TEXT)


def month(text: str, first: date) -> EventDate:
    last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return EventDate(text, first, last, Precision.MONTH, Basis.TEXT)


def _event(text: str, act: Act) -> Event:
    start = text.index(act.trigger)
    return Event(
        actors=tuple(_party(text, *party) for party in act.actors),
        action=act.action,
        status=act.status,
        targets=tuple(_party(text, *party) for party in act.targets),
        measures=act.measures,
        date=act.date,
        trigger=act.trigger,
        start=start,
        end=start + len(act.trigger),
        sentence=text,
        sentence_start=0,
        sentence_end=len(text),
        confidence=act.confidence,
        is_background=act.is_background,
    )


def _party(text: str, words: str, name: str, party_id: str | None) -> Party:
    start = text.index(words)
    return Party(words, name, party_id, start, start + len(words))
