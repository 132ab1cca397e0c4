"""SOURCE arguments to a stream of documents: `flows.source_files` tells the files, `flows.readers` reads each kind."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from io import BufferedReader
from pathlib import Path

from flows.readers.csv_rows import read_csv
from flows.readers.errors import Notes, ReadError, rejection
from flows.readers.json_values import read_json
from flows.readers.jsonl import read_jsonl
from flows.readers.opening import open_binary
from flows.readers.parquet import read_parquet, rows_in
from flows.readers.plain import read_plain
from flows.readers.webpage import read_webpage
from flows.source_files import Kind, files, is_gzipped, kind_of, origin_of
from models.event import Document
from models.rejection import Rejection

Reader = Callable[[BufferedReader, str, Notes], Iterator[Document | Rejection]]

READERS: dict[Kind, Reader] = {
    Kind.TEXT: read_plain,
    Kind.HTML: read_webpage,
    Kind.JSONL: read_jsonl,
    Kind.JSON: read_json,
    Kind.CSV: read_csv,
    Kind.PARQUET: read_parquet,
}


def documents(sources: Sequence[str | Path], *, published: date | None = None) -> Iterator[Document | Rejection]:
    """The documents of `sources`, in the order of `source_files.files`, and a rejection for each unreadable one.

    `published` stands in for a date of publication where a document has none. Memory holds one document, or one batch
    of a Parquet file, at a time. Two rows of a table with the same id give documents of the same origin, of which the
    store keeps the later. Raises SourceError, at the first step, where no source names a file.
    """
    for file in files(sources):
        for found in [file] if isinstance(file, Rejection) else read_file(file, origin_of(file)):
            if published and isinstance(found, Document) and found.published is None:
                found = replace(found, published=published)
            yield found


def count(sources: Sequence[str | Path]) -> int | None:
    """How many documents and rejections `documents` will give, as far as that is told without reading them.

    One for each text, page and rejected source; for Parquet the rows. None where a file of another kind is among them.
    Raises SourceError as `documents` does.
    """
    total = 0
    for file in files(sources):
        size = 1 if isinstance(file, Rejection) else _size(file)
        if size is None:
            return None
        total += size
    return total


def read_file(path: Path, origin: str) -> Iterator[Document | Rejection]:
    """What one file holds, in documents of that origin; its name tells the kind. Raises ValueError for another kind."""
    kind = kind_of(path)
    if kind is None:
        raise ValueError(f"{path} is of no kind that is read: take files from source_files.files")
    try:
        with open_binary(path) as stream:
            yield from READERS[kind](stream, origin, Notes(origin))
    except ReadError as error:
        yield rejection(origin, error)
    except OSError as error:
        yield rejection(origin, ReadError("unreadable", f"cannot be read: {error.strerror or error}"))


def _size(path: Path) -> int | None:
    kind = kind_of(path)
    if kind in (Kind.TEXT, Kind.HTML):
        return 1
    if kind is not Kind.PARQUET or is_gzipped(path):
        return None
    try:
        return rows_in(path) or 1
    except ReadError:
        return 1
