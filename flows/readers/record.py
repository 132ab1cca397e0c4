"""A record of named fields to a document: what every table, JSON file and front matter goes through."""

import re
from collections.abc import Mapping
from datetime import date, datetime

from flows.readers.decoding import LARGEST_DOCUMENT
from flows.readers.errors import Notes, ReadError
from models.event import EARLIEST, Document

FIELDS = ("id", "text", "title", "published", "url", "source")
_READ = frozenset(FIELDS)
LATEST = date(2100, 12, 31)  # of publication; a later year is a slip of the pen

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_INSTEAD = "\ufffd"


def to_document(record: Mapping[str, object], path: str, row: int, notes: Notes) -> Document:
    """The document that `record` describes; its origin is `path#id`, or `path#row-N` where it has no id.

    Only the text is needed; an empty field is as one left out. Fields of other names are not read, with a note. NULs
    and halves of surrogate pairs, which no database stores, become U+FFFD, one for one. Raises ReadError ("no_text",
    "empty", "bad_field", "bad_date", "too_large").
    """
    _note_others(record, row, notes)
    if record.get("text") is None:
        raise ReadError("no_text", f"no text; the fields are {', '.join(map(str, record)) or 'none'}")
    text = _string(record, "text", row, notes)
    if text is None:
        raise ReadError("empty", "the text is empty")
    if len(text) > LARGEST_DOCUMENT:
        raise ReadError("too_large", f"a text of more than {LARGEST_DOCUMENT // 2**20} MB; cut it up")
    return Document(
        origin=f"{path}#{_id(record, row, notes)}",
        text=text,
        title=_string(record, "title", row, notes),
        published=to_date(record.get("published")),
        url=_string(record, "url", row, notes),
        source=_string(record, "source", row, notes),
    )


def to_date(value: object) -> date | None:
    """A date, or an ISO 8601 date or date and time, as the day that it names; None for none.

    Raises ReadError ("bad_date") for anything else, and for a day before EARLIEST or after LATEST.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    day = _day(value)
    if day is None:
        raise ReadError("bad_date", f"published {str(value)[:40]!r} is no date; write it as 2025-09-08")
    if not EARLIEST <= day <= LATEST:
        raise ReadError("bad_date", f"published {day} is not between {EARLIEST.year} and {LATEST.year}; correct it")
    return day


def _day(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return datetime.fromisoformat(value.strip()).date() if isinstance(value, str) else None
    except ValueError:
        return None


def _note_others(record: Mapping[str, object], row: int, notes: Notes) -> None:
    for name in record.keys() - _READ:
        notes.say(f"field {name}", f"field {name!r} is not read; those read are {', '.join(FIELDS)}", row)


def _id(record: Mapping[str, object], row: int, notes: Notes) -> str:
    value = record.get("id")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return _string(record, "id", row, notes) or f"row-{row}"


def _string(record: Mapping[str, object], name: str, row: int, notes: Notes) -> str | None:
    value = record.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise ReadError("bad_field", f"{name} is no string but {type(value).__name__}; put it in quotes")
    if not value.strip():
        return None
    if "\0" in value or not _is_storable(value):
        notes.say("unstorable", f"{name} holds NULs or halves of surrogate pairs; U+FFFD stands for them", row)
        return _UNSTORABLE.sub(_INSTEAD, value)
    return value


def _is_storable(value: str) -> bool:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
