"""Ways into the published file that docs/bi describes."""

from pathlib import Path

import duckdb
import pytest
from adbc_driver_duckdb import driver_path
from adbc_driver_manager import dbapi

from flows.publish import publish


@pytest.fixture
def published(tmp_path: Path) -> Path:
    with duckdb.connect(tmp_path / "warehouse.duckdb") as connection:
        connection.execute(
            "CREATE SCHEMA marts; CREATE TABLE marts.bi_events AS SELECT 'enacted' AS status FROM range(3)"
        )
    publish(tmp_path / "warehouse.duckdb", tmp_path / "sanctions.duckdb")
    return tmp_path / "sanctions.duckdb"


def test_the_file_is_in_a_format_that_older_drivers_read(published: Path) -> None:
    with duckdb.connect(published, read_only=True) as connection:
        found = connection.execute("SELECT tags['storage_version'] FROM duckdb_databases() WHERE path IS NOT NULL")
        assert str(found.fetchall()[0][0]).startswith("v1.0.0")


def test_adbc_reads_it_as_arrow_and_cannot_write(published: Path) -> None:
    options = {"path": str(published), "access_mode": "READ_ONLY"}
    with (
        dbapi.connect(driver=driver_path(), entrypoint="duckdb_adbc_init", db_kwargs=options) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT status, count(*) AS events FROM bi_events GROUP BY ALL ORDER BY ALL")
        assert cursor.fetch_arrow_table().to_pylist() == [{"status": "enacted", "events": 3}]
        with pytest.raises(dbapi.ProgrammingError, match="read-only"):
            cursor.execute("CREATE TABLE other (number INTEGER)")
