"""The published file: the marts alone, put in place by one rename, so that readers and runs never meet."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from flows.drafts import draft_of, quoted
from flows.warehouse import StoreError, store_errors

MARTS_SCHEMA = "marts"


@dataclass(frozen=True, slots=True)
class Published:
    """What now stands at `path`: its tables with their row counts, and its size in bytes."""

    path: Path
    tables: dict[str, int]
    size: int


def publish(warehouse: Path, target: Path) -> Published:
    """Copy the marts of `warehouse` into the schema `main` of a new file, and rename it to `target`.

    Whoever has `target` open goes on reading the file that was there. The warehouse must not be open for writing.

    Raises:
        StoreError: the warehouse has no marts, or a file cannot be read or written; `target` is then as it was.
    """
    with draft_of(target) as draft, store_errors(warehouse):
        tables = _copy(warehouse, draft)
    return Published(target, tables, target.stat().st_size)


def _copy(warehouse: Path, draft: Path) -> dict[str, int]:
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH {quoted(warehouse)} AS warehouse (READ_ONLY)")
        names = [
            str(row[0])
            for row in connection.execute(
                "SELECT table_name FROM duckdb_tables()"
                " WHERE database_name = 'warehouse' AND schema_name = ? ORDER BY table_name",
                [MARTS_SCHEMA],
            ).fetchall()
        ]
        if not names:
            raise StoreError(f"{warehouse} has no marts to publish: build them first")
        with store_errors(draft):
            connection.execute(f"ATTACH {quoted(draft)} AS draft")
            counts = {name: _copy_table(connection, name) for name in names}
            connection.execute("DETACH draft")
    return counts


def _copy_table(connection: duckdb.DuckDBPyConnection, name: str) -> int:
    """Copy one mart with its comments, which `CREATE TABLE AS` leaves behind, and count its rows."""
    source = f"warehouse.{MARTS_SCHEMA}.{name}"
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
