"""A store in DuckLake: tables as Parquet files in a folder or an object store, their catalogue in a database.

The catalogue is a DuckDB file, SQLite or PostgreSQL. Passwords and keys come from the environment alone: PGPASSWORD (or
whatever else PostgreSQL's library takes), AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_ENDPOINT_URL.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import duckdb

from flows.drafts import quoted
from flows.duckdb_extensions import load_extension
from flows.store_errors import StoreError, explained

NAME = "warehouse"  # a lake is attached as this, so that its views find their tables
DAYS = 7  # for which compaction keeps the snapshots of a lake
# Nothing is downloaded.
CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}


@dataclass(frozen=True, slots=True)
class Lake:
    """A DuckLake: the address of its catalogue as DuckLake takes it, and where its data lies.

    Without `data`, that is beside a catalogue in a file, or where an existing catalogue says.
    """

    catalogue: str
    data: str | None = None

    def __str__(self) -> str:
        """The address, for messages; it holds no password."""
        return f"ducklake:{self.catalogue}"


def connect(lake: Lake, *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """A connection that has the lake as its own database. Raises StoreError and duckdb.Error."""
    connection = duckdb.connect(config=CONFIG)
    try:
        attach(connection, lake, read_only=read_only)
    except BaseException:
        connection.close()
        raise
    return connection


def attach(connection: duckdb.DuckDBPyConnection, lake: Lake, *, read_only: bool = False) -> None:
    """Attach the lake as `warehouse`, and use it; a catalogue that is not there is made.

    Raises:
        StoreError: an extension or a key is missing, or the folder of the catalogue cannot be made.
        duckdb.Error: the catalogue cannot be reached or read.
    """
    connection.execute("SET enable_progress_bar = false")  # it would land among what a script prints
    address, data = lake.catalogue, lake.data
    _load(connection, "ducklake")
    if address.startswith(("postgres:", "postgresql:")):
        _load(connection, "postgres_scanner")
        os.environ.setdefault("PGCONNECT_TIMEOUT", "10")  # else a host that does not answer is waited for minutes
        _, is_url, place = address.partition("://")
        address = f"postgres:postgresql://{place}" if is_url else address
    else:
        _make_folder(Path(address.removeprefix("sqlite:")).parent)
    if address.startswith("sqlite:"):
        _load(connection, "sqlite_scanner")
        file = address.removeprefix("sqlite:")
        data = data or (None if Path(file).exists() else f"{file}.files")  # where DuckLake has it for a DuckDB file
    if data and data.startswith("s3://"):
        _load(connection, "httpfs")
        connection.execute(_secret())
    options = [f"DATA_PATH {quoted(data)}"] if data else []
    options += ["READ_ONLY"] if read_only else []
    given = f" ({', '.join(options)})" if options else ""
    try:
        connection.execute(f"ATTACH {quoted(f'ducklake:{address}')} AS {NAME}{given}")
    except duckdb.InvalidInputException as error:
        raise explained(lake, str(error)) from error
    connection.execute(f"USE {NAME}")


def is_lake(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether the connection's own database is a lake."""
    return connection.execute(
        "SELECT type FROM duckdb_databases() WHERE database_name = current_database()"
    ).fetchone() == ("ducklake",)


def make_turns(connection: duckdb.DuckDBPyConnection) -> None:
    """Make, in a lake, the table that transactions take turns at."""
    if is_lake(connection):
        connection.execute("CREATE SCHEMA IF NOT EXISTS raw")
        connection.execute("CREATE TABLE IF NOT EXISTS raw.turns AS SELECT TRUE AS turn")


def take_turn(connection: duckdb.DuckDBPyConnection) -> None:
    """Have a transaction on a lake fail to commit where another one commits before it.

    A lake has no keys: two writers that both find a document missing would both insert it, without a conflict.
    """
    if is_lake(connection):
        connection.execute("UPDATE raw.turns SET turn = TRUE")


def snapshot_of(connection: duckdb.DuckDBPyConnection) -> int:
    """The number of the snapshot that the transaction sees."""
    ((snapshot,),) = connection.execute(f"FROM {NAME}.current_snapshot()").fetchall()
    return int(snapshot)


def tag(connection: duckdb.DuckDBPyConnection, snapshot: int) -> None:
    """Note in `raw.publications`, within a transaction, that the marts of this snapshot were published.

    The snapshot that the note makes says so in its commit message.
    """
    connection.execute("CREATE TABLE IF NOT EXISTS raw.publications (snapshot_id BIGINT, published_at TIMESTAMP)")
    connection.execute("INSERT INTO raw.publications VALUES (?, now() AT TIME ZONE 'UTC')", [snapshot])
    connection.execute(f"CALL {NAME}.set_commit_message('sanctionwire', 'published snapshot {snapshot}')")


def size(connection: duckdb.DuckDBPyConnection) -> int:
    """The bytes that the lake's data takes."""
    ((taken,),) = connection.execute(
        f"SELECT coalesce(sum(file_size_bytes + delete_file_size_bytes), 0) FROM ducklake_table_info('{NAME}')"  # noqa: S608
    ).fetchall()
    return int(taken)


def tidy(connection: duckdb.DuckDBPyConnection) -> None:
    """Merge small files, write those anew of which rows were deleted, and remove what only old snapshots need.

    Snapshots older than DAYS go, but for the one that was published last. So do, from a folder of the lake's own, the
    files that killed loads left.
    """
    connection.execute(f"CALL ducklake_flush_inlined_data('{NAME}')")
    connection.execute(f"CALL ducklake_merge_adjacent_files('{NAME}')")
    connection.execute(f"CALL ducklake_rewrite_data_files('{NAME}')")
    old = connection.execute(
        f"SELECT snapshot_id FROM {NAME}.snapshots() WHERE snapshot_time < now() - INTERVAL {DAYS} DAY"  # noqa: S608
    ).fetchall()
    kept = _last_published(connection)
    versions = [int(snapshot) for (snapshot,) in old if snapshot != kept]
    if versions:
        connection.execute(f"CALL ducklake_expire_snapshots('{NAME}', versions => {versions})")
    connection.execute(f"CALL ducklake_cleanup_old_files('{NAME}', cleanup_all => TRUE)")
    if _has_own_folder(connection):
        # What killed loads left; what loads that go on have written is younger.
        connection.execute(f"CALL ducklake_delete_orphaned_files('{NAME}', older_than => now() - INTERVAL 1 DAY)")


def _has_own_folder(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether the data lies where DuckLake itself has it, beside the catalogue.

    In a folder or bucket that was named, Parquet files that the catalogue does not know may be another lake's.
    """
    ((catalogue, data),) = connection.execute(
        "SELECT path, data_path FROM duckdb_databases(), ducklake_settings(?) WHERE database_name = ?", [NAME, NAME]
    ).fetchall()
    return Path(f"{catalogue.removeprefix('sqlite:')}.files").absolute() == Path(data).absolute()


def _last_published(connection: duckdb.DuckDBPyConnection) -> int | None:
    try:
        row = connection.execute("SELECT max(snapshot_id) FROM raw.publications").fetchone()
    except duckdb.CatalogException:  # nothing was published yet
        return None
    return row[0] if row else None


def _load(connection: duckdb.DuckDBPyConnection, extension: str) -> None:
    try:
        load_extension(connection, extension)
    except duckdb.Error as error:
        raise StoreError(
            f"a store in DuckLake needs DuckDB's extension {extension} for DuckDB {duckdb.__version__}: "
            "uv sync --extra ducklake"
        ) from error


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"{folder} cannot be made: {error.strerror}; mend SANCTIONWIRE_LAKE") from error


def _secret() -> str:
    """The statement that tells DuckDB of the object store that the variables of AWS's own programs describe."""
    given = {
        "KEY_ID": os.environ.get("AWS_ACCESS_KEY_ID"),
        "SECRET": os.environ.get("AWS_SECRET_ACCESS_KEY"),
        "SESSION_TOKEN": os.environ.get("AWS_SESSION_TOKEN"),
        "REGION": os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION"),
    }
    if not (given["KEY_ID"] and given["SECRET"]):
        raise StoreError("a lake on s3:// needs its keys: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
    options = [f"{name} {quoted(value)}" for name, value in given.items() if value]
    if endpoint := os.environ.get("AWS_ENDPOINT_URL"):
        address = urlsplit(endpoint)
        tls = "FALSE" if address.scheme == "http" else "TRUE"
        options += [f"ENDPOINT {quoted(address.netloc)}", f"USE_SSL {tls}", "URL_STYLE 'path'"]
    return f"CREATE OR REPLACE SECRET lake (TYPE s3, {', '.join(options)})"
