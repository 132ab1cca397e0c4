"""The requests and the sources of each run, as the warehouse keeps them: `raw.fetches` and `raw.source_runs`."""

from collections.abc import Iterable, Sequence
from typing import cast

import duckdb
import polars as pl

from flows.transactions import atomically
from models.fetches import FETCHES, Fetch, SourceRun, fetch_rows, source_run_rows


def known_fetches(connection: duckdb.DuckDBPyConnection, source: str) -> dict[str, Fetch]:
    """What is known of the addresses of the named source, by address."""
    columns = ", ".join(FETCHES)
    rows = connection.execute(f"SELECT {columns} FROM raw.fetches WHERE source = ?", [source]).fetchall()  # noqa: S608
    fetches = (Fetch(**dict(zip(FETCHES, row, strict=True))) for row in rows)
    return {fetch.url: fetch for fetch in fetches}


def save_fetches(connection: duckdb.DuckDBPyConnection, fetches: Iterable[Fetch]) -> None:
    """Keep these in place of what was known of their addresses, in one transaction.

    Save a fetch only after the documents that stand before it in the stream of `collect` are loaded: a run that is
    killed in between then asks again, where the other order would never read them.
    """
    _replace(connection, "fetches", fetch_rows(fetches), ("source", "url"))


def save_source_runs(connection: duckdb.DuckDBPyConnection, runs: Iterable[SourceRun]) -> None:
    """Keep what a run took from each of its sources; saved twice, a row replaces itself."""
    _replace(connection, "source_runs", source_run_rows(runs), ("run_id", "source"))


def _replace(connection: duckdb.DuckDBPyConnection, table: str, rows: pl.DataFrame, key: Sequence[str]) -> None:
    """Put `rows` in place of those of the same key, in one transaction."""
    same = " AND ".join(f"standing.{column} = given.{column}" for column in key)

    def work() -> None:
        connection.execute(f"DELETE FROM raw.{table} AS standing USING given WHERE {same}")  # noqa: S608
        connection.execute(f"INSERT INTO raw.{table} BY NAME FROM given")

    connection.register("given", cast(object, rows.to_arrow()))
    atomically(connection, work)
    connection.unregister("given")
