"""Readers on other machines, as docs/bi/remote.md describes them: over Quack, here on loopback."""

import os
import runpy
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import duckdb
import pytest
import typer

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
    address = f"quack:127.0.0.1:{free_port()}"
    with started(published, address):
        yield address


@contextmanager
def started(published: Path, address: str, stderr: int | None = None) -> Generator["subprocess.Popen[str]"]:
    """A server that listens, stopped at the end."""
    with subprocess.Popen(
        [sys.executable, SERVER, published, "--address", address],
        env={**os.environ, "QUACK_TOKEN": TOKEN}, stdout=subprocess.PIPE, stderr=stderr, text=True,
    ) as server:  # fmt: skip
        assert server.stdout
        assert server.stdout.readline().endswith(f"at {address}\n")
        try:
            yield server
        finally:
            server.terminate()


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


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


@pytest.mark.parametrize(
    "query",
    [
        "CALL quack_serve('quack:0.0.0.0:{port}', token = 'a-token-of-the-reader', allow_other_hostname = true)",
        "CALL QUACK_STOP('{address}')",
        "CALL \"quack_stop\"('{address}')",
        "FROM quack_active_connections()",
        "FROM quack_server_list()",
        "FROM query('FROM qu' || 'ack_server_list()')",
        "FROM query_table(['bi_events'])",
        "FROM json_execute_serialized_sql(json_serialize_sql('FROM qu' || 'ack_server_list()'))",
        "PRAGMA json_execute_serialized_sql(json_serialize_sql('FROM qu' || 'ack_server_list()'))",
        "CALL enable_logging(storage = 'file', storage_config = {{'path': '{folder}/log'}})",
        "SET GLOBAL quack_authorization_function = ''",
    ],
)
def test_no_reader_rules_the_server(published: Path, address: str, query: str) -> None:
    query = query.format(address=address, port=free_port(), folder=published.parent)
    with reader(address) as connection:
        with pytest.raises(duckdb.Error, match="Authorization failed"):
            sent(connection, address, query)
        assert sent(connection, address, "SELECT count(*) FROM bi_events") == [(ROWS,)]


def test_a_server_that_no_longer_listens_ends_with_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    published, address = tmp_path / "sanctions.duckdb", f"quack:127.0.0.1:{free_port()}"
    put_in_place(published, "enacted")
    serve = runpy.run_path(str(SERVER))["main"]
    with ThreadPoolExecutor(1) as threads, ExitStack() as at_the_end:
        at_the_end.callback(published.unlink)  # which ends it in any case
        server = threads.submit(serve, published, address, TOKEN)
        until = time.monotonic() + PATIENCE
        while not statuses(address):
            assert time.monotonic() < until
            time.sleep(0.2)
        # In the same process this is the server's own database.
        with duckdb.connect(published, read_only=True, config={"autoinstall_known_extensions": "false"}) as same:
            same.execute("CALL quack_stop(?)", [address])
        with pytest.raises(typer.Exit) as ended:
            server.result(PATIENCE)
    assert ended.value.exit_code == 1
    assert capsys.readouterr().err == f"{published} cannot be served at {address}: the server no longer listens\n"


def test_a_file_that_goes_away_ends_the_server_with_one_line(tmp_path: Path) -> None:
    published = tmp_path / "sanctions.duckdb"
    put_in_place(published, "enacted")
    with started(published, f"quack:127.0.0.1:{free_port()}", stderr=subprocess.PIPE) as server:
        published.unlink()
        _, said = server.communicate(timeout=PATIENCE)
    assert server.returncode == 1
    assert said.endswith(": No such file or directory\n")
    assert said.count("\n") == 1


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
