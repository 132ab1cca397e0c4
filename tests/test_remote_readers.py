"""Readers on other machines, as docs/bi/remote.md describes them: over Quack, here on loopback."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest

from flows.duckdb_extensions import load_extension
from flows.publish import publish
from tests.stores import ask

pytestmark = pytest.mark.slow

SERVER = Path(__file__).resolve().parents[1] / "bi" / "quack" / "serve.py"
TOKEN = "a-token-of-the-tests"
PATIENCE = 60  # seconds
ROWS = 5000


def put_in_place(published: Path, status: str) -> None:
    warehouse = published.with_name("warehouse.duckdb")
    with duckdb.connect(warehouse) as connection:
        connection.execute(
            "CREATE SCHEMA IF NOT EXISTS marts; CREATE OR REPLACE TABLE marts.bi_events AS"
            f" SELECT number AS event_id, '{status}' AS status, [number, number + 1] AS measures"
            f" FROM range({ROWS}) AS numbers (number)"
        )
    publish(warehouse, published)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    published = tmp_path_factory.mktemp("store") / "sanctions.duckdb"
    put_in_place(published, "enacted")
    return published


@pytest.fixture(scope="module")
def address(published: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"quack:127.0.0.1:{free.getsockname()[1]}"
    server = subprocess.Popen(
        [sys.executable, SERVER, published, "--address", address],
        env={**os.environ, "QUACK_TOKEN": TOKEN}, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert server.stdout
    assert server.stdout.readline().endswith(f"at {address}\n")
    yield address
    server.terminate()
    server.wait(PATIENCE)
    server.stdout.close()


def reader(address: str, token: str = TOKEN) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"autoinstall_known_extensions": "false"})
    load_extension(connection, "httpfs")
    load_extension(connection, "quack")
    connection.execute(f"ATTACH '{address}' AS sanctions (TOKEN '{token}')")
    return connection


def sent(connection: duckdb.DuckDBPyConnection, address: str, query: str) -> list[tuple[object, ...]]:
    """What the server itself makes of a query."""
    return connection.execute("FROM quack_query(?, ?, token = ?)", [address, query, TOKEN]).fetchall()


def test_many_readers_at_once_get_the_rows_of_the_file(published: Path, address: str) -> None:
    def read(_: int) -> list[tuple[object, ...]]:
        with reader(address) as connection:
            return connection.execute("FROM sanctions.bi_events ORDER BY event_id").fetchall()

    with ThreadPoolExecutor(4) as readers:
        all_read = list(readers.map(read, range(8)))
    expected = ask(published, "FROM bi_events ORDER BY event_id")
    assert len(expected) == ROWS
    assert all(rows == expected for rows in all_read)


def test_a_reader_without_the_token_gets_nothing(address: str) -> None:
    with pytest.raises(duckdb.Error, match=r"[Aa]uth"):
        reader(address, "a-wrong-token")


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO sanctions.bi_events VALUES (1, 'planned', [])",
        "CREATE TABLE sanctions.other (number INTEGER)",
        "DROP TABLE sanctions.bi_events",
    ],
)
def test_no_reader_can_write(published: Path, address: str, statement: str) -> None:
    before = published.read_bytes()
    with reader(address) as connection, pytest.raises(duckdb.Error, match="read-only"):
        connection.execute(statement)
    assert published.read_bytes() == before


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM bi_events",
        "UPDATE bi_events SET status = 'planned'",
        "COPY bi_events TO '{folder}/taken.csv'",
        "ATTACH '{folder}/warehouse.duckdb'",
        "FROM read_blob('{folder}/warehouse.duckdb')",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
    ],
)
def test_what_the_server_runs_for_a_reader_stays_in_the_file(published: Path, address: str, query: str) -> None:
    with reader(address) as connection:
        with pytest.raises(duckdb.Error, match=r"read-only|disabled|locked"):
            sent(connection, address, query.format(folder=published.parent))
        assert sent(connection, address, "SELECT count(*) FROM bi_events") == [(ROWS,)]
    assert not (published.parent / "taken.csv").exists()


def test_a_new_file_is_served_as_soon_as_it_is_in_place(published: Path, address: str) -> None:
    """Last, for it changes what the others look at."""
    put_in_place(published, "planned")
    until = time.monotonic() + PATIENCE
    while statuses(address) != {"planned"}:
        assert time.monotonic() < until
        time.sleep(0.2)


def statuses(address: str) -> set[str]:
    """The statuses that a new reader sees; none while the server changes files."""
    try:
        with reader(address) as connection:
            return {
                status for (status,) in connection.execute("SELECT DISTINCT status FROM sanctions.bi_events").fetchall()
            }
    except duckdb.IOException:
        return set()
