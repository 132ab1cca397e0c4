"""How the store and the marts bear many mentions: `python -m benchmarks.marts [MENTIONS]`.

Loads made-up mentions, builds the marts, builds them again with one in a hundred more, publishes, and asks what the
reports ask. Seconds of wall time, those of a query the median of five, beside what is allowed. Core seconds are those
for which cores were busy with it: they say what it takes while other programs have a share of the machine.
"""

import resource
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, NamedTuple

import duckdb
import polars as pl
import typer
from rich.table import Table

from benchmarks.synthetic import GROUP, fill
from flows.publish import publish
from flows.screen import screen
from flows.transform import transform
from flows.warehouse import load, open_warehouse
from flows.web_report.gather import QUERIES
from models.rows import ORIGINS, Stamp, rejection_rows

STAMP = Stamp("synthetic", "synthetic", datetime(2026, 1, 1))
NEW = 0.01  # of the mentions, for the incremental build
QUERY, QUERY_OF_MANY = 0.1, 1.0  # seconds that a query may take, the second with ten million mentions
MEMORY = 4.0  # GB
# What the dashboards of docs/bi ask, beside the queries of the web report.
DASHBOARD = {
    "events by year and status": "SELECT year, status, sum(event_count) FROM bi_timeline GROUP BY ALL",
    "senders and targets": "SELECT sender, target, event_count FROM bi_network ORDER BY event_count DESC LIMIT 50",
    "countries hit by month": (
        "SELECT country_name, month, sum(event_count) FROM bi_country_month WHERE role = 'target' GROUP BY ALL"
    ),
    "events by measure": (
        "SELECT measure, count(*) FROM fct_event_measures INNER JOIN fct_events USING (event_id)"
        " WHERE status = 'enacted' GROUP BY ALL"
    ),
    "cases by state": "SELECT state, count(*), median(days_in_force) FROM bi_episodes GROUP BY ALL",
    "events against one country": ("FROM bi_events WHERE target_country = 'RUS' ORDER BY date_start DESC LIMIT 100"),
}


class Taken(NamedTuple):
    """Seconds that something took: of wall time, and of cores that were busy with it."""

    wall: float
    core: float


def main(mentions: Annotated[int, typer.Argument(min=GROUP, help="How many mentions")] = 1_000_000) -> None:
    """Measure and print."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        screen().print(measured(folder, mentions))


def measured(folder: Path, mentions: int) -> Table:
    """Measure in `folder`; what was measured, one a row."""
    rows = Table("what", "seconds", "core seconds", "allowed", title=f"{mentions:,} mentions")
    for column in rows.columns[1:]:
        column.justify = "right"

    def add(what: str, taken: Taken, allowed: float) -> None:
        numbers = (f"{number:.2f}" for number in (taken.wall, taken.core, allowed))
        rows.add_row(what, *numbers, style="" if taken.wall <= allowed else "red")

    write_parquet(folder, mentions)
    warehouse, published = folder / "warehouse.duckdb", folder / "sanctions.duckdb"
    copied = timed(lambda: copy(folder, folder / "copied.duckdb"))
    rows.add_row("DuckDB's own COPY", f"{copied.wall:.2f}", f"{copied.core:.2f}", "")
    add("load", timed(lambda: bulk_load(folder, warehouse)), 2 * copied.wall)
    add("dbt build", timed(lambda: transform(warehouse, folder / "work")), 60)
    with open_warehouse(warehouse) as connection:
        fill(connection, round(mentions * NEW), skip=mentions)
    add("dbt build, 1 % new", timed(lambda: transform(warehouse, folder / "work")), 15)
    add("publish", timed(lambda: publish(warehouse, published)), 10)
    rows.add_section()
    with duckdb.connect(published, read_only=True) as connection:
        for what, query in {**QUERIES, **DASHBOARD}.items():

            def ask(query: str = query) -> None:
                connection.execute(query).pl()

            add(f"query: {what}", sorted(timed(ask) for _ in range(5))[2], QUERY if mentions < 10**7 else QUERY_OF_MANY)
    rows.add_section()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    rows.add_row("peak memory, GB", f"{peak:.1f}", "", f"{MEMORY:.1f}", style="" if peak <= MEMORY else "red")
    return rows


def timed(work: Callable[[], object]) -> Taken:
    """Seconds that `work` takes."""
    begin, core = time.perf_counter(), time.process_time()
    work()
    return Taken(time.perf_counter() - begin, time.process_time() - core)


def write_parquet(folder: Path, mentions: int) -> None:
    """Write `documents.parquet` and `event_mentions.parquet`."""
    made = folder / "made.duckdb"
    with open_warehouse(made) as connection:
        fill(connection, mentions)
        for table in ("documents", "event_mentions"):
            connection.execute(f"COPY raw.{table} TO '{folder / table}.parquet' (FORMAT parquet)")
    made.unlink()


def copy(folder: Path, path: Path) -> None:
    """Load the files as DuckDB does."""
    with open_warehouse(path) as connection:
        for table in ("documents", "event_mentions"):
            connection.execute(f"COPY raw.{table} FROM '{folder / table}.parquet' (FORMAT parquet)")
    path.unlink()


def bulk_load(folder: Path, warehouse: Path) -> None:
    """Load the files as a run does."""
    documents, mentions = (pl.read_parquet(folder / f"{table}.parquet") for table in ("documents", "event_mentions"))
    with open_warehouse(warehouse) as connection:
        load(
            connection, documents, mentions, rejection_rows([], STAMP), documents.select(ORIGINS.keys()).clear(), STAMP
        )


if __name__ == "__main__":
    typer.run(main)
