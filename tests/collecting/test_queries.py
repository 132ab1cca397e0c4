import sqlite3
from datetime import date
from pathlib import Path

import duckdb
import pytest

from flows.client import Web
from flows.collecting import collect
from flows.named_sources import QuerySource
from models.rejection import Rejection
from tests.collected import checks, documents
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


def test_postgres_without_its_extension_says_how_to_get_it_and_tells_no_password(
    web: Web, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))  # where DuckDB keeps extensions
    monkeypatch.setenv("ARCHIVE", "host=127.0.0.1 port=1 password=hidden")
    (rejection,) = collect(source("SELECT 1 AS text", database="postgres", attach_from="ARCHIVE"), web, {})
    assert isinstance(rejection, Rejection)
    assert rejection.check in ("missing_extension", "no_connection")
    assert "hidden" not in rejection.reason
