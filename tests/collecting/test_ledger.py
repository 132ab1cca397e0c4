from dataclasses import replace
from datetime import datetime
from pathlib import Path

from flows.collecting.ledger import known_fetches, save_fetches, save_source_runs
from flows.warehouse import open_warehouse
from models.fetches import Fetch, SourceRun

FETCH = Fetch("press", "https://news.example/a", 200, datetime(2024, 5, 8), '"1"', "then", "m", "c", None)
RUN = SourceRun("r1", "press", 1, 2, 0, None, datetime(2024, 5, 8), datetime(2024, 5, 9))


def test_what_is_saved_of_an_address_is_known_to_its_source(tmp_path: Path) -> None:
    with open_warehouse(tmp_path / "w.duckdb") as connection:
        save_fetches(connection, [FETCH, replace(FETCH, source="other"), replace(FETCH, etag='"2"', unchanged=True)])
        assert known_fetches(connection, "press") == {FETCH.url: replace(FETCH, etag='"2"')}
        save_fetches(connection, [replace(FETCH, status=404)])
        assert known_fetches(connection, "press")[FETCH.url].status == 404
        assert known_fetches(connection, "other") == {FETCH.url: replace(FETCH, source="other")}
        assert known_fetches(connection, "none") == {}
        save_fetches(connection, [])


def test_a_source_has_one_row_in_each_run(tmp_path: Path) -> None:
    with open_warehouse(tmp_path / "w.duckdb") as connection:
        save_source_runs(connection, [RUN, replace(RUN, source="other")])
        save_source_runs(connection, [replace(RUN, new=5), replace(RUN, run_id="r2")])
        rows = connection.execute("SELECT run_id, source, new FROM raw.source_runs ORDER BY ALL").fetchall()
    assert rows == [("r1", "other", 1), ("r1", "press", 5), ("r2", "press", 1)]


def test_a_source_worked_where_anything_of_it_could_be_read() -> None:
    assert RUN.worked
    assert replace(RUN, new=0, failed=3).worked
    assert replace(RUN, new=0, unchanged=0).worked
    assert not replace(RUN, new=0, unchanged=0, failed=1).worked
