"""Parquet: one document a row, read in batches within a row group."""

# pyarrow ships no types
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeStubs=false, reportAttributeAccessIssue=false

from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from flows.readers.errors import Notes, ReadError, rejection
from flows.readers.opening import on_disk
from flows.readers.record import FIELDS, to_document
from models.event import Document
from models.rejection import Rejection

_BATCH = 256  # rows; a batch of the longest documents that newspapers print stays under 100 MB


def read_parquet(stream: BufferedReader, path: str, notes: Notes) -> Iterator[Document | Rejection]:
    """A document or a rejection for each row; rows count from 1.

    Raises ReadError ("broken_parquet", "no_text_column", "empty").
    """
    row = 0
    try:
        table = pq.ParquetFile(stream if stream.seekable() else on_disk(stream), pre_buffer=False)
        columns = _columns(table.schema_arrow.names, notes)
        for batch in table.iter_batches(_BATCH, columns=columns):
            for record in _records(_with_written_dates(batch)):
                row += 1
                yield _document(record, path, row, notes)
    except (pa.ArrowException, OSError) as error:
        raise ReadError("broken_parquet", f"no valid Parquet after row {row}: {error}") from error
    if row == 0:
        raise ReadError("empty", "the table has no rows")


def rows_in(path: Path) -> int:
    """The number of rows, out of the footer. Raises ReadError ("broken_parquet")."""
    try:
        return cast(int, pq.read_metadata(path).num_rows)
    except (pa.ArrowException, OSError) as error:
        raise ReadError("broken_parquet", f"no valid Parquet: {error}") from error


def _columns(names: list[str], notes: Notes) -> list[str]:
    if "text" not in names:
        raise ReadError("no_text_column", f"no column is named text among: {', '.join(names)[:200]}; rename it")
    for name in names:
        if name not in FIELDS:
            notes.say(f"field {name}", f"column {name!r} is not read; those read are {', '.join(FIELDS)}")
    return [name for name in FIELDS if name in names]


def _document(record: dict[str, object] | ReadError, path: str, row: int, notes: Notes) -> Document | Rejection:
    try:
        if isinstance(record, ReadError):
            raise record
        return to_document(record, path, row, notes)
    except ReadError as error:
        return rejection(path, error, row, None if isinstance(record, ReadError) else record)


def _with_written_dates(batch: Any) -> Any:
    """Dates and times as ISO strings: days that Python has no date for, such as those after 9999, stay readable."""
    place = batch.schema.get_field_index("published")
    if place < 0 or not pa.types.is_temporal(batch.schema.field(place).type):
        return batch
    return batch.set_column(place, "published", pc.cast(batch.column(place), pa.string()))


def _records(batch: Any) -> Iterator[dict[str, object] | ReadError]:
    """The rows of a batch; one by one where some string in it is no valid UTF-8."""
    try:
        yield from batch.to_pylist()
        return
    except UnicodeDecodeError:
        pass
    for at in range(batch.num_rows):
        try:
            yield batch.slice(at, 1).to_pylist()[0]
        except UnicodeDecodeError:
            yield ReadError("encoding", "a string that is not UTF-8; write the file again")
