from datetime import timedelta

import duckdb
import pytest

from flows.history import prune_history, replaced_ids, retire
from flows.warehouse import make_tables
from models.rows import Stamp, document_rows, mention_rows
from tests.dispatches import STAMP, Act, dispatch

READINGS = [dispatch("The EU sanctioned Russia.", Act("sanctioned")), dispatch("It rained.", origin="b.txt")]
LATER = Stamp("run-2", "1.0", STAMP.at + timedelta(days=40))


@pytest.fixture
def warehouse():
    with duckdb.connect() as connection:
        make_tables(connection)
        for table, rows in (("documents", document_rows), ("event_mentions", mention_rows)):
            connection.register("rows", rows(READINGS, STAMP).to_arrow())
            connection.execute(f"INSERT INTO raw.{table} FROM rows")
        yield connection


def count(warehouse, table: str) -> int:
    return warehouse.execute(f"SELECT count(*) FROM raw.{table}").fetchone()[0]


def replace(warehouse, reading, stamp: Stamp) -> None:
    warehouse.execute("CREATE OR REPLACE TEMP TABLE gone AS SELECT ? AS document_id", [reading.document.document_id])
    for table in ("event_mentions", "documents"):
        retire(warehouse, table, "gone", stamp)


def test_what_is_replaced_is_kept_as_it_was_with_when_and_by_which_run(warehouse):
    before = warehouse.execute("FROM raw.documents WHERE origin = 'a.txt'").fetchone()
    replace(warehouse, READINGS[0], LATER)
    assert warehouse.execute("FROM raw.documents_history").fetchall() == [(*before, LATER.at, "run-2")]
    assert count(warehouse, "documents") == count(warehouse, "event_mentions_history") == 1
    assert count(warehouse, "event_mentions") == 0


def test_a_text_that_stands_again_is_none_of_the_replaced(warehouse):
    for reading in READINGS:
        replace(warehouse, reading, LATER)
    ids = [reading.document.document_id for reading in READINGS]
    assert replaced_ids(warehouse) == set(ids)
    warehouse.register("rows", document_rows(READINGS[:1], LATER).to_arrow())
    warehouse.execute("INSERT INTO raw.documents FROM rows")
    assert replaced_ids(warehouse) == set(ids[1:])


def test_pruning_forgets_what_was_replaced_before_and_nothing_else(warehouse):
    replace(warehouse, READINGS[0], STAMP)
    replace(warehouse, READINGS[1], LATER)
    assert prune_history(warehouse, STAMP.at) == 0
    assert prune_history(warehouse, LATER.at) == 2
    assert warehouse.execute("SELECT origin FROM raw.documents_history").fetchall() == [("b.txt",)]
    assert count(warehouse, "event_mentions_history") == 0
