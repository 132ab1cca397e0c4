"""The requests and the sources of each run, as the warehouse keeps them: `raw.fetches` and `raw.source_runs`."""

from collections.abc import Iterable

import duckdb

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
    frame = fetch_rows(fetches)
    connection.register("fetched", frame.to_arrow())
    connection.begin()
    connection.execute(
        "DELETE FROM raw.fetches USING fetched WHERE fetches.source = fetched.source AND fetches.url = fetched.url"
    )
    connection.execute("INSERT INTO raw.fetches BY NAME FROM fetched")
    connection.commit()
    connection.unregister("fetched")


def save_source_runs(connection: duckdb.DuckDBPyConnection, runs: Iterable[SourceRun]) -> None:
    """Keep what a run took from each of its sources; saved twice, a row replaces itself."""
    connection.register("ran", source_run_rows(runs).to_arrow())
    connection.begin()
    connection.execute(
        "DELETE FROM raw.source_runs AS r USING ran WHERE r.run_id = ran.run_id AND r.source = ran.source"
    )
    connection.execute("INSERT INTO raw.source_runs BY NAME FROM ran")
    connection.commit()
    connection.unregister("ran")
