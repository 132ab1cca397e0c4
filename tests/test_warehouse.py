import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.history import retire_unheld
from flows.lake import Lake
from flows.store_errors import StoreError, StoreLockedError
from flows.warehouse import (
    RAW_TABLES,
    SQL_TYPES,
    Loaded,
    known,
    load,
    make_tables,
    open_warehouse,
    unread,
)
from models.event import Document
from models.rejection import Rejection
from models.rows import Reading, Stamp, document_rows, mention_rows, rejection_rows
from tests.dispatches import STAMP, Act, dispatch
from tests.stores import held

NEXT = Stamp("run-2", "1.0", STAMP.at + timedelta(days=1))
NEWER = Stamp("run-3", "2.0", STAMP.at + timedelta(days=2))

EU = dispatch("The EU sanctioned Russia.", Act("sanctioned"), origin="a.txt")
AGAIN = dispatch("The EU sanctioned Russia and again sanctioned Russia.", Act("again sanctioned"), origin="a.txt")
QUIET = dispatch("It rained.", origin="b.txt")


@pytest.fixture(params=["file", pytest.param("lake", marks=pytest.mark.slow)])
def warehouse(request, tmp_path):
    store = tmp_path / "store"
    where = store / "warehouse.duckdb" if request.param == "file" else Lake(str(store / "catalogue.ducklake"))
    with open_warehouse(where) as connection:
        yield connection


def read(warehouse, *readings: Reading, stamp: Stamp = STAMP, rejections=()) -> Loaded:
    """Take a batch of documents in as the flow does: read what is unread, load all of it."""
    told = {reading.document.document_id: reading for reading in readings}
    fresh, others = unread(warehouse, [reading.document for reading in readings], stamp.extractor_version)
    batch = [Reading(one, told[one.document_id].passed_gate, told[one.document_id].events) for one in fresh]
    rows = document_rows(batch, stamp), mention_rows(batch, stamp), rejection_rows(rejections, stamp)
    return load(warehouse, *rows, others, stamp)


def read_all(warehouse, *batches: list[Reading], stamp: Stamp = STAMP) -> None:
    """Take a whole input in."""
    for batch in batches:
        read(warehouse, *batch, stamp=stamp)
    retire_unheld(warehouse, stamp)


def contents(warehouse: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[object, ...]]]:
    return {table: warehouse.execute(f"FROM raw.{table} ORDER BY ALL").fetchall() for table in RAW_TABLES}


def origins(warehouse) -> list[tuple[str, str]]:
    return warehouse.execute("SELECT origin, text FROM raw.documents ORDER BY ALL").fetchall()


def test_the_tables_have_the_columns_of_their_schemas(warehouse):
    for table, schema in RAW_TABLES.items():
        described = warehouse.execute(f"DESCRIBE raw.{table}").fetchall()
        assert [(row[0], row[1]) for row in described] == [(name, SQL_TYPES[kind]) for name, kind in schema.items()]


def test_a_warehouse_of_an_earlier_version_opens_and_goes_on(tmp_path):
    path = tmp_path / "warehouse.duckdb"
    with open_warehouse(path) as connection:
        read(connection, EU)
        before = contents(connection)
        for column in ("fetched_at", "story_id"):
            connection.execute(f"ALTER TABLE raw.documents DROP COLUMN {column}")
        for table in ("documents_history", "event_mentions_history", "story_bands"):
            connection.execute(f"DROP TABLE raw.{table}")
    with open_warehouse(path) as connection:
        assert contents(connection) == before
        assert read(connection, AGAIN, stamp=NEXT).replaced == 1


def test_what_is_loaded_comes_back(warehouse):
    assert read(warehouse, EU, QUIET) == Loaded(new=2, replaced=0, unchanged=0, events=1, mentions=1, rejected=0)
    assert warehouse.execute("FROM raw.documents ORDER BY origin").pl().equals(document_rows([EU, QUIET], STAMP))
    assert warehouse.execute("FROM raw.event_mentions").pl().equals(mention_rows([EU], STAMP))


def test_a_batch_loaded_twice_changes_nothing(warehouse):
    rejected = rejection_rows([Rejection("c.txt", None, "read", "empty", "c.txt: empty")], STAMP)
    nothing = unread(warehouse, [], "1.0")[1]
    batch = (document_rows([EU, QUIET], STAMP), mention_rows([EU], STAMP), rejected, nothing, STAMP)
    load(warehouse, *batch)
    before = contents(warehouse)
    assert load(warehouse, *batch) == Loaded(new=0, replaced=0, unchanged=2, events=0, mentions=0, rejected=1)
    assert contents(warehouse) == before


def test_a_second_run_on_the_same_input_reads_nothing(warehouse):
    read(warehouse, EU, QUIET)
    before = contents(warehouse)
    assert unread(warehouse, [EU.document, QUIET.document], "1.0")[0] == []
    assert read(warehouse, EU, QUIET, stamp=NEXT) == Loaded(
        new=0, replaced=0, unchanged=2, events=0, mentions=0, rejected=0
    )
    assert contents(warehouse) == before


def test_another_content_of_an_origin_replaces_the_first_with_its_mentions(warehouse):
    read(warehouse, EU, QUIET)
    assert read(warehouse, AGAIN, stamp=NEXT) == Loaded(
        new=0, replaced=1, unchanged=0, events=1, mentions=1, rejected=0
    )
    retire_unheld(warehouse, NEXT)
    assert origins(warehouse) == [("a.txt", AGAIN.document.text), ("b.txt", QUIET.document.text)]
    told = warehouse.execute("SELECT document_id, trigger FROM raw.event_mentions").fetchall()
    assert told == [(AGAIN.document.document_id, "again sanctioned")]
    for table, rows in (("documents", document_rows([EU], STAMP)), ("event_mentions", mention_rows([EU], STAMP))):
        replaced = rows.with_columns(
            replaced_at=pl.lit(NEXT.at, dtype=pl.Datetime("us")), replaced_by_run=pl.lit("run-2")
        )
        assert warehouse.execute(f"FROM raw.{table}_history").pl().equals(replaced)


def test_a_newer_extractor_reads_again_and_replaces(warehouse):
    read(warehouse, EU, QUIET)
    assert known(warehouse, [EU.document.document_id, "no such id"], "1.0") == {EU.document.document_id}
    assert known(warehouse, [EU.document.document_id], "2.0") == set()
    assert read(warehouse, EU, stamp=NEWER) == Loaded(new=0, replaced=1, unchanged=0, events=1, mentions=1, rejected=0)
    versions = warehouse.execute("SELECT origin, extractor_version FROM raw.documents ORDER BY 1").fetchall()
    assert versions == [("a.txt", "2.0"), ("b.txt", "1.0")]
    assert warehouse.execute("SELECT extractor_version FROM raw.event_mentions").fetchall() == [("2.0",)]
    former = warehouse.execute("SELECT extractor_version, replaced_by_run FROM raw.event_mentions_history").fetchall()
    assert former == [("1.0", "run-3")]
    assert warehouse.execute("SELECT count(*) FROM raw.documents_history").fetchone() == (0,)


def moved(reading: Reading, origin: str) -> Reading:
    return Reading(
        Document(origin, reading.document.text, published=reading.document.published),
        reading.passed_gate,
        reading.events,
    )


@pytest.mark.parametrize("together", [True, False])
def test_one_text_at_two_origins_is_one_document_until_both_change(warehouse, together):
    copies = [EU, moved(EU, "z.txt")]
    read_all(warehouse, *([copies] if together else [[copy] for copy in reversed(copies)]))
    assert origins(warehouse) == [("a.txt", EU.document.text)]
    read_all(warehouse, [AGAIN], stamp=NEXT)
    assert origins(warehouse) == [("a.txt", AGAIN.document.text), ("z.txt", EU.document.text)]
    read_all(warehouse, [moved(AGAIN, "z.txt")], stamp=NEXT)
    assert origins(warehouse) == [("a.txt", AGAIN.document.text)]
    assert warehouse.execute("SELECT count(*) FROM raw.event_mentions").fetchone() == (1,)


@pytest.mark.parametrize("stands", [EU, AGAIN])
def test_the_last_text_of_an_origin_wins_whichever_is_known(warehouse, stands):
    read_all(warehouse, [stands])
    read_all(warehouse, [EU, AGAIN], stamp=NEXT)
    assert origins(warehouse) == [("a.txt", AGAIN.document.text)]
    before = contents(warehouse)
    for _ in range(3):
        read_all(warehouse, [EU, AGAIN], stamp=NEXT)
        assert contents(warehouse) == before


def test_a_text_that_is_being_read_is_not_read_again(warehouse):
    under_way = {EU.document.document_id}
    fresh, others = unread(warehouse, [moved(EU, "z.txt").document, QUIET.document], "1.0", under_way)
    assert (fresh, others["origin"].to_list()) == ([QUIET.document], ["z.txt"])


def test_another_origin_of_a_text_that_is_rejected_keeps_what_it_held(warehouse):
    read_all(warehouse, [EU])
    bad = dispatch("It will rain.", origin="z.txt")
    fresh, others = unread(warehouse, [bad.document, moved(bad, "a.txt").document], "1.0")
    assert (fresh, others.height) == ([bad.document], 1)
    nothing_holds = document_rows([], NEXT), mention_rows([], NEXT), rejection_rows([], NEXT)
    assert load(warehouse, *nothing_holds, others, NEXT).unchanged == 0
    retire_unheld(warehouse, NEXT)
    assert origins(warehouse) == [("a.txt", EU.document.text)]


def test_a_text_that_moves_to_an_origin_of_a_later_batch_stays(warehouse):
    """Rows of a table without ids move when one is put before them; a batch is prepared before the last is loaded."""
    read_all(warehouse, [EU, QUIET])
    _, later = unread(warehouse, [moved(EU, "b.txt").document], "1.0")
    read(warehouse, AGAIN, stamp=NEXT)
    load(warehouse, document_rows([], NEXT), mention_rows([], NEXT), rejection_rows([], NEXT), later, NEXT)
    retire_unheld(warehouse, NEXT)
    assert origins(warehouse) == [("a.txt", AGAIN.document.text), ("b.txt", EU.document.text)]
    assert warehouse.execute("SELECT text FROM raw.documents_history").fetchall() == [(QUIET.document.text,)]


@settings(max_examples=12, deadline=None)
@given(
    st.lists(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3)), max_size=4), max_size=6),
    st.integers(0, 5),
)
def test_a_history_told_again_from_any_batch_ends_in_the_same_tables(history, killed_after):
    """A run that was killed after some batches, and is run again from the first, ends where one left alone ends."""
    texts = [EU, AGAIN, QUIET, dispatch("The EU sanctioned Russia twice.", Act("sanctioned"))]
    # An input holds each origin once.
    seen: set[str] = set()
    batches = []
    for batch in history:
        fresh = {origin: moved(texts[text], origin) for origin, text in batch if origin not in seen}
        seen.update(fresh)
        batches.append(list(fresh.values()))
    tables = []
    for plan in (batches, batches[:killed_after] + batches):
        with duckdb.connect() as connection:
            make_tables(connection)
            read_all(connection, *plan)
            tables.append(contents(connection))
    assert tables[0] == tables[1]


def test_a_rejection_met_again_carries_the_last_run(warehouse):
    rejection = Rejection("c.jsonl", 3, "read", "broken", "c.jsonl, line 3: no JSON", "{")
    read(warehouse, rejections=[rejection, rejection])
    read(warehouse, rejections=[rejection], stamp=NEXT)
    assert warehouse.execute("SELECT origin, line, run_id FROM raw.rejected").fetchall() == [("c.jsonl", 3, "run-2")]


def test_a_batch_that_fails_leaves_nothing(warehouse):
    read(warehouse, QUIET)
    before = contents(warehouse)
    with pytest.raises(duckdb.Error):
        load(
            warehouse,
            document_rows([EU], STAMP),
            mention_rows([EU], STAMP).with_columns(confidence=pl.lit("certain")),
            rejection_rows([], STAMP),
            unread(warehouse, [], "1.0")[1],
            STAMP,
        )
    assert contents(warehouse) == before
    assert read(warehouse, EU).new == 1


def test_any_text_comes_back_as_it_was(warehouse):
    text = "Zażółć\0 \U0001f6a2 'quoted' \\ \r\n漢字"
    read(warehouse, dispatch(text, origin="it's #1.csv"))
    assert origins(warehouse) == [("it's #1.csv", text)]


def test_a_file_that_another_program_holds_is_said_to_be_open(tmp_path):
    path = tmp_path / "warehouse.duckdb"
    with (
        held(path),
        pytest.raises(StoreLockedError, match=r"warehouse\.duckdb is open in another program"),
        open_warehouse(path),
    ):
        pass
    with open_warehouse(path):
        pass


def test_a_file_that_is_no_warehouse_is_named(tmp_path):
    path = tmp_path / "warehouse.duckdb"
    path.write_bytes(b"not a database, just some bytes" * 1000)
    with pytest.raises(StoreError, match=r"warehouse\.duckdb is not a DuckDB file"), open_warehouse(path):
        pass
    assert path.read_bytes().startswith(b"not a database")


def test_a_store_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "store").write_text("a file")
    with (
        pytest.raises(StoreError, match="store cannot be made"),
        open_warehouse(tmp_path / "store" / "warehouse.duckdb"),
    ):
        pass


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_said_to_be_one(tmp_path):
    tmp_path.chmod(0o555)
    with pytest.raises(StoreError, match="cannot be written"), open_warehouse(tmp_path / "warehouse.duckdb"):
        pass


FILL = """
import resource, sys
from pathlib import Path
from flows.store_errors import StoreError
from flows.warehouse import load, open_warehouse, unread
from models.event import digest
from models.rows import document_rows, mention_rows, rejection_rows
from tests.dispatches import STAMP, dispatch

def batch(name, size):
    texts = (" ".join(digest(f"{name} {number} {part}") for part in range(20)) for number in range(size))
    readings = [dispatch(text, origin=f"{name}{number}") for number, text in enumerate(texts)]
    return document_rows(readings, STAMP), mention_rows(readings, STAMP), rejection_rows([], STAMP)

path = Path(sys.argv[1])
with open_warehouse(path) as connection:
    nothing = unread(connection, [], "1.0")[1]
    load(connection, *batch("small", 10), nothing, STAMP)
resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 100_000,) * 2)
try:
    with open_warehouse(path) as connection:
        load(connection, *batch("large", 3_000), nothing, STAMP)
except StoreError as error:
    print(error)
"""


def test_a_full_disk_stops_the_batch_and_keeps_the_ones_before(tmp_path):
    path = tmp_path / "warehouse.duckdb"
    root = Path(__file__).resolve().parents[1]
    done = subprocess.run(
        [sys.executable, "-c", FILL, str(path)], cwd=root, capture_output=True, text=True, timeout=300
    )
    assert "may not grow any further" in done.stdout, done.stdout + done.stderr
    assert len(done.stdout.strip().splitlines()) == 1
    with open_warehouse(path) as connection:
        assert connection.execute("SELECT count(*) FROM raw.documents").fetchone() == (10,)
