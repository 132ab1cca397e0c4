"""The published file: the marts alone, put in place by one rename, so that readers and runs never meet."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import duckdb

from flows import lake
from flows.drafts import draft_of, quoted
from flows.lake import Lake
from flows.store_errors import StoreError, store_errors
from flows.transactions import atomically
from flows.transform import PROJECT
from flows.warehouse import Warehouse

MARTS_SCHEMA = "marts"


@dataclass(frozen=True, slots=True)
class Published:
    """What now stands at `path`: its tables with their row counts, and its size in bytes.

    `snapshot` is the one of the lake that it was made of.
    """

    path: Path
    tables: dict[str, int]
    size: int
    snapshot: int | None = None


def publish(warehouse: Warehouse, target: Path) -> Published:
    """Copy the marts of `warehouse` into the schema `main` of a new file, and rename it to `target`.

    Whoever has `target` open goes on reading the file that was there. A warehouse file must not be open for writing.
    In a lake, the snapshot that the marts were copied of is tagged.

    Raises:
        StoreError: the warehouse has no marts, or a file cannot be read or written; `target` is then as it was.
    """
    with store_errors(warehouse), duckdb.connect(config=lake.CONFIG) as connection:
        if isinstance(warehouse, Lake):
            lake.attach(connection, warehouse)
        else:
            connection.execute(f"ATTACH {quoted(warehouse)} AS {lake.NAME} (READ_ONLY)")
        with draft_of(target) as draft:
            tables, snapshot = _copy(connection, draft, warehouse)
        if snapshot is not None:
            atomically(connection, lambda: lake.tag(connection, snapshot))
    return Published(target, tables, target.stat().st_size, snapshot)


def _copy(
    connection: duckdb.DuckDBPyConnection, draft: Path, warehouse: Warehouse
) -> tuple[dict[str, int], int | None]:
    """Copy the marts as they stand at one moment; their row counts, and the snapshot of a lake."""
    with store_errors(draft):
        connection.execute(f"ATTACH {quoted(draft)} AS draft")
    snapshot = lake.snapshot_of(connection) if isinstance(warehouse, Lake) else None
    # dbt leaves a mart where it is when its model is renamed or removed.
    models = {path.stem for path in (PROJECT / "models" / "marts").glob("*.sql")}
    names = [
        str(row[0])
        for row in connection.execute(
            "SELECT table_name FROM duckdb_tables()"
            " WHERE database_name = 'warehouse' AND schema_name = ? ORDER BY table_name",
            [MARTS_SCHEMA],
        ).fetchall()
        if row[0] in models
    ]
    if not names:
        raise StoreError(f"{warehouse} has no marts to publish: build them first")
    with store_errors(draft):
        # One copy alone leaves cores idle at its ends.
        with ThreadPoolExecutor(2) as pool:
            copied = [pool.submit(_copy_table, connection, name, snapshot) for name in names]
        counts = {name: one.result() for name, one in zip(names, copied, strict=True)}
        connection.execute("DETACH draft")
    return counts, snapshot


def _copy_table(shared: duckdb.DuckDBPyConnection, name: str, snapshot: int | None) -> int:
    """Copy one mart with its comments, which `CREATE TABLE AS` leaves behind, and count its rows."""
    connection = shared.cursor()
    moment = "" if snapshot is None else f" AT (VERSION => {snapshot})"
    source = f"warehouse.{MARTS_SCHEMA}.{name}{moment}"
    row = connection.execute(f"CREATE TABLE draft.main.{name} AS FROM {source}").fetchone()
    comments = connection.execute(
        "SELECT 'TABLE draft.main.' || table_name, comment FROM duckdb_tables() WHERE comment IS NOT NULL"
        " AND database_name = 'warehouse' AND schema_name = $schema AND table_name = $name"
        " UNION ALL SELECT 'COLUMN draft.main.' || table_name || '.\"' || column_name || '\"', comment"
        " FROM duckdb_columns() WHERE comment IS NOT NULL"
        " AND database_name = 'warehouse' AND schema_name = $schema AND table_name = $name",
        {"schema": MARTS_SCHEMA, "name": name},
    ).fetchall()
    for subject, comment in comments:
        connection.execute(f"COMMENT ON {subject} IS {quoted(comment)}")
    return int(row[0]) if row else 0
