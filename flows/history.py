"""What documents and mentions were before others took their place."""

from datetime import datetime
from typing import Literal

import duckdb

from flows.transactions import atomically
from models.rows import Stamp

Table = Literal["documents", "event_mentions"]


def retire(connection: duckdb.DuckDBPyConnection, table: Table, gone: str, stamp: Stamp) -> int:
    """Move the rows of the documents that the table `gone` lists from `raw.{table}` to its history; gives how many.

    To be called within the transaction that puts other rows in their place.
    """
    rows = f"FROM raw.{table} WHERE document_id IN (SELECT document_id FROM {gone})"  # noqa: S608
    history = f"INSERT INTO raw.{table}_history BY NAME SELECT *, ? AS replaced_at, ? AS replaced_by_run {rows}"
    connection.execute(history, [stamp.at, stamp.run_id])
    return _count(connection.execute(f"DELETE {rows}"))


def retire_unheld(connection: duckdb.DuckDBPyConnection, stamp: Stamp) -> int:
    """Move the documents that no origin holds any longer to the history, with their mentions; gives how many.

    To be called once a whole input is loaded: within it, a text may move from one origin to another.
    """

    def work() -> int:
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE unheld AS"
            " SELECT document_id FROM raw.documents ANTI JOIN raw.origins USING (document_id)"
        )
        retire(connection, "event_mentions", "unheld", stamp)
        return retire(connection, "documents", "unheld", stamp)

    return atomically(connection, work)[0]


def replaced_ids(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """The documents that are in the history alone."""
    rows = connection.execute(
        "SELECT DISTINCT document_id FROM raw.documents_history ANTI JOIN raw.documents USING (document_id)"
    ).fetchall()
    return {row[0] for row in rows}


def prune_history(connection: duckdb.DuckDBPyConnection, before: datetime) -> int:
    """Forget what was replaced earlier than `before` (UTC, without a zone); gives how many rows went."""

    def work() -> int:
        return sum(
            _count(connection.execute(f"DELETE FROM raw.{table}_history WHERE replaced_at < ?", [before]))  # noqa: S608
            for table in ("documents", "event_mentions")
        )

    return atomically(connection, work)[0]


def _count(changed: duckdb.DuckDBPyConnection) -> int:
    row = changed.fetchone()
    return int(row[0]) if row else 0
