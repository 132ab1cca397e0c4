import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from flows.client import Web
from flows.collecting import collect
from flows.duckdb_extensions import load_extension
from flows.named_sources import QuerySource
from models.rejection import Rejection
from tests.collected import checks, documents
from tests.postgres import PASSWORD, postgres
from tests.web import ACT

ROWS = [(1, ACT, "2024-05-08"), (2, None, "2024-05-09"), (3, "Canada froze assets.", None)]


@pytest.fixture(autouse=True)
def _archives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with sqlite3.connect("archive.sqlite") as lite:
        lite.execute("CREATE TABLE articles (id INTEGER, body TEXT, day TEXT)")
        lite.executemany("INSERT INTO articles VALUES (?, ?, ?)", ROWS)
    lite.close()
    with duckdb.connect("archive.duckdb") as duck:
        duck.execute("CREATE TABLE articles (id INTEGER, body VARCHAR, day DATE)")
        duck.executemany("INSERT INTO articles VALUES (?, ?, ?)", ROWS)
        duck.execute("COPY articles TO 'archive.parquet'")


def source(query: str, **fields: object) -> QuerySource:
    return QuerySource.model_validate({"name": "archive", "kind": "query", "query": query, **fields})


@pytest.mark.parametrize(
    ("table", "fields"),
    [
        ("articles", {"attach": "archive.sqlite", "database": "sqlite"}),
        ("db.articles", {"attach": "archive.duckdb"}),
        ("'archive.parquet'", {}),
    ],
)
def test_rows_are_documents(web: Web, table: str, fields: dict[str, str]) -> None:
    query = f"SELECT id, body AS text, day AS published FROM {table} ORDER BY id"
    found = list(collect(source(query, **fields), web, {}))
    first, last = documents(found)
    assert (first.origin, first.text, first.published, first.source) == (
        "archive#1",
        ACT,
        date(2024, 5, 8),
        "archive",
    )
    assert (last.origin, last.published) == ("archive#3", None)
    assert checks(found) == ["no_text"]


@pytest.mark.parametrize(
    ("query", "fields", "check"),
    [
        ("SELECT body FROM db.articles", {"attach": "archive.duckdb"}, "no_text_column"),
        ("SELECT text FROM db.gone", {"attach": "archive.duckdb"}, "query_failed"),
        ("SELECT 'x' AS text", {"attach": "gone.duckdb"}, "query_failed"),
        ("SELECT body AS text FROM articles", {"attach": "gone.sqlite", "database": "sqlite"}, "query_failed"),
        ("no sql", {}, "query_failed"),
        ("DELETE FROM db.articles RETURNING body AS text", {"attach": "archive.duckdb"}, "query_failed"),
        (
            "INSERT INTO articles VALUES (4, '', '') RETURNING body AS text",
            {"attach": "archive.sqlite", "database": "sqlite"},
            "query_failed",
        ),
    ],
)
def test_a_query_that_fails_or_would_change_something_is_a_row(
    web: Web, query: str, fields: dict[str, str], check: str
) -> None:
    assert checks(collect(source(query, **fields), web, {})) == [check]


@pytest.fixture(scope="module")
def newsroom() -> Iterator[str]:
    """A PostgreSQL server with the same articles; gives its connection string."""
    pytest.importorskip("duckdb_extension_postgres_scanner", reason="needs uv sync --extra postgres")
    with postgres() as address, duckdb.connect() as connection:
        load_extension(connection, "postgres_scanner")
        connection.execute(f"ATTACH '{address}' AS db (TYPE postgres)")
        connection.execute("CREATE TABLE db.articles (id INTEGER, body VARCHAR, day DATE)")
        connection.executemany("INSERT INTO db.articles VALUES (?, ?, ?)", ROWS)
        connection.execute("DETACH db")
        yield address


def test_rows_of_postgres_are_documents_and_stay_as_they_are(
    web: Web, newsroom: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSROOM_DSN", newsroom)
    fields = {"database": "postgres", "attach_from": "NEWSROOM_DSN"}
    read = source("SELECT id, body AS text, day AS published FROM db.public.articles ORDER BY id", **fields)
    found = list(collect(read, web, {}))
    assert [(one.origin, one.published) for one in documents(found)] == [
        ("archive#1", date(2024, 5, 8)),
        ("archive#3", None),
    ]
    assert checks(found) == ["no_text"]
    for query in ("DELETE FROM db.articles", "SELECT text FROM db.gone"):
        assert checks(collect(source(query, **fields), web, {})) == ["query_failed"]
    assert len(documents(collect(read, web, {}))) == 2

    # DuckDB tells the connection string where a connection is lost, or refused.
    (rejection,) = collect(source(f"SELECT error('cannot connect to {newsroom}') AS text", **fields), web, {})
    assert isinstance(rejection, Rejection)
    assert rejection.reason.endswith("cannot connect to what NEWSROOM_DSN holds")
    monkeypatch.setenv("NEWSROOM_DSN", newsroom.replace(PASSWORD, "wrong-one"))
    (rejection,) = collect(read, web, {})
    assert isinstance(rejection, Rejection)
    assert rejection.check == "no_connection"
    assert "wrong-one" not in rejection.reason


def test_postgres_out_of_reach_is_a_row_that_tells_no_password(
    web: Web, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))  # where DuckDB keeps extensions
    monkeypatch.setenv("ARCHIVE", "host=127.0.0.1 port=1 password=hidden")
    (rejection,) = collect(source("SELECT 1 AS text", database="postgres", attach_from="ARCHIVE"), web, {})
    assert isinstance(rejection, Rejection)
    assert rejection.check in ("missing_extension", "no_connection")
    assert "hidden" not in rejection.reason
