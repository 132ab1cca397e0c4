"""The rows of an SQL query, as documents: columns are named as fields of documents are."""

import sqlite3
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

import duckdb

from flows.drafts import quoted
from flows.duckdb_extensions import load_extension
from flows.named_sources import QuerySource, secrets
from flows.readers.errors import Notes, ReadError, rejection
from flows.readers.record import to_document
from models.event import Document
from models.rejection import Rejection

_ROWS = 500  # fetched at a time


def read_query(source: QuerySource) -> Iterator[Document | Rejection]:
    """A document or a rejection for each row; the origin is the source's name and the row's id.

    Raises SourcesFileError where a secret is not set.
    """
    notes = Notes(source.name)
    try:
        with _cursor(source) as cursor:
            cursor.execute(source.query)
            names = [str(column[0]) for column in cursor.description or ()]
            if "text" not in names:
                raise ReadError("no_text_column", f"no column is named text among: {', '.join(names)}; rename it")
            number = 0
            while rows := cast(list[tuple[object, ...]], cursor.fetchmany(_ROWS)):
                for row in rows:
                    number += 1
                    yield _document(dict(zip(names, row, strict=True)), source.name, number, notes)
    except ReadError as error:
        yield rejection(source.name, error)
    except (duckdb.Error, sqlite3.Error) as error:
        yield rejection(source.name, ReadError("query_failed", f"the query fails: {_told(error, source)}"))


def _told(error: Exception, source: QuerySource) -> str:
    """What the database says, in a line; of a lost connection it tells the connection string, and so the password."""
    line = str(error).splitlines()[0]
    if not source.attach_from:
        return line
    return line.replace(secrets({"address": source.attach_from})["address"], f"what {source.attach_from} holds")


def _document(record: dict[str, object], name: str, number: int, notes: Notes) -> Document | Rejection:
    try:
        return to_document(record, name, number, notes)
    except ReadError as error:
        return rejection(name, error, number, record)


@contextmanager
def _cursor(source: QuerySource) -> Generator[Any]:
    """A cursor over the database of the source, which it cannot change.

    SQLite is read by its own driver, which every Python has; DuckDB would need an extension for it.
    """
    if source.database == "sqlite":
        path = Path(source.attach or "").absolute()
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as connection:
            yield connection.cursor()
        return
    with duckdb.connect() as connection:
        connection.execute("SET autoinstall_known_extensions = false")  # nothing is downloaded while a run is on
        if source.database == "postgres":
            _attach_postgres(connection, source)
        elif source.attach:
            connection.execute(f"ATTACH {quoted(source.attach)} AS db (READ_ONLY)")
        yield connection


def _attach_postgres(connection: duckdb.DuckDBPyConnection, source: QuerySource) -> None:
    try:
        load_extension(connection, "postgres_scanner")
    except duckdb.Error as error:
        cure = "uv sync --extra postgres"
        raise ReadError("missing_extension", f"DuckDB's extension for PostgreSQL is not installed; {cure}") from error
    address = secrets({"address": source.attach_from or ""})["address"]
    try:
        connection.execute(f"ATTACH {quoted(address)} AS db (TYPE postgres, READ_ONLY)")
    except duckdb.Error:
        # DuckDB's message holds the connection string, and with it the password.
        reason = f"PostgreSQL cannot be reached with what {source.attach_from} holds; check it"
        raise ReadError("no_connection", reason) from None
