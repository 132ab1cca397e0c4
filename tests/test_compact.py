import os
import random
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from flows.compact import compact
from flows.store_errors import StoreLockedError
from flows.warehouse import open_warehouse
from tests.stores import held

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def path(tmp_path) -> Path:
    """A warehouse of which most was deleted, with views that name it, as dbt writes them."""
    path = tmp_path / "warehouse.duckdb"
    with open_warehouse(path) as connection:
        connection.execute("CREATE SCHEMA marts; CREATE SCHEMA intermediate; CREATE SCHEMA staging")
        connection.execute(
            "INSERT INTO raw.documents (document_id, text) SELECT i, md5(i::VARCHAR) || repeat('word ', 50)"
            " FROM range(60_000) AS numbers(i)"
        )
        connection.execute('CREATE VIEW staging.z AS SELECT document_id FROM "warehouse"."raw"."documents"')
        connection.execute('CREATE VIEW intermediate.a AS SELECT * FROM "warehouse"."staging"."z"')
        connection.execute("CREATE TABLE marts.m AS FROM intermediate.a")
        connection.execute("COMMENT ON TABLE marts.m IS 'It''s a mart'; COMMENT ON COLUMN marts.m.document_id IS 'Id'")
    with open_warehouse(path) as connection:
        connection.execute("DELETE FROM raw.documents WHERE document_id::INT % 20 <> 0")
    return path


def contents(path: Path) -> list[object]:
    with duckdb.connect(path, read_only=True) as connection:
        return [
            connection.execute(query).fetchall()
            for query in (
                "FROM raw.documents ORDER BY ALL",
                "FROM intermediate.a ORDER BY ALL",
                "FROM marts.m ORDER BY ALL",
                "SELECT schema_name, table_name, comment FROM duckdb_tables() ORDER BY ALL",
                "SELECT schema_name, view_name, sql FROM duckdb_views() WHERE NOT internal ORDER BY ALL",
                "SELECT table_name, column_name, data_type, comment FROM duckdb_columns() WHERE NOT internal"
                " ORDER BY ALL",
            )
        ]


def files(path: Path) -> list[str]:
    return sorted(one.name for one in path.parent.iterdir())


def test_a_compacted_file_is_smaller_and_holds_the_same(path):
    before = contents(path)
    sizes = compact(path)
    assert sizes.after == path.stat().st_size
    assert sizes.after < sizes.before / 2
    assert contents(path) == before
    assert files(path) == ["warehouse.duckdb"]


def test_a_link_stays_a_link_and_a_private_file_private(path):
    elsewhere = path.with_name("elsewhere.duckdb")
    path.rename(elsewhere).chmod(0o600)
    path.symlink_to(elsewhere)
    sizes = compact(path)
    assert sizes.after < sizes.before / 2
    assert path.readlink() == elsewhere
    assert stat.filemode(elsewhere.stat().st_mode) == "-rw-------"
    assert files(path) == ["elsewhere.duckdb", "warehouse.duckdb"]


def test_a_warehouse_goes_on_after_it(path):
    compact(path)
    with open_warehouse(path) as connection:
        connection.execute("INSERT INTO raw.documents (document_id) VALUES ('one more')")
        assert connection.execute("SELECT count(*) FROM intermediate.a").fetchone() == (3001,)


def test_a_file_that_another_program_holds_stays_as_it_is(path):
    before = path.read_bytes()
    with held(path), pytest.raises(StoreLockedError, match="open in another program"):
        compact(path)
    assert path.read_bytes() == before


COMPACT = """
import sys
from pathlib import Path
from flows.compact import compact

print("ready", flush=True)
compact(Path(sys.argv[1]))
"""


@pytest.mark.slow
def test_a_process_killed_at_any_instant_leaves_all_that_was_there(path):
    before = contents(path)
    rng = random.Random(11)
    longest, killed = 0.0, 0
    for attempt in range(13):
        with subprocess.Popen([sys.executable, "-c", COMPACT, str(path)], cwd=ROOT, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            start = time.monotonic()
            if attempt:
                time.sleep(rng.uniform(0, longest))
                os.kill(process.pid, signal.SIGKILL)
            process.wait()
        longest = longest or time.monotonic() - start
        killed += process.returncode == -signal.SIGKILL
        assert contents(path) == before
    assert killed >= 6
    compact(path)
    assert contents(path) == before
    assert files(path) == ["warehouse.duckdb"]
