"""A run that is killed and started again ends where a run left alone ends, and readers never notice."""

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

import pytest

from flows.sources import documents
from tests.stores import ask, tables

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]
ARTICLES = ROOT / "seeds" / "articles"
BATCH_SIZE = 4
BATCHES = ceil(sum(1 for _ in documents([ARTICLES])) / BATCH_SIZE)
LONGEST_RUN = 600  # seconds

# A line that the run logs, how often it must have come, and the most seconds after it until the kill.
MOMENTS = {
    "starting": (r"Beginning flow run", 1, 3.0),
    "extracting": (r"Task run 'extract-\w+' - Finished", 2, 1.0),
    "loading": (r"Task run 'load-\w+' - Finished", 3, 0.5),
    "transforming": (r"Task run 'load-\w+' - Finished", BATCHES, 3.0),
    "publishing": (r"Task run 'transform-\w+' - Finished", 1, 0.3),
}

# What a reader sees: all of one published state, or an error.
SEEN = """
SELECT (SELECT count(*) FROM dim_document), (SELECT count(*) FROM fct_events),
       (SELECT md5(string_agg(mention_id, ' ' ORDER BY mention_id)) FROM fct_event_mentions),
       (SELECT count(*) FROM duckdb_tables())
"""

READER = """
import sys, time
import duckdb

while True:
    try:
        with duckdb.connect(sys.argv[1], read_only=True) as connection:
            print(connection.execute(sys.argv[2]).fetchone(), flush=True)
    except duckdb.Error as error:
        print(" ".join(str(error).split()), flush=True)
    time.sleep(0.05)
"""


@dataclass(frozen=True)
class Scene:
    """A store with a first part of the articles published, and what it holds once the rest has been read, too."""

    store: Path
    home: Path
    before: str
    after: str
    tables: dict[str, list[tuple[Any, ...]]]

    def start(self, store: Path, log: Path, *sources: Path) -> "subprocess.Popen[bytes]":
        """A run in a process group of its own, with Prefect's temporary server in it."""
        command = [sys.executable, "-c", "from flows.cli import app; app()", "run", *map(str, sources or [ARTICLES])]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
        environment |= {"PREFECT_HOME": str(self.home), "PREFECT_LOGGING_LEVEL": "INFO"}
        with log.open("wb") as err:
            return subprocess.Popen(
                [*command, "--store", str(store), "--batch-size", str(BATCH_SIZE)],
                cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=err, start_new_session=True,
            )  # fmt: skip

    def finish(self, store: Path, log: Path, *sources: Path) -> None:
        assert self.start(store, log, *sources).wait(LONGEST_RUN) == 0, log.read_text()


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    folder = tmp_path_factory.mktemp("resume")
    store, left_alone = folder / "store", folder / "left alone"
    blank = Scene(store, folder / "prefect", "", "", {})
    blank.finish(store, folder / "first.log", *sorted(ARTICLES.glob("*.txt"))[:3])
    shutil.copytree(store, left_alone)
    blank.finish(left_alone, folder / "left alone.log")
    before, after = (str(ask(one / "sanctions.duckdb", SEEN)[0]) for one in (store, left_alone))
    assert before != after
    return Scene(store, blank.home, before, after, tables(left_alone))


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_run_started_again_ends_like_one_left_alone(scene: Scene, moment: str, tmp_path: Path) -> None:
    store = Path(shutil.copytree(scene.store, tmp_path / "store"))
    with reading(store / "sanctions.duckdb", tmp_path / "seen") as seen:
        kill(scene.start(store, tmp_path / "killed.log"), tmp_path / "killed.log", moment)
        scene.finish(store, tmp_path / "again.log")
        until(lambda: scene.after in seen())
    assert tables(store) == scene.tables
    assert set(seen()) == {scene.before, scene.after}
    assert seen() == sorted(seen(), key=[scene.before, scene.after].index)
    runs = ask(store / "warehouse.duckdb", "SELECT status, failure FROM raw.runs ORDER BY started_at")
    killed = [("failed", "killed before it ended")]
    assert runs in ([("succeeded", None), *killed, ("succeeded", None)], [("succeeded", None)] * 2)
    assert not (store / "results").exists()


def kill(run: "subprocess.Popen[bytes]", log: Path, moment: str) -> None:
    """Kill the run with its whole group a little after the log says what the moment waits for."""
    pattern, times, most = MOMENTS[moment]
    until(lambda: len(re.findall(pattern, log.read_text())) >= times or run.poll() is not None)
    time.sleep(random.Random(moment).uniform(0, most))
    assert run.poll() is None, f"the run ended before it could be killed: {log.read_text()}"
    os.killpg(run.pid, signal.SIGKILL)
    assert run.wait() == -signal.SIGKILL


@contextmanager
def reading(published: Path, seen: Path) -> Iterator[Any]:
    """A process that asks the published file over and over; gives a function that tells what it has seen so far."""
    with (
        seen.open("w") as out,
        subprocess.Popen([sys.executable, "-c", READER, str(published), SEEN], stdout=out) as reader,
    ):
        yield lambda: seen.read_text().split("\n")[:-1]
        reader.terminate()


def until(come: Any) -> None:
    end = time.monotonic() + LONGEST_RUN
    while not come():
        assert time.monotonic() < end
        time.sleep(0.05)
