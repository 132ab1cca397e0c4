"""Events as rows of the raw tables: the one place that says which columns those tables have."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import polars as pl

from models.event import Basis, Document, Event, EventDate, Party, Precision, digest
from models.rejection import Rejection

Schema = dict[str, pl.DataType]
Row = tuple[object, ...]

_TEXT, _OFFSET, _DATE, _TIME = pl.String(), pl.Int64(), pl.Date(), pl.Datetime("us")

DOCUMENTS: Schema = {
    "document_id": _TEXT,
    "origin": _TEXT,
    "source": _TEXT,
    "title": _TEXT,
    "published": _DATE,
    "url": _TEXT,
    "text": _TEXT,
    "word_count": pl.Int32(),
    "passed_gate": pl.Boolean(),
    "extractor_version": _TEXT,
    "run_id": _TEXT,
    "loaded_at": _TIME,
    "fetched_at": _TIME,
    "story_id": _TEXT,
}

EVENT_MENTIONS: Schema = {
    "mention_id": _TEXT,
    "act_id": _TEXT,
    "document_id": _TEXT,
    "actor_id": _TEXT,
    "actor_text": _TEXT,
    "actor_name": _TEXT,
    "actor_start": _OFFSET,
    "actor_end": _OFFSET,
    "action": _TEXT,
    "status": _TEXT,
    "target_id": _TEXT,
    "target_text": _TEXT,
    "target_name": _TEXT,
    "target_start": _OFFSET,
    "target_end": _OFFSET,
    "measures": pl.List(_TEXT),
    "date_text": _TEXT,
    "date_start": _DATE,
    "date_end": _DATE,
    "date_precision": _TEXT,
    "date_basis": _TEXT,
    "trigger": _TEXT,
    "trigger_start": _OFFSET,
    "trigger_end": _OFFSET,
    "sentence": _TEXT,
    "sentence_start": _OFFSET,
    "sentence_end": _OFFSET,
    "confidence": pl.Float64(),
    "extractor_version": _TEXT,
    "run_id": _TEXT,
}

REJECTED: Schema = {
    "rejection_id": _TEXT,
    "origin": _TEXT,
    "line": pl.Int64(),
    "stage": _TEXT,
    "check": _TEXT,
    "reason": _TEXT,
    "record": _TEXT,
    "run_id": _TEXT,
    "rejected_at": _TIME,
}

RUNS: Schema = {
    "run_id": _TEXT,
    "started_at": _TIME,
    "finished_at": _TIME,
    "status": _TEXT,
    "extractor_version": _TEXT,
    "documents_read": pl.Int64(),
    "documents_new": pl.Int64(),
    "documents_unchanged": pl.Int64(),
    "documents_replaced": pl.Int64(),
    "events": pl.Int64(),
    "mentions": pl.Int64(),
    "rejected": pl.Int64(),
    "failure": _TEXT,
}

_REPLACED: Schema = {"replaced_at": _TIME, "replaced_by_run": _TEXT}
DOCUMENTS_HISTORY: Schema = DOCUMENTS | _REPLACED
EVENT_MENTIONS_HISTORY: Schema = EVENT_MENTIONS | _REPLACED

# What near-duplicate texts have in common: documents with an equal band are candidates for one story.
STORY_BANDS: Schema = {"document_id": _TEXT, "band": pl.Int64()}

ORIGINS: Schema = {"origin": _TEXT, "document_id": _TEXT}


@dataclass(frozen=True, slots=True)
class Stamp:
    """What every row of one run carries. `at` is one moment for the whole run, in UTC without a zone."""

    run_id: str
    extractor_version: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Reading:
    """A document as the extractor read it: whether it passed the gate, and the events it tells."""

    document: Document
    passed_gate: bool
    events: tuple[Event, ...] = ()


def document_rows(readings: Iterable[Reading], stamp: Stamp) -> pl.DataFrame:
    """One row a document, in the schema DOCUMENTS; each is a story of its own until the warehouse links it."""
    rows = [
        (
            reading.document.document_id,
            reading.document.origin,
            reading.document.source,
            reading.document.title,
            reading.document.published,
            reading.document.url,
            reading.document.text,
            len(reading.document.text.split()),
            reading.passed_gate,
            stamp.extractor_version,
            stamp.run_id,
            stamp.at,
            reading.document.fetched_at,
            reading.document.document_id,
        )
        for reading in readings
    ]
    return pl.DataFrame(rows, schema=DOCUMENTS, orient="row")


def mention_rows(readings: Iterable[Reading], stamp: Stamp) -> pl.DataFrame:
    """One row for each actor and target of an event as one document tells it, in the schema EVENT_MENTIONS.

    A side that the document does not name counts once, as NULL.
    """
    rows = [
        _mention(reading.document, event, actor, target, stamp)
        for reading in readings
        for event in reading.events
        for actor in event.actors or (None,)
        for target in event.targets or (None,)
    ]
    return pl.DataFrame(rows, schema=EVENT_MENTIONS, orient="row")


def rejection_rows(rejections: Sequence[Rejection], stamp: Stamp) -> pl.DataFrame:
    """One row a rejection, in the schema REJECTED. `rejection_id` is a digest of the rejection, whatever the run."""
    rows = [
        {"rejection_id": _key(*fields.values()), **fields, "run_id": stamp.run_id, "rejected_at": stamp.at}
        for fields in map(asdict, rejections)
    ]
    return pl.DataFrame(rows, schema=REJECTED, orient="row")


def _mention(document: Document, event: Event, actor: Party | None, target: Party | None, stamp: Stamp) -> Row:
    act = (document.document_id, event.start, event.end, event.action)
    date = event.date or (None if event.is_background else _publication(document))
    return (
        _key(*act, *_place(actor), *_place(target)),
        _key(*act),
        document.document_id,
        *_party(actor),
        event.action.value,
        event.status.value,
        *_party(target),
        [measure.value for measure in event.measures],
        *((date.text or None, date.start, date.end, date.precision.value, date.basis.value) if date else (None,) * 5),
        event.trigger,
        event.start,
        event.end,
        event.sentence,
        event.sentence_start,
        event.sentence_end,
        event.confidence,
        stamp.extractor_version,
        stamp.run_id,
    )


def _publication(document: Document) -> EventDate | None:
    """The date an event has where its text gives none: the day of publication, marked as such."""
    day = document.published
    return EventDate("", day, day, Precision.DAY, Basis.PUBLICATION) if day else None


def _party(party: Party | None) -> Row:
    return (party.id, party.text, party.name, party.start, party.end) if party else (None,) * 5


def _place(party: Party | None) -> Row:
    return (party.text, party.start) if party else (None, None)


def _key(*parts: object) -> str:
    return digest("\x1f".join("" if part is None else str(part) for part in parts))
