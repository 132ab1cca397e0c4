"""How a store stands: its last runs, what it holds, how fresh each source is, how large it is."""

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import duckdb
from rich.console import Group
from rich.table import Table
from rich.text import Text

from flows import lake
from flows.lake import Lake
from flows.settings import Settings
from flows.store_errors import StoreError, StoreLockedError
from flows.warehouse import Warehouse, is_there, read_warehouse
from models.clock import now

_SHORT = 8  # characters of a run's id that tell it from others: the last, since ids begin with when they were made
_PATIENCE = 20  # seconds that a run may hold the warehouse at one go before this gives up; dbt takes most of it


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run: when it began and ended (UTC), how, and what it read."""

    run_id: str
    started_at: datetime
    finished_at: datetime | None
    status: str
    documents_read: int | None
    documents_new: int | None
    events: int | None
    rejected: int | None
    failure: str | None


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One source: what stands of it in the warehouse, and how its last run went.

    `last_document`: when something new or changed of it was last loaded. `last_asked` and what follows are of named
    sources alone.
    """

    source: str | None
    documents: int
    newest: date | None
    last_document: datetime | None
    last_asked: datetime | None
    new: int | None
    unchanged: int | None
    failed: int | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Status:
    """The state of a store. Sizes are in bytes; `history` counts documents that others replaced."""

    documents: int
    passed_gate: int
    events: int
    mentions: int
    rejected: int
    history: int
    runs: tuple[RunLine, ...]
    sources: tuple[SourceLine, ...]
    warehouse_size: int
    published_size: int
    published_at: datetime | None


_TOTALS = """
    SELECT (SELECT count(*) FROM raw.documents), (SELECT count(*) FROM raw.documents WHERE passed_gate),
           (SELECT count(DISTINCT act_id) FROM raw.event_mentions), (SELECT count(*) FROM raw.event_mentions),
           (SELECT count(*) FROM raw.rejected), (SELECT count(*) FROM raw.documents_history)
"""
_RUNS = """
    SELECT run_id, started_at, finished_at, status, documents_read, documents_new, events, rejected, failure
    FROM raw.runs ORDER BY started_at DESC LIMIT ?
"""
_SOURCES = """
    WITH held AS (
        SELECT source, count(*) AS documents, max(published) AS newest, max(loaded_at) AS last_document
        FROM raw.documents GROUP BY source
    ), asked AS (
        FROM raw.source_runs QUALIFY row_number() OVER (PARTITION BY source ORDER BY started_at DESC) = 1
    )
    SELECT coalesce(held.source, asked.source) AS source, coalesce(documents, 0), newest, last_document,
           asked.finished_at, asked.new, asked.unchanged, asked.failed, asked.reason
    FROM held FULL JOIN asked ON held.source = asked.source ORDER BY source NULLS LAST
"""


def status(settings: Settings, runs: int = 5) -> Status:
    """The state of the store, with its last `runs` runs. A run that goes on is not disturbed.

    Raises:
        StoreError: there is no warehouse, it cannot be read, or a run writes it for longer than this waits.
    """
    warehouse = settings.warehouse
    if not is_there(warehouse):
        raise StoreError(f"{warehouse}: there is no warehouse yet; `sanctionwire run` makes it, --store names another")
    totals, last, sources, size = _asked(warehouse, runs)
    published = settings.published.stat() if settings.published.is_file() else None
    return Status(
        *totals,
        runs=tuple(RunLine(*row) for row in last),
        sources=tuple(SourceLine(*row) for row in sources),
        warehouse_size=size,
        published_size=published.st_size if published else 0,
        published_at=_utc(published.st_mtime) if published else None,
    )


def _asked(warehouse: Warehouse, runs: int) -> tuple[Any, list[Any], list[Any], int]:
    """The answers to the three questions, and the size; what holds the warehouse for a moment is waited for."""
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            with read_warehouse(warehouse) as connection:
                (totals,) = connection.execute(_TOTALS).fetchall()
                last = connection.execute(_RUNS, [runs]).fetchall()
                size = lake.size(connection) if isinstance(warehouse, Lake) else warehouse.stat().st_size
                return totals, last, connection.execute(_SOURCES).fetchall(), size
        except (duckdb.BinderException, duckdb.CatalogException) as error:  # a column or a table is missing
            raise StoreError(
                f"{warehouse} is of an earlier version or no warehouse: run `sanctionwire run` on it"
            ) from error
        except StoreLockedError as error:
            if time.monotonic() > end:
                raise StoreLockedError(
                    f"{warehouse} is being written: ask again in a while; `sanctionwire sql` answers meanwhile"
                ) from error
            time.sleep(0.05)


def show(state: Status) -> Group:
    """The state for a terminal."""
    at = now()
    published = (
        f"{state.published_size / 1e6:.1f} MB, {_age(state.published_at, at)}" if state.published_at else "never"
    )
    figures = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    for label, value in (
        ("documents", f"{state.documents} ({state.passed_gate} with sanctions terms, {state.history} in the history)"),
        ("events", f"{state.events} ({state.mentions} mentions)"),
        ("rejected", str(state.rejected)),
        ("warehouse", f"{state.warehouse_size / 1e6:.1f} MB"),
        ("published", published),
    ):
        figures.add_row(label, value)
    runs = _table("run", "began", "seconds", "status", "read", "new", "events", "rejected", "failure")
    for run in state.runs:
        took = (run.finished_at - run.started_at).total_seconds() if run.finished_at else None
        counts = (run.documents_read, run.documents_new, run.events, run.rejected)
        began = _age(run.started_at, at)
        cells = (run.run_id[-_SHORT:], began, None if took is None else f"{took:.0f}", run.status, *counts, run.failure)
        runs.add_row(*map(_cell, cells))
    sources = _table(
        "source", "documents", "newest", "last document", "last asked", "new", "unchanged", "failed", "why"
    )
    for source in state.sources:
        ages = (_age(source.last_document, at), _age(source.last_asked, at))
        counts = (source.new, source.unchanged, source.failed)
        sources.add_row(*map(_cell, (source.source, source.documents, source.newest, *ages, *counts, source.reason)))
    return Group(figures, "", runs, "", sources)


def _table(*headings: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def _cell(value: object) -> Text:
    return Text("-" if value is None else str(value))


def _age(moment: datetime | None, at: datetime) -> str:
    """How long ago: "12 min ago"."""
    if moment is None:
        return "never"
    minutes = max(0, round((at - moment).total_seconds() / 60))
    if minutes < 120:
        return f"{minutes} min ago"
    return f"{minutes // 60} h ago" if minutes < 48 * 60 else f"{minutes // (24 * 60)} days ago"


def _utc(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
