"""The state of a store, as `sanctionwire status` tells it."""

import json
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest
from rich.console import Console
from typer.testing import CliRunner

from flows import status as status_module
from flows.cli import app
from flows.collecting.ledger import save_source_runs
from flows.runs import RunCounts, finish_run, start_run
from flows.settings import Settings
from flows.status import show, status
from flows.store_errors import StoreError
from flows.warehouse import load, open_warehouse, unread
from models.fetches import SourceRun
from models.rows import document_rows, mention_rows, rejection_rows
from tests.dispatches import STAMP, Act, dispatch
from tests.stores import held

READINGS = [
    dispatch("The EU sanctioned Russia.", Act("sanctioned"), origin="https://a.example/1", source="council"),
    dispatch("It rained.", origin="b.txt"),
]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    with open_warehouse(tmp_path / "warehouse.duckdb") as connection:
        start_run(connection, STAMP)
        _, others = unread(connection, [reading.document for reading in READINGS], STAMP.extractor_version)
        rows = document_rows(READINGS, STAMP), mention_rows(READINGS, STAMP), rejection_rows([], STAMP)
        load(connection, *rows, others, STAMP)
        end = STAMP.at + timedelta(seconds=9)
        save_source_runs(
            connection,
            [
                SourceRun(STAMP.run_id, "council", 1, 4, 0, None, STAMP.at, end),
                SourceRun(STAMP.run_id, "treasury", 0, 0, 1, "the host is unknown", STAMP.at, end),
            ],
        )
        finish_run(connection, STAMP.run_id, RunCounts(documents_read=2, documents_new=2, events=1), end)
    return tmp_path


def test_it_tells_runs_totals_and_how_fresh_each_source_is(store: Path) -> None:
    told = status(Settings(store=store))
    assert (told.documents, told.passed_gate, told.events, told.mentions, told.rejected) == (2, 1, 1, 1, 0)
    (run,) = told.runs
    assert (run.run_id, run.status, run.documents_read) == (STAMP.run_id, "succeeded", 2)
    council, treasury, files = told.sources
    assert (council.source, council.documents, council.last_document) == ("council", 1, STAMP.at)
    assert (council.new, council.unchanged, council.failed) == (1, 4, 0)
    assert (treasury.documents, treasury.last_document, treasury.reason) == (0, None, "the host is unknown")
    assert (files.source, files.documents, files.last_asked) == (None, 1, None)
    assert told.warehouse_size == (store / "warehouse.duckdb").stat().st_size
    assert told.published_at is None


def test_the_screen_shows_it_all(store: Path) -> None:
    console = Console(width=200)
    with console.capture() as captured:
        console.print(show(status(Settings(store=store))))
    shown = captured.get()
    assert "2 (1 with sanctions terms, 0 in the history)" in shown
    for word in ("council", "treasury", "the host is unknown", "succeeded", STAMP.run_id):
        assert word in shown


def test_the_command_prints_json(store: Path) -> None:
    done = CliRunner().invoke(app, ["status", "--store", str(store), "--json"])
    assert done.exit_code == 0
    assert json.loads(done.stdout)["runs"][0]["status"] == "succeeded"


def test_a_store_without_a_warehouse_is_one_line(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["status", "--store", str(tmp_path)])
    assert done.exit_code == 1
    assert done.stderr.startswith(f"sanctionwire: {tmp_path}/warehouse.duckdb: there is no warehouse yet")


def test_a_warehouse_that_a_run_writes_for_long_is_one_line(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(status_module, "_PATIENCE", 0.1)
    with held(store / "warehouse.duckdb"), pytest.raises(StoreError, match="is being written: ask again in a while"):
        status(Settings(store=store))


@pytest.mark.parametrize(
    "lacking",
    [
        "DROP TABLE raw.story_bands; DROP TABLE raw.documents_history",
        "ALTER TABLE raw.documents DROP COLUMN passed_gate",
    ],
)
def test_a_warehouse_of_an_earlier_version_is_one_line(store: Path, lacking: str) -> None:
    with duckdb.connect(store / "warehouse.duckdb") as connection:
        connection.execute(lacking)
    with pytest.raises(StoreError, match="is of an earlier version or no warehouse: run `sanctionwire run` on it"):
        status(Settings(store=store))
