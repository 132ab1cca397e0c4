"""A fetched body to the documents in it, by the readers that files go through as well."""

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

from flows.client import Answer
from flows.readers.decoding import charset
from flows.readers.errors import Notes, ReadError, rejection
from flows.source_files import KINDS, Kind, kind_of
from flows.sources import READERS
from models.event import EARLIEST, Document
from models.rejection import Rejection

_MEDIA = {
    "text/html": Kind.HTML,
    "application/xhtml+xml": Kind.HTML,
    "text/csv": Kind.CSV,
    "application/json": Kind.JSON,
    "application/jsonl": Kind.JSONL,
    "application/x-ndjson": Kind.JSONL,
    "application/vnd.apache.parquet": Kind.PARQUET,
    "text/markdown": Kind.TEXT,
}
_ONE_DOCUMENT = (Kind.HTML, Kind.TEXT)
_HTML_SIGNS = (b"<!doctype html", b"<html")
_PARQUET_MAGIC = b"PAR1"
OF_A_DATE = "#published"  # ends the origin of a rejection that is of the date alone
_HEAD = 1024  # bytes that a kind shows itself in
_AHEAD = timedelta(days=1)  # a date may be tomorrow's, east of here


def documents_in(answer: Answer, origin: str) -> Iterator[Document | Rejection]:
    """The documents of an answer, with its address and time.

    What it is shows in its first bytes, else in its media type, else in the end of its address: labels are often wrong.
    """
    try:
        kind = _kind(answer)
        stream = io.BufferedReader(cast(io.RawIOBase, io.BytesIO(_as_utf8(answer.body, answer.charset))))
        for found in READERS[kind](cast(io.BufferedReader, stream), origin, Notes(origin)):
            if isinstance(found, Document):
                url = answer.url if kind in _ONE_DOCUMENT else found.url or answer.url
                found = replace(found, url=url, fetched_at=answer.fetched_at)
            yield found
    except ReadError as error:
        yield rejection(origin, error)


def dated(document: Document, said: date | None, today: date) -> Iterator[Document | Rejection]:
    """The document on the day its feed says, else on its own; and a rejection of the date where neither will do."""
    given = [day for day in (said, document.published) if day]
    believed = [day for day in given if EARLIEST <= day <= today + _AHEAD]
    yield replace(document, published=believed[0] if believed else None)
    place = f"{document.origin}{OF_A_DATE}"  # it is the date that is turned away, not the document
    if given and not believed:
        check, fault = ("bad_date", "is too early") if given[0] < EARLIEST else ("future_date", "lies ahead")
        yield rejection(place, ReadError(check, f"the date {given[0]} {fault}; read without a date"))
    elif not given:
        yield rejection(place, ReadError("no_date", "no date of publication; read without one"))


def _kind(answer: Answer) -> Kind:
    head = answer.body[:_HEAD].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith(_HTML_SIGNS) or (answer.media == "text/plain" and any(sign in head for sign in _HTML_SIGNS)):
        return Kind.HTML
    if answer.body.startswith(_PARQUET_MAGIC):
        return Kind.PARQUET
    told = _MEDIA.get(answer.media) or kind_of(Path(urlsplit(answer.url).path))
    if told:
        return told
    if answer.media == "text/plain":
        return Kind.TEXT
    label = answer.media or "nothing"
    raise ReadError("unknown_kind", f"labelled {label[:80]}, which is not read; these are: HTML, text, {_kinds()}")


def _kinds() -> str:
    return ", ".join(sorted({kind.value for kind in KINDS.values()} - {Kind.HTML, Kind.TEXT}))


def _as_utf8(body: bytes, declared: str | None) -> bytes:
    """`body` in UTF-8, where its header names the encoding it is in; else as it is, for its reader to find out."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        try:
            return body.decode(charset(declared) or "utf-8").encode("utf-8")
        except (LookupError, UnicodeError):
            return body
    return body
