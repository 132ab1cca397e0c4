"""What documents and mentions were before others took their place."""

from datetime import datetime
from typing import Literal

import duckdb

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


def prune_history(connection: duckdb.DuckDBPyConnection, before: datetime) -> int:
    """Forget what was replaced earlier than `before` (UTC, without a zone); gives how many rows went."""
    connection.execute("BEGIN")
    pruned = sum(
        _count(connection.execute(f"DELETE FROM raw.{table}_history WHERE replaced_at < ?", [before]))  # noqa: S608
        for table in ("documents", "event_mentions")
    )
    connection.execute("COMMIT")
    return pruned


def _count(changed: duckdb.DuckDBPyConnection) -> int:
    row = changed.fetchone()
    return int(row[0]) if row else 0
