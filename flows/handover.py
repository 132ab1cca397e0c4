"""Batches on their way to a worker and back: Parquet files on the result store, named after what they hold."""

# fsspec ships no types
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeStubs=false

import socket
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from io import BytesIO
from uuid import uuid4

import fsspec
import polars as pl
from pydantic import TypeAdapter

from flows.settings import Settings
from models.errors import UserError
from models.event import Document, Event, digest
from models.rejection import Rejection
from models.rows import Reading

_TEXT, _OFFSET, _DATE = pl.String(), pl.Int64(), pl.Date()
_DOCUMENT = {
    "origin": _TEXT,
    "text": _TEXT,
    "title": _TEXT,
    "published": _DATE,
    "url": _TEXT,
    "source": _TEXT,
    "fetched_at": pl.Datetime("us"),
}
_PARTY = pl.Struct({"text": _TEXT, "name": _TEXT, "id": _TEXT, "start": _OFFSET, "end": _OFFSET})
_EVENT = pl.Struct(
    {
        "actors": pl.List(_PARTY),
        "action": _TEXT,
        "status": _TEXT,
        "targets": pl.List(_PARTY),
        "measures": pl.List(_TEXT),
        "date": pl.Struct({"text": _TEXT, "start": _DATE, "end": _DATE, "precision": _TEXT, "basis": _TEXT}),
        "trigger": _TEXT,
        "start": _OFFSET,
        "end": _OFFSET,
        "sentence": _TEXT,
        "sentence_start": _OFFSET,
        "sentence_end": _OFFSET,
        "confidence": pl.Float64(),
        "is_background": pl.Boolean(),
    }
)
_REJECTION = pl.Struct(
    {"origin": _TEXT, "line": _OFFSET, "stage": _TEXT, "check": _TEXT, "reason": _TEXT, "record": _TEXT}
)
_READING = {"document_id": _TEXT, "passed_gate": pl.Boolean(), "events": pl.List(_EVENT), "rejection": _REJECTION}
_EVENTS = TypeAdapter(tuple[Event, ...])

Outcome = Reading | Rejection  # what a worker makes of a document


class ResultStoreError(UserError):
    """The result store cannot be read or written."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A batch of documents, by name: all that goes to a worker. `folder` is an fsspec address."""

    folder: str
    key: str

    @property
    def documents(self) -> str:
        """What the flow writes and a worker reads."""
        return f"{self.folder}/{self.key}.documents.parquet"

    @property
    def readings(self) -> str:
        """What a worker writes and the flow reads."""
        return f"{self.folder}/{self.key}.readings.parquet"


def folder_of(settings: Settings) -> str:
    """The folder of the result store that is this store's own, as an absolute address."""
    store = settings.store.absolute()
    if settings.results is None:
        return str(store / "results")
    with _errors(settings.results):
        files, path = fsspec.url_to_fs(settings.results)
        return f"{files.unstrip_protocol(path).rstrip('/')}/{digest(str(store))[:8]}"


def refer(folder: str, documents: Sequence[Document], version: str) -> Reference:
    """The reference of a batch: the same documents, read by the same version of the extractor, have the same."""
    contents = ",".join(f"{one.document_id} {one.origin} {one.url} {one.source}" for one in documents)
    return Reference(folder, digest(f"{version} {contents}"))


def put_documents(reference: Reference, documents: Sequence[Document]) -> None:
    """Have documents ready for a worker. Raises ResultStoreError."""
    rows = [tuple(getattr(document, name) for name in _DOCUMENT) for document in documents]
    _write(reference.documents, pl.DataFrame(rows, schema=_DOCUMENT, orient="row"))


def get_documents(reference: Reference) -> list[Document]:
    """The documents of a batch, where a worker is. Raises ResultStoreError."""
    frame = _read(reference.documents)
    if frame is None:
        raise ResultStoreError(
            f"{reference.documents} is not there for {socket.gethostname()}: "
            "name a result store that workers and flow reach alike in SANCTIONWIRE_RESULTS"
        )
    return [Document(**row) for row in frame.iter_rows(named=True)]


def put_readings(reference: Reference, outcomes: Sequence[Outcome]) -> None:
    """Hand back what was read, and what could not be. Raises ResultStoreError."""
    _write(reference.readings, pl.DataFrame([_row(outcome) for outcome in outcomes], schema=_READING))


def get_readings(reference: Reference, documents: Sequence[Document]) -> list[Outcome] | None:
    """What a worker handed back of these documents, in their order; None where nothing whole is there.

    Raises:
        ResultStoreError: the result store cannot be read.
    """
    frame = _read(reference.readings)
    if frame is None:
        return None
    return [
        Rejection(**row["rejection"])
        if row["rejection"]
        else Reading(document, row["passed_gate"], _EVENTS.validate_python(row["events"]))
        for document, row in zip(documents, frame.iter_rows(named=True), strict=True)
    ]


def forget_documents(reference: Reference) -> None:
    """Make room: the documents of a batch that is read. Raises ResultStoreError."""
    with _errors(reference.documents):
        files, path = fsspec.url_to_fs(reference.documents)
        files.rm_file(path)


def forget_all(folder: str) -> None:
    """Remove what a finished run, and killed ones before it, left in the folder. Raises ResultStoreError."""
    with _errors(folder):
        files, path = fsspec.url_to_fs(folder)
        if files.exists(path):
            files.rm(path, recursive=True)


def _row(outcome: Outcome) -> dict[str, object]:
    if isinstance(outcome, Rejection):
        return {"rejection": asdict(outcome)}
    return {
        "document_id": outcome.document.document_id,
        "passed_gate": outcome.passed_gate,
        "events": [asdict(event) for event in outcome.events],
    }


def _write(address: str, frame: pl.DataFrame) -> None:
    """Write all of the file or nothing, whoever else is writing it and whoever is killed."""
    content = BytesIO()
    frame.write_parquet(content)
    with _errors(address):
        files, path = fsspec.url_to_fs(address)
        files.makedirs(files._parent(path), exist_ok=True)
        draft = f"{path}.{uuid4().hex}.draft"
        files.pipe_file(draft, content.getvalue())
        files.mv(draft, path)


def _read(address: str) -> pl.DataFrame | None:
    with _errors(address):
        files, path = fsspec.url_to_fs(address)
        try:
            return pl.read_parquet(BytesIO(files.cat_file(path)))
        except (FileNotFoundError, pl.exceptions.ComputeError):  # a disk without power may keep half a file
            return None


@contextmanager
def _errors(address: str) -> Generator[None]:
    try:
        yield
    except UserError:
        raise
    except Exception as error:  # each file system raises errors of its own
        reason = getattr(error, "strerror", None) or " ".join(str(error).split()) or type(error).__name__
        raise ResultStoreError(
            f"{address} on the result store cannot be used: {reason}; name another in SANCTIONWIRE_RESULTS"
        ) from error
