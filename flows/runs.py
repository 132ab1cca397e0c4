"""What each run did: its row in `raw.runs`."""

from dataclasses import asdict, dataclass
from datetime import datetime

import duckdb

from flows.transactions import atomically
from models.rows import Stamp


@dataclass(frozen=True, slots=True)
class RunCounts:
    """What a run did, for its row in `raw.runs`."""

    documents_read: int = 0
    documents_new: int = 0
    documents_unchanged: int = 0
    documents_replaced: int = 0
    events: int = 0
    mentions: int = 0
    rejected: int = 0


def start_run(connection: duckdb.DuckDBPyConnection, stamp: Stamp) -> None:
    """Record that a run began. A run still marked as running was killed: nobody else can have the file open."""

    def work() -> None:
        connection.execute(
            "UPDATE raw.runs SET status = 'failed', finished_at = ?, failure = 'killed before it ended'"
            " WHERE status = 'running'",
            [stamp.at],
        )
        connection.execute("DELETE FROM raw.runs WHERE run_id = ?", [stamp.run_id])
        connection.execute(
            "INSERT INTO raw.runs (run_id, started_at, status, extractor_version) VALUES (?, ?, 'running', ?)",
            [stamp.run_id, stamp.at, stamp.extractor_version],
        )

    atomically(connection, work)


def finish_run(
    connection: duckdb.DuckDBPyConnection, run_id: str, counts: RunCounts, at: datetime, failure: str | None = None
) -> None:
    """Record that a run ended at `at` (UTC, without a zone): failed where `failure` says why, else succeeded."""
    values = {"finished_at": at, "status": "failed" if failure else "succeeded", "failure": failure} | asdict(counts)
    assignments = ", ".join(f"{column} = ?" for column in values)
    statement = f"UPDATE raw.runs SET {assignments} WHERE run_id = ?"  # noqa: S608
    atomically(connection, lambda: connection.execute(statement, [*values.values(), run_id]))
