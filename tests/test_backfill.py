"""Reading stored documents again, on a real Prefect server, with a real warehouse and real dbt."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from flows import backfill, ingest
from flows.cli import app
from flows.settings import Settings
from tests.stores import ask, fill, tables

OTHER_VERSION = 0.01  # the least confidence is a part of the extractor's version
HISTORY = ("raw.documents_history", "raw.event_mentions_history")
ROOT = Path(__file__).resolve().parents[1]
LONGEST = 300  # seconds


def test_the_command_says_where_a_store_is_missing(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["backfill", "--store", str(tmp_path / "none")])
    assert done.exit_code == 1
    assert "there is no warehouse yet" in done.output


@dataclass(frozen=True)
class Scene:
    """A store that holds three documents, two of them read by an older version; and what the newer one makes of all."""

    store: Path
    warnings: tuple[str, ...]
    tables: dict[str, list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def scene(prefect_server: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("backfill")
    inbox = fill(folder / "inbox")
    (inbox / "table.jsonl").unlink()
    ingest.run(Settings(store=folder / "store"), [str(inbox)])
    (inbox / "new.txt").write_text("The ferry was late.")
    report = ingest.run(settings(folder / "store"), [str(inbox / "new.txt")])
    ingest.run(settings(folder / "at once"), [str(inbox)])
    shutil.rmtree(inbox)
    yield Scene(folder / "store", report.warnings, without_history(folder / "at once"))


@pytest.fixture
def store(scene: Scene, tmp_path: Path) -> Path:
    """A copy of the scene's store."""
    return Path(shutil.copytree(scene.store, tmp_path / "store"))


def settings(store: Path) -> Settings:
    return Settings(store=store, min_confidence=OTHER_VERSION, batch_size=1)


def without_history(store: Path) -> dict[str, list[tuple[Any, ...]]]:
    return {name: rows for name, rows in tables(store).items() if name not in HISTORY}


@pytest.mark.slow
def test_a_run_says_what_an_older_version_has_read(scene: Scene) -> None:
    assert [line for line in scene.warnings if "older version" in line] == [
        "2 documents were read by an older version of the extractor: `sanctionwire backfill` reads them again"
    ]


@pytest.mark.slow
def test_it_ends_like_a_run_of_the_new_version_without_asking_the_sources(scene: Scene, store: Path) -> None:
    mentions = ask(store / "warehouse.duckdb", "SELECT mention_id FROM raw.event_mentions ORDER BY ALL")
    report = backfill.run(settings(store))
    assert (report.counts.documents_read, report.counts.documents_replaced) == (2, 2)
    assert not [line for line in report.warnings if "older version" in line]
    assert without_history(store) == scene.tables
    former = ask(store / "warehouse.duckdb", "SELECT mention_id FROM raw.event_mentions_history ORDER BY ALL")
    assert former == mentions
    assert ask(store / "warehouse.duckdb", "FROM raw.documents_history") == []


@pytest.mark.slow
def test_a_killed_backfill_goes_on_with_what_remains(scene: Scene, store: Path, tmp_path: Path) -> None:
    before = (store / "sanctions.duckdb").read_bytes()
    kill_after_a_batch(store, tmp_path)
    assert (store / "sanctions.duckdb").read_bytes() == before
    report = backfill.run(settings(store))
    assert report.counts.documents_read < 2
    assert without_history(store) == scene.tables


def kill_after_a_batch(store: Path, folder: Path) -> None:
    """Start a backfill of batches of one document, and kill it with its whole group when one is loaded."""
    journal = folder / "journal.jsonl"
    options = ["--store", str(store), "--batch-size", "1", "--min-confidence", str(OTHER_VERSION)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    environment |= {"PREFECT_HOME": str(folder / "prefect"), "SANCTIONWIRE_LOG_FILE": str(journal)}
    with subprocess.Popen(
        [sys.executable, "-c", "from flows.cli import app; app()", "backfill", *options],
        cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    ) as run:  # fmt: skip
        end = time.monotonic() + LONGEST
        while not any(told == ("load", "ends", 1) for told in stages(journal)):
            assert run.poll() is None
            assert time.monotonic() < end
            time.sleep(0.005)
        os.killpg(run.pid, signal.SIGKILL)
    assert run.returncode == -signal.SIGKILL


def stages(journal: Path) -> Iterator[tuple[str, str, int]]:
    for line in journal.read_text().split("\n")[:-1] if journal.exists() else ():
        told = json.loads(line)
        yield told.get("stage", ""), told["message"], told.get("batch", 0)
