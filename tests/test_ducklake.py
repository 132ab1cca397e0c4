"""A lake in place of the warehouse file: the same tables, wherever its catalogue and its data lie."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from pydantic import ValidationError

from flows.compact import compact
from flows.ingest import run
from flows.lake import Lake
from flows.settings import Settings
from flows.status import status
from flows.store_errors import StoreError
from flows.transactions import atomically
from flows.warehouse import open_warehouse, read_warehouse
from tests.loads import load_batch
from tests.object_store import SECRET, object_store
from tests.postgres import PASSWORD, Server, server
from tests.stores import ask, fill, tables, tables_of, write_act

ROOT = Path(__file__).resolve().parents[1]
CHANGED = "The European Union lifted its sanctions on Belarus on Monday."
LONGEST = 300  # seconds


@dataclass(frozen=True)
class Undisturbed:
    """What runs on a file made of an inbox, and of the inbox with another text in one article."""

    folder: Path
    first: dict[str, list[tuple[Any, ...]]]
    changed: dict[str, list[tuple[Any, ...]]]

    @property
    def inbox(self) -> Path:
        """The input, as it was first."""
        return self.folder / "inbox"


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, prefect_server: None) -> Undisturbed:
    folder = tmp_path_factory.mktemp("stores")
    inbox = fill(folder / "inbox")
    settings = Settings(store=folder / "file")
    run(settings, [str(inbox)])
    first = tables(settings.store)
    write_act(inbox, CHANGED)
    run(settings, [str(inbox)])
    write_act(inbox)
    return Undisturbed(folder, first, tables(settings.store))


@pytest.fixture(scope="module")
def postgres() -> Iterator[Server]:
    with server() as one, pytest.MonkeyPatch.context() as environment:
        environment.setenv("PGPASSWORD", PASSWORD)
        yield one


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    with object_store() as address:
        yield address


@pytest.mark.slow
def test_a_run_on_a_lake_makes_the_tables_that_it_makes_in_a_file(undisturbed: Undisturbed, tmp_path: Path) -> None:
    """With the catalogue in SQLite and the data in a folder."""
    settings = Settings(store=tmp_path / "store", lake=f"ducklake:sqlite:{tmp_path}/lake/catalogue.sqlite")
    report = run(settings, [str(undisturbed.inbox)])
    assert tables_of(settings.warehouse) == undisturbed.first
    assert not (settings.store / "warehouse.duckdb").exists()
    assert ask(settings.published, "SELECT count(*) FROM dim_document") == [(3,)]
    with read_warehouse(settings.warehouse) as connection:
        tagged = connection.execute("SELECT max(snapshot_id) FROM raw.publications").fetchone()
        assert tagged == (report.published.snapshot,)
        message = "SELECT commit_message FROM warehouse.snapshots() WHERE commit_message IS NOT NULL"
        assert connection.execute(message).fetchall() == [(f"published snapshot {report.published.snapshot}",)]
        then = f"SELECT count(*) FROM marts.dim_document AT (VERSION => {report.published.snapshot})"
        assert connection.execute(then).fetchone() == (3,)

    write_act(undisturbed.inbox, CHANGED)
    again = run(settings, [str(undisturbed.inbox)])
    write_act(undisturbed.inbox)
    assert (again.counts.documents_replaced, again.counts.documents_unchanged) == (1, 2)
    assert tables_of(settings.warehouse) == undisturbed.changed

    compact(settings.warehouse)
    assert tables_of(settings.warehouse) == undisturbed.changed
    assert [one.status for one in status(settings).runs] == ["succeeded", "succeeded"]


@pytest.mark.slow
def test_a_catalogue_that_restarts_in_the_middle_of_a_load_does_no_harm(
    undisturbed: Undisturbed, postgres: Server, bucket: str, tmp_path: Path
) -> None:
    """With the catalogue in PostgreSQL and the data on an object store."""
    settings = Settings(
        store=tmp_path / "store",
        lake=f"ducklake:{postgres.database('restarted')}",
        lake_data=f"{bucket}/restarted",
        batch_size=1,
        log_file=tmp_path / "log.jsonl",
    )
    restarts = Thread(target=restart, args=(postgres, tmp_path / "log.jsonl"))
    restarts.start()
    report = run(settings, [str(undisturbed.inbox)])
    restarts.join()
    assert report.counts.documents_read == 4
    assert tables_of(settings.warehouse) == undisturbed.first
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert not any(secret.encode() in path.read_bytes() for secret in (PASSWORD, SECRET)), path


def restart(postgres: Server, log: Path) -> None:
    """Restart the server as the second batch is loaded."""
    end = time.monotonic() + LONGEST
    while not any(one.get("stage") == "load" and one.get("batch") == 2 for one in lines(log)):
        assert time.monotonic() < end
        time.sleep(0.01)
    postgres.restart()


def lines(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text().split("\n")[:-1]] if log.exists() else []


WRITER = """
import sys
from flows.lake import Lake
from flows.warehouse import open_warehouse
from tests.loads import load_batch

conflicts = 0
for batch in range(3):
    with open_warehouse(Lake(*sys.argv[1:3])) as connection:
        conflicts += load_batch(connection, f"{sys.argv[3]}-{batch}", f"all-{batch}")
print(conflicts)
"""


@pytest.mark.slow
def test_what_four_writers_load_at_once_is_there_once(postgres: Server, tmp_path: Path) -> None:
    """Each has documents of its own, and some that all have."""
    lake = Lake(postgres.database("written"), str(tmp_path / "data"))
    with open_warehouse(lake):
        pass
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, lake.catalogue, str(lake.data), str(number)],
            cwd=ROOT, stdout=subprocess.PIPE, text=True,
        )
        for number in range(4)
    ]  # fmt: skip
    conflicts = sum(int(writer.communicate(timeout=LONGEST)[0]) for writer in writers)
    with read_warehouse(lake) as connection:
        for table, key in (("documents", "document_id"), ("event_mentions", "mention_id"), ("origins", "origin")):
            found = connection.execute(f"SELECT count(*), count(DISTINCT {key}) FROM raw.{table}").fetchone()
            assert found == (4 * 3 + 3, 4 * 3 + 3), table
    assert conflicts > 0


def test_a_write_that_meets_another_is_done_anew_and_counted(tmp_path: Path) -> None:
    with open_warehouse(Lake(str(tmp_path / "catalogue.ducklake"))) as connection, connection.cursor() as other:
        other.execute("USE warehouse")
        met: list[int] = []

        def work() -> int:
            if not met:
                met.append(load_batch(other, "b.txt"))
            return load_into_documents(connection)

        assert atomically(connection, work) == (1, 1)
        assert connection.execute("SELECT count(*) FROM raw.documents").fetchone() == (2,)


def load_into_documents(connection: Any) -> int:
    return connection.execute("INSERT INTO raw.documents (document_id) VALUES ('a')").fetchone()[0]


@pytest.mark.parametrize(
    ("catalogue", "data", "stays"),
    [("lake.ducklake", None, False), ("sqlite:lake.sqlite", None, False), ("lake.ducklake", "shared", True)],
)
def test_what_a_killed_load_left_goes_after_a_day_unless_it_may_be_another_lakes(
    catalogue: str, data: str | None, stays: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with open_warehouse(Lake(catalogue, data)) as connection:
        load_batch(connection, *map(str, range(20)))
    (held,) = tmp_path.rglob("documents/*.parquet")
    old, young = held.with_name("ducklake-old.parquet"), held.with_name("ducklake-young.parquet")
    for file in (old, young):
        file.write_bytes(held.read_bytes())
    for file in (held, old):
        os.utime(file, (time.time() - 2 * 86_400,) * 2)
    compact(Lake(catalogue, data))
    assert (old.exists(), young.exists()) == (stays, True)
    with read_warehouse(Lake(catalogue, data)) as connection:
        assert len(connection.execute("SELECT text FROM raw.documents").fetchall()) == 20


@pytest.mark.slow
def test_a_catalogue_out_of_reach_is_one_line_without_the_password(postgres: Server, tmp_path: Path) -> None:
    address = postgres.database("there")
    data = str(tmp_path / "data")
    for catalogue, password, message in (
        (address.replace(f":{postgres.port}", ":1"), PASSWORD, "cannot be reached: start it, or mend the address"),
        (address.replace("/there", "/gone"), PASSWORD, "has no such database"),
        (address, "wrong-password", "refuses the user: set PGUSER and PGPASSWORD"),
    ):
        with pytest.MonkeyPatch.context() as environment, pytest.raises(StoreError, match=message) as error:
            environment.setenv("PGPASSWORD", password)
            with open_warehouse(Lake(catalogue, data)):
                pass
        assert "\n" not in str(error.value)
        assert password not in str(error.value)


@pytest.mark.slow
def test_an_object_store_that_fails_is_one_line_and_nothing_is_loaded(bucket: str, tmp_path: Path) -> None:
    catalogue = str(tmp_path / "catalogue.ducklake")
    with open_warehouse(Lake(catalogue, f"{bucket}/x")) as connection:
        load_batch(connection, *map(str, range(20)))
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
        with (
            pytest.raises(StoreError, match=r"catalogue\.ducklake: ") as error,
            open_warehouse(Lake(catalogue, f"{bucket}/x")) as connection,
        ):
            load_batch(connection, *map(str, range(20, 40)))
        assert "\n" not in str(error.value)
        assert SECRET not in str(error.value)
        environment.delenv("AWS_SECRET_ACCESS_KEY")
        with (
            pytest.raises(StoreError, match="set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"),
            open_warehouse(Lake(catalogue, f"{bucket}/x")),
        ):
            pass
    with read_warehouse(Lake(catalogue, f"{bucket}/x")) as connection:
        assert connection.execute("SELECT count(*) FROM raw.documents").fetchone() == (20,)


@pytest.mark.parametrize(
    ("store", "lake", "warehouse"),
    [
        ("press", None, Path("press/warehouse.duckdb")),
        ("duckdb:///srv/press", None, Path("/srv/press/warehouse.duckdb")),
        ("press", "ducklake:sqlite:lake.sqlite", Lake("sqlite:lake.sqlite", "s3://bucket/press")),
        ("ducklake:postgres://press@db/lake", None, Lake("postgres://press@db/lake", "s3://bucket/press")),
    ],
)
def test_the_settings_choose_the_store(store: str, lake: str | None, warehouse: Path | Lake) -> None:
    settings = Settings.model_validate({"store": store, "lake": lake, "lake_data": "s3://bucket/press"})
    assert settings.warehouse == warehouse
    assert Settings.model_validate(settings.model_dump()) == settings


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"lake": "ducklake:postgres://press:told@db/lake"}, "set PGPASSWORD"),
        ({"lake": "ducklake:postgres:host=db password=told"}, "set PGPASSWORD"),
        ({"lake": "postgres://press@db/lake"}, "an address is wanted: ducklake:"),
        ({"lake_data": "ftp://host/told"}, "in a folder or at s3://"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_and_not_repeated(given: dict[str, str], message: str) -> None:
    with pytest.raises(ValidationError, match=message) as error:
        Settings.model_validate(given)
    assert "told" not in str(error.value)
