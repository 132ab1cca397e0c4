"""The private warehouse, a DuckDB file or a lake: raw tables, loaded a batch at a time.

Only one process may have a file open.
"""

import time
from collections.abc import Generator, Iterable, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import duckdb
import polars as pl

from flows import lake
from flows.history import retire
from flows.lake import Lake
from flows.store_errors import StoreAwayError, StoreError, store_errors
from flows.transactions import atomically
from models.event import Document
from models.fetches import FETCHES, SOURCE_RUNS
from models.rows import (
    DOCUMENTS,
    DOCUMENTS_HISTORY,
    EVENT_MENTIONS,
    EVENT_MENTIONS_HISTORY,
    ORIGINS,
    REJECTED,
    RUNS,
    STORY_BANDS,
    Schema,
    Stamp,
)

RAW_TABLES: dict[str, Schema] = {
    "documents": DOCUMENTS,
    "documents_history": DOCUMENTS_HISTORY,
    "event_mentions": EVENT_MENTIONS,
    "event_mentions_history": EVENT_MENTIONS_HISTORY,
    "fetches": FETCHES,
    "origins": ORIGINS,
    "rejected": REJECTED,
    "runs": RUNS,
    "source_runs": SOURCE_RUNS,
    "story_bands": STORY_BANDS,
}

SQL_TYPES: dict[pl.DataType, str] = {
    pl.String(): "VARCHAR",
    pl.List(pl.String()): "VARCHAR[]",
    pl.Boolean(): "BOOLEAN",
    pl.Int32(): "INTEGER",
    pl.Int64(): "BIGINT",
    pl.Float64(): "DOUBLE",
    pl.Date(): "DATE",
    pl.Datetime("us"): "TIMESTAMP",
}

Warehouse = Path | Lake  # a private DuckDB file, or a lake

_PATIENCE = 2  # seconds for which another program, such as `sanctionwire status`, may have the warehouse open
_LAKE_PATIENCE = 10  # seconds for which a lake's catalogue may be away, as while it is started anew


@dataclass(frozen=True, slots=True)
class Loaded:
    """What one batch changed.

    `replaced` counts documents of a known origin with another content, and those another extractor version had read;
    `conflicts` how often another writer was quicker, and the batch was loaded anew.
    """

    new: int
    replaced: int
    unchanged: int
    events: int
    mentions: int
    rejected: int
    conflicts: int = 0


@contextmanager
def open_warehouse(warehouse: Warehouse) -> Generator[duckdb.DuckDBPyConnection]:
    """A connection to the warehouse, which is made, with its folder and raw tables, where missing; closed at the end.

    Raises:
        StoreError: it is locked, cannot be reached, read or written; also for what DuckDB reports inside.
    """
    with store_errors(warehouse), _connected(warehouse) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET enable_progress_bar = false")  # it would land among what a script prints
        make_tables(connection)
        yield connection


@contextmanager
def read_warehouse(warehouse: Warehouse) -> Generator[duckdb.DuckDBPyConnection]:
    """A connection that only reads, to a warehouse that is there. Raises StoreError as `open_warehouse` does."""
    with (
        store_errors(warehouse),
        lake.connect(warehouse, read_only=True)
        if isinstance(warehouse, Lake)
        else duckdb.connect(warehouse, read_only=True) as connection,
    ):
        yield connection


def is_there(warehouse: Warehouse) -> bool:
    """Whether there is something to open: a file can be missing, of a lake only its catalogue knows."""
    return isinstance(warehouse, Lake) or warehouse.is_file()


def _connected(warehouse: Warehouse) -> duckdb.DuckDBPyConnection:
    end = time.monotonic() + (_LAKE_PATIENCE if isinstance(warehouse, Lake) else _PATIENCE)
    while True:
        try:
            with store_errors(warehouse):
                if isinstance(warehouse, Lake):
                    return lake.connect(warehouse)
                _make_folder(warehouse.parent)
                return duckdb.connect(warehouse)
        except StoreAwayError:
            if time.monotonic() > end:
                raise
        time.sleep(0.05)


def make_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the raw tables, and the columns that a warehouse of an earlier version lacks; what is there stays."""
    standing = {
        (str(table), str(column))
        for table, column in connection.execute(
            "SELECT table_name, column_name FROM duckdb_columns()"
            " WHERE database_name = current_database() AND schema_name = 'raw'"
        ).fetchall()
    }
    tables = {table for table, _ in standing}
    missing = [
        f'ALTER TABLE raw.{table} ADD COLUMN IF NOT EXISTS "{column}" {SQL_TYPES[kind]}'
        for table, schema in RAW_TABLES.items()
        for column, kind in schema.items()
        if table in tables and (table, column) not in standing
    ]
    if not missing and tables >= RAW_TABLES.keys():
        return
    lake.make_turns(connection)
    atomically(connection, lambda: _make_tables(connection, missing))


def _make_tables(connection: duckdb.DuckDBPyConnection, missing: Sequence[str]) -> None:
    connection.execute("CREATE SCHEMA IF NOT EXISTS raw")
    for table, schema in RAW_TABLES.items():
        connection.execute(f"CREATE TABLE IF NOT EXISTS raw.{table} ({_columns(schema)})")
    for statement in missing:
        connection.execute(statement)
    connection.execute("UPDATE raw.documents SET story_id = document_id WHERE story_id IS NULL")


def known(connection: duckdb.DuckDBPyConnection, document_ids: Iterable[str], extractor_version: str) -> set[str]:
    """Which of these documents this extractor version has read already: they need no extraction."""
    asked = pl.DataFrame({"document_id": list(document_ids)}, schema={"document_id": pl.String()})
    with _registered(connection, asked=asked):
        rows = connection.execute(
            "SELECT document_id FROM raw.documents SEMI JOIN asked USING (document_id) WHERE extractor_version = ?",
            [extractor_version],
        ).fetchall()
    return {row[0] for row in rows}


def unread(
    connection: duckdb.DuckDBPyConnection,
    documents: Sequence[Document],
    extractor_version: str,
    under_way: AbstractSet[str] = frozenset(),
) -> tuple[list[Document], pl.DataFrame]:
    """The documents of a batch that this version has yet to read, each content once; and the others, as for `load`.

    Of several documents of one origin the last counts, the others are left out. `under_way` are the ids of documents
    that are being read, and will be loaded before this batch. The others are in the schema ORIGINS: an origin may come
    to hold a text that is known from another one.
    """
    last = {document.origin: document for document in documents}
    ids = [document.document_id for document in last.values()]
    seen = known(connection, ids, extractor_version) | under_way
    fresh: list[Document] = []
    others: list[tuple[str, str]] = []
    for document, document_id in zip(last.values(), ids, strict=True):
        if document_id in seen:
            others.append((document.origin, document_id))
        else:
            seen.add(document_id)
            fresh.append(document)
    return fresh, pl.DataFrame(others, schema=ORIGINS, orient="row")


def load(
    connection: duckdb.DuckDBPyConnection,
    documents: pl.DataFrame,
    mentions: pl.DataFrame,
    rejected: pl.DataFrame,
    unchanged: pl.DataFrame,
    stamp: Stamp,
) -> Loaded:
    """Load one batch in one transaction; loading it again changes nothing.

    `documents` (each once), `mentions` and `rejected` are in the schemas DOCUMENTS, EVENT_MENTIONS and REJECTED;
    `unchanged` is what `unread` gave beside the documents to read. The former mentions of a document that was read
    again move to the history. A document that no origin holds any longer stays until the whole input is loaded
    (`flows.history.retire_unheld`): a later batch may bring it from another origin.
    """
    held = pl.concat([unchanged, documents.select(ORIGINS.keys())]).unique("origin", keep="last", maintain_order=True)
    with _registered(connection, batch=documents, batch_mentions=mentions, batch_rejected=rejected, held=held):
        loaded, conflicts = atomically(connection, lambda: _load(connection, stamp))
    return replace(loaded, conflicts=conflicts)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"{folder} cannot be made: {error.strerror}; name another --store") from error


def _columns(schema: Schema) -> str:
    return ", ".join(f'"{column}" {SQL_TYPES[kind]}' for column, kind in schema.items())


@contextmanager
def _registered(connection: duckdb.DuckDBPyConnection, **frames: pl.DataFrame) -> Generator[None]:
    """Let SQL read these frames by their names, as Arrow, without a copy."""
    for name, frame in frames.items():
        connection.register(name, cast(object, frame.to_arrow()))
    try:
        yield
    finally:
        for name in frames:
            connection.unregister(name)


def _load(connection: duckdb.DuckDBPyConnection, stamp: Stamp) -> Loaded:
    def count(statement: str) -> int:
        """The one number a query gives, or the number of rows a statement changes."""
        row = connection.execute(statement).fetchone()
        return int(row[0]) if row else 0

    batch = count("SELECT count(*) FROM batch")
    fresh = count(
        "CREATE OR REPLACE TEMP TABLE fresh AS"
        " FROM batch ANTI JOIN raw.documents USING (document_id, extractor_version)"
    )
    new = count(
        "SELECT count(*) FROM fresh ANTI JOIN raw.documents USING (document_id) ANTI JOIN raw.origins USING (origin)"
    )
    retire(connection, "event_mentions", "fresh", stamp)
    connection.execute("DELETE FROM raw.documents WHERE document_id IN (SELECT document_id FROM fresh)")
    connection.execute("INSERT INTO raw.documents BY NAME FROM fresh")
    landed = count(
        # All but the other origins of a document that was rejected.
        "CREATE OR REPLACE TEMP TABLE landed AS FROM held SEMI JOIN raw.documents USING (document_id)"
    )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE moved AS FROM landed ANTI JOIN raw.origins USING (origin, document_id)"
    )
    connection.execute(
        # Documents that may say another origin now: the first of theirs, whichever came first.
        "CREATE OR REPLACE TEMP TABLE touched AS"
        " SELECT document_id FROM raw.origins SEMI JOIN moved USING (origin)"
        " UNION SELECT document_id FROM moved UNION SELECT document_id FROM fresh"
    )
    # The join alone would take as long as the rest of the load.
    told = "batch_mentions" if fresh == batch else "batch_mentions SEMI JOIN fresh USING (document_id)"
    events = count(f"SELECT count(DISTINCT act_id) FROM {told}")  # noqa: S608
    mentions = count(f"INSERT INTO raw.event_mentions BY NAME FROM {told}")
    connection.execute("DELETE FROM raw.origins WHERE origin IN (SELECT origin FROM moved)")
    connection.execute("INSERT INTO raw.origins BY NAME FROM moved")
    connection.execute(
        "UPDATE raw.documents SET origin = held.origin FROM ("
        " SELECT document_id, min(origin) AS origin FROM raw.origins SEMI JOIN touched USING (document_id) GROUP BY ALL"
        ") AS held WHERE documents.document_id = held.document_id AND documents.origin <> held.origin"
    )
    connection.execute("DELETE FROM raw.rejected WHERE rejection_id IN (SELECT rejection_id FROM batch_rejected)")
    rejected = count("INSERT INTO raw.rejected BY NAME SELECT DISTINCT ON (rejection_id) * FROM batch_rejected")
    return Loaded(new, fresh - new, landed - fresh, events, mentions, rejected)
