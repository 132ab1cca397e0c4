"""What a lake costs against the warehouse file: `python -m benchmarks.ducklake [MENTIONS]`.

Loads made-up mentions as a run does: all at once into a file and into lakes with each kind of catalogue, then a batch
at a time into a lake with its catalogue in PostgreSQL, by one writer and by four at once. Seconds of wall time, and of
cores that were busy with it (PostgreSQL's own not counted). PostgreSQL is started for it from Debian's packages.
"""

import os
import resource
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import polars as pl
import typer
from rich.table import Table

from benchmarks.marts import STAMP, Taken, bulk_load, timed, write_parquet
from benchmarks.synthetic import GROUP
from flows.lake import Lake
from flows.screen import screen
from flows.warehouse import Warehouse, load, open_warehouse, read_warehouse
from models.rows import ORIGINS, rejection_rows
from tests.postgres import PASSWORD, server

WRITERS = 4
BATCHES = 8  # in all


def main(mentions: Annotated[int, typer.Argument(min=GROUP * BATCHES, help="How many mentions")] = 1_000_000) -> None:
    """Measure and print."""
    os.environ["PGPASSWORD"] = PASSWORD
    with TemporaryDirectory() as name, server() as postgres:
        folder = Path(name)
        write_parquet(folder, mentions)
        rows = Table("what", "seconds", "of cores", "conflicts", title=f"{mentions:,} mentions")
        for column in rows.columns[1:]:
            column.justify = "right"
        for what, warehouse in {
            "load at once: file": folder / "warehouse.duckdb",
            "load at once: lake, catalogue in DuckDB": Lake(str(folder / "catalogue.ducklake")),
            "load at once: lake, catalogue in SQLite": Lake(f"sqlite:{folder / 'catalogue.sqlite'}", str(folder / "a")),
            "load at once: lake, catalogue in PostgreSQL": Lake(postgres.database("once"), str(folder / "b")),
        }.items():
            taken = timed(lambda warehouse=warehouse: bulk_load(folder, warehouse))
            rows.add_row(what, f"{taken.wall:.1f}", f"{taken.core:.1f}", "")
            _complete(folder, warehouse)
        rows.add_section()
        for writers in (1, WRITERS):
            warehouse = Lake(postgres.database(f"writers_{writers}"), str(folder / f"c{writers}"))
            taken, conflicts = _written(folder, warehouse, writers)
            what = f"{BATCHES} batches, catalogue in PostgreSQL: writers {writers}"
            rows.add_row(what, f"{taken.wall:.1f}", f"{taken.core:.1f}", str(conflicts))
            _complete(folder, warehouse)
        screen().print(rows)


def _written(folder: Path, lake: Lake, writers: int) -> tuple[Taken, int]:
    """Have writers share the batches; what it took, and how many loads met another."""
    with open_warehouse(lake):  # makes the tables
        pass
    begin, core = time.perf_counter(), _core_of_children()
    with ProcessPoolExecutor(writers, get_context("spawn")) as pool:
        tasks = [pool.submit(_load_some, folder, lake, range(first, BATCHES, writers)) for first in range(writers)]
        conflicts = sum(task.result() for task in tasks)
    return Taken(time.perf_counter() - begin, _core_of_children() - core), conflicts


def _core_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _load_some(folder: Path, lake: Lake, batches: range) -> int:
    """Load these batches, one after the other; how many loads met another."""
    documents, mentions = (pl.read_parquet(folder / f"{table}.parquet") for table in ("documents", "event_mentions"))
    conflicts = 0
    for batch in batches:
        part = documents.gather_every(BATCHES, batch)
        told = mentions.join(part, on="document_id", how="semi")
        with open_warehouse(lake) as connection:
            loaded = load(connection, part, told, rejection_rows([], STAMP), part.select(ORIGINS.keys()).clear(), STAMP)
        conflicts += loaded.conflicts
    return conflicts


def _complete(folder: Path, warehouse: Warehouse) -> None:
    """End the program where a row was lost or doubled."""
    with read_warehouse(warehouse) as connection:
        for table, key in {"documents": "document_id", "event_mentions": "mention_id"}.items():
            given = pl.scan_parquet(folder / f"{table}.parquet").select(pl.len()).collect().item()
            query = f"SELECT count(*), count(DISTINCT {key}) FROM raw.{table}"  # noqa: S608
            found = connection.execute(query).fetchone()
            if found != (given, given):
                sys.exit(f"{warehouse}: {found} rows in {table}, of {given}")


if __name__ == "__main__":
    typer.run(main)
