import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from flows.publish import publish
from flows.store_errors import StoreError
from tests.stores import ask, held


@pytest.fixture
def warehouse(tmp_path) -> Path:
    path = tmp_path / "warehouse.duckdb"
    fill(path, 3)
    return path


@pytest.fixture
def target(tmp_path) -> Path:
    return tmp_path / "sanctions.duckdb"


def fill(path: Path, events: int) -> None:
    with duckdb.connect(path) as connection:
        connection.execute(
            "CREATE SCHEMA IF NOT EXISTS raw; CREATE OR REPLACE TABLE raw.documents AS SELECT 'long' AS text"
        )
        connection.execute("CREATE SCHEMA IF NOT EXISTS marts")
        connection.execute(
            "CREATE OR REPLACE TABLE marts.fct_events AS"
            f" SELECT i AS event_id, ['trade', 'aid'] AS measures FROM range({events}) AS numbers(i)"
        )
        connection.execute("CREATE OR REPLACE TABLE marts.dim_party (party_id VARCHAR)")
        connection.execute("COMMENT ON TABLE marts.fct_events IS 'It''s one row an event'")
        connection.execute("COMMENT ON COLUMN marts.fct_events.measures IS 'Kinds; of restriction'")


def test_the_marts_alone_are_published_in_the_main_schema(warehouse, target):
    published = publish(warehouse, target)
    assert published.tables == {"dim_party": 0, "fct_events": 3}
    assert published.size == target.stat().st_size
    tables = ask(target, "SELECT schema_name, table_name FROM duckdb_tables() ORDER BY ALL")
    assert tables == [("main", "dim_party"), ("main", "fct_events")]
    assert ask(target, "FROM fct_events ORDER BY ALL")[0] == (0, ["trade", "aid"])


def test_what_is_no_model_is_not_published(warehouse, target):
    with duckdb.connect(warehouse) as connection:
        connection.execute("CREATE TABLE marts.fct_of_an_older_version AS SELECT 1 AS one")
    assert set(publish(warehouse, target).tables) == {"dim_party", "fct_events"}
    assert ask(target, "SELECT table_name FROM duckdb_tables() ORDER BY ALL") == [("dim_party",), ("fct_events",)]


def test_comments_come_along(warehouse, target):
    publish(warehouse, target)
    assert ask(target, "SELECT comment FROM duckdb_tables() WHERE table_name = 'fct_events'") == [
        ("It's one row an event",)
    ]
    comments = ask(target, "SELECT comment FROM duckdb_columns() WHERE column_name = 'measures'")
    assert comments == [("Kinds; of restriction",)]


def test_nothing_is_left_beside_the_published_file(warehouse, target):
    with subprocess.Popen(["true"]) as killed:
        pass
    for name in (f".sanctions.duckdb.{killed.pid}.draft", f".sanctions.duckdb.{killed.pid}.draft.wal"):
        (target.parent / name).write_bytes(b"of a run that was killed")
    publish(warehouse, target)
    publish(warehouse, target)
    assert sorted(path.name for path in target.parent.iterdir()) == ["sanctions.duckdb", "warehouse.duckdb"]


def test_a_reader_keeps_its_file_and_the_next_one_sees_the_new(warehouse, target):
    publish(warehouse, target)
    with held(target, "SELECT count(*) FROM fct_events") as answer:
        fill(warehouse, 5)
        publish(warehouse, target)
        assert answer() == "[(3,)]"
    assert ask(target, "SELECT count(*) FROM fct_events") == [(5,)]


def test_a_warehouse_without_marts_publishes_nothing(warehouse, target):
    publish(warehouse, target)
    before = target.read_bytes()
    with duckdb.connect(warehouse) as connection:
        connection.execute("DROP SCHEMA marts CASCADE")
    with pytest.raises(StoreError, match="no marts to publish"):
        publish(warehouse, target)
    assert target.read_bytes() == before
    assert sorted(path.name for path in target.parent.iterdir()) == ["sanctions.duckdb", "warehouse.duckdb"]


def test_a_missing_or_locked_warehouse_is_named(warehouse, target):
    with pytest.raises(StoreError, match=r"nothing\.duckdb"):
        publish(warehouse.with_name("nothing.duckdb"), target)
    with held(warehouse), pytest.raises(StoreError, match=r"warehouse\.duckdb is open in another program"):
        publish(warehouse, target)
    assert not target.exists()


def test_a_target_that_cannot_be_written_is_named(warehouse, tmp_path):
    with pytest.raises(StoreError, match=r"sanctions\.duckdb"):
        publish(warehouse, tmp_path / "no such folder" / "sanctions.duckdb")


FULL = """
import resource, sys
from pathlib import Path
from flows.publish import publish
from flows.store_errors import StoreError

resource.setrlimit(resource.RLIMIT_FSIZE, (500_000,) * 2)
try:
    publish(Path(sys.argv[1]), Path(sys.argv[2]))
except StoreError as error:
    print(error)
"""


def test_a_full_disk_leaves_what_was_published(warehouse, target):
    publish(warehouse, target)
    before = target.read_bytes()
    fill(warehouse, 2_000_000)
    root = Path(__file__).resolve().parents[1]
    command = [sys.executable, "-c", FULL, str(warehouse), str(target)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=300)
    assert "may not grow any further" in done.stdout, done.stdout + done.stderr
    assert target.read_bytes() == before
    assert sorted(path.name for path in target.parent.iterdir()) == ["sanctions.duckdb", "warehouse.duckdb"]
