import json
import re
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from flows.cli import app
from flows.query import QueryError, rows


@pytest.fixture
def store(tmp_path: Path) -> Path:
    with duckdb.connect(tmp_path / "sanctions.duckdb") as connection:
        connection.execute(
            "CREATE TABLE bi_events AS FROM (VALUES"
            " ('impose', DATE '2024-05-06', ['trade', 'aid'], 0.5::DOUBLE), ('lift', NULL, ['[bold]'], NULL)"
            ") AS told(action, date_start, measures, confidence)"
        )
    return tmp_path


def sql(*arguments: str, store: Path, given: str | None = None) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["sql", *arguments, "--store", str(store)], input=given)
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done.exit_code, done.stdout, done.stderr


def test_a_query_prints_a_table(store: Path) -> None:
    code, out, err = sql("select action, measures from bi_events order by 1", store=store)
    assert (code, err) == (0, "")
    assert [re.split(r"\s*[│┃]\s*", line)[1:3] for line in out.splitlines() if re.match("[│┃]", line)] == [
        ["action", "measures"],
        ["impose", "['trade', 'aid']"],
        ["lift", "['[bold]']"],
    ]


def test_a_query_prints_one_json_object_a_row(store: Path) -> None:
    code, out, _ = sql("select * from bi_events order by 1", "--json", store=store)
    assert code == 0
    assert [json.loads(line) for line in out.splitlines()] == [
        {"action": "impose", "date_start": "2024-05-06", "measures": ["trade", "aid"], "confidence": 0.5},
        {"action": "lift", "date_start": None, "measures": ["[bold]"], "confidence": None},
    ]


def test_rows_come_with_their_column_names(store: Path) -> None:
    assert rows(store / "sanctions.duckdb", "select count(*) as events from bi_events") == (["events"], [(2,)])


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("selct 1", "syntax error"),
        ("select * from bi_event", "bi_event does not exist"),
        ("select 'a'::int", "Could not convert"),
        ("delete from bi_events", "read-only"),
        ("create table other (i int)", "read-only"),
        (" -- nothing", "the query is empty"),
    ],
)
def test_a_query_that_fails_is_one_line_and_changes_nothing(store: Path, query: str, said: str) -> None:
    before = (store / "sanctions.duckdb").read_bytes()
    code, _, err = sql(query, store=store)
    assert code == 1
    assert len(err.splitlines()) == 1
    assert said in err
    assert (store / "sanctions.duckdb").read_bytes() == before


def test_a_store_without_a_published_file_says_what_makes_one(tmp_path: Path) -> None:
    code, out, err = sql("select 1", store=tmp_path)
    assert (code, out) == (1, "")
    assert err == (
        f"sanctionwire: {tmp_path}/sanctions.duckdb: nothing is published there; `sanctionwire run` makes it,"
        " --store names another\n"
    )
    assert sql(store=tmp_path)[0] == 1


def test_a_published_file_that_is_none_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "sanctions.duckdb").write_text("no database " * 1000)
    code, _, err = sql("select 1", store=tmp_path)
    assert code == 1
    assert len(err.splitlines()) == 1
    assert "sanctions.duckdb" in err


def test_the_store_is_taken_from_the_environment(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANCTIONWIRE_STORE", str(store))
    done = CliRunner().invoke(app, ["sql", "select count(*) as events from bi_events", "--json"])
    assert json.loads(done.stdout) == {"events": 2}


@pytest.mark.parametrize("leave", ["exit", "quit;", "EXIT", ""])
def test_the_prompt_answers_queries_goes_on_after_a_wrong_one_and_ends(store: Path, leave: str) -> None:
    given = "select count(*)\n  as events\nfrom bi_events;\nselct 1;\nselect 42 as answer;\n"
    code, out, _ = sql(store=store, given=f"{given}{leave}\n" if leave else given)
    assert code == 0
    assert "bi_events" in out.splitlines()[0]
    found = [out.find(said) for said in ("│ 2 ", "syntax error", "│ 42 ")]
    assert -1 not in found
    assert found == sorted(found)


def test_an_error_of_the_module_is_a_query_error(store: Path) -> None:
    with pytest.raises(QueryError, match="syntax error"):
        rows(store / "sanctions.duckdb", "selct 1")


def test_bytes_that_are_no_text_are_no_traceback(store: Path) -> None:
    code, _, err = sql("select \udcff", store=store)
    assert code == 1
    assert len(err.splitlines()) == 1


def test_the_store_may_be_told_as_an_address(store: Path) -> None:
    done = CliRunner().invoke(app, ["sql", "select 42 as answer", "--json", "--store", f"duckdb://{store}"])
    assert json.loads(done.stdout) == {"answer": 42}
