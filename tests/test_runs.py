from datetime import timedelta

import duckdb
import pytest

from flows.runs import RunCounts, finish_run, start_run
from flows.warehouse import make_tables
from models.rows import Stamp
from tests.dispatches import STAMP

NEXT = Stamp("run-2", "1.0", STAMP.at + timedelta(days=1))
NEWER = Stamp("run-3", "2.0", STAMP.at + timedelta(days=2))


@pytest.fixture
def warehouse():
    with duckdb.connect() as connection:
        make_tables(connection)
        yield connection


def test_a_run_is_recorded_from_start_to_end(warehouse):
    query = "SELECT status, finished_at, documents_read, failure FROM raw.runs ORDER BY run_id"
    start_run(warehouse, STAMP)
    assert warehouse.execute(query).fetchall() == [("running", None, None, None)]
    finish_run(warehouse, "run-1", RunCounts(documents_read=7), NEXT.at)
    start_run(warehouse, NEXT)
    finish_run(warehouse, "run-2", RunCounts(documents_read=8), NEWER.at, failure="dbt: no")
    assert warehouse.execute(query).fetchall() == [
        ("succeeded", NEXT.at, 7, None),
        ("failed", NEWER.at, 8, "dbt: no"),
    ]


def test_a_run_that_was_killed_is_marked_by_the_next(warehouse):
    start_run(warehouse, STAMP)
    start_run(warehouse, NEXT)
    start_run(warehouse, NEXT)
    assert warehouse.execute("SELECT run_id, status, failure FROM raw.runs ORDER BY run_id").fetchall() == [
        ("run-1", "failed", "killed before it ended"),
        ("run-2", "running", None),
    ]
