"""The same articles, extracted by all that can extract them: the tables are the same."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from shutil import copytree, ignore_patterns
from threading import Thread
from typing import Any

import psutil
import pytest
from prefect.settings import PREFECT_API_URL
from pydantic import ValidationError

from flows.handover import ResultStoreError
from flows.ingest import run
from flows.runners import RunnerError, running
from flows.settings import Settings
from flows.worker import WorkerVersionError
from models.errors import SetupError
from models.extraction.pipeline import extractor_version
from tests.stores import ask, fill, tables

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = 40
LONGEST = 300  # seconds
_ACTS = [
    "{0} imposed sanctions on {1} on Monday, after a vote of its ministers.",
    "{0} lifted its arms embargo against {1} on 3 May 2024, and ships left port.",
    "{0} threatened to freeze the assets of banks in {1}, its finance minister told reporters.",
]
_STATES = ["Canada", "Japan", "Norway", "Kenya", "Brazil", "Turkey", "Serbia", "Mali"]


def installed(runner: str) -> pytest.MarkDecorator:
    """Skips where the extra of the runner is missing."""
    return pytest.mark.skipif(
        not find_spec(f"prefect_{runner}"), reason=f"needs the extra {runner}: uv sync --extra {runner}"
    )


@dataclass(frozen=True)
class Undisturbed:
    """What a run in one thread made of the inbox."""

    inbox: Path
    tables: dict[str, list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, prefect_server: None) -> Undisturbed:
    folder = tmp_path_factory.mktemp("runners")
    inbox = folder / "inbox"
    inbox.mkdir()
    with (inbox / "rows.jsonl").open("w") as lines:
        for number in range(DOCUMENTS):
            actor, target = _STATES[number % 8], _STATES[(number * 3 + 1) % 8]
            text = " ".join(act.format(actor, target) for act in _ACTS[: number % 4])
            lines.write(
                json.dumps({"id": number, "text": f"Dispatch {number}. {text}", "published": "2024-05-06"}) + "\n"
            )
    settings = Settings(store=folder / "store", runner="threads")
    assert run(settings, [str(inbox)]).counts.events > DOCUMENTS / 2
    return Undisturbed(inbox, tables(folder / "store"))


def settings_of(folder: Path, **more: Any) -> Settings:
    return Settings(store=folder / "store", batch_size=2, log_file=folder / "log.jsonl", **more)


@pytest.mark.slow
@pytest.mark.parametrize("runner", [pytest.param(name, marks=installed(name)) for name in ("dask", "ray")])
def test_a_cluster_of_two_workers_one_of_which_is_killed_gives_the_same_tables(
    undisturbed: Undisturbed, runner: str, tmp_path: Path
) -> None:
    settings = settings_of(tmp_path, runner=runner, workers=2, results=str(tmp_path / "results"))
    with killing(settings, workers_of_this_process) as killed:
        run(settings, [str(undisturbed.inbox)])
    assert killed
    assert tables(settings.store) == undisturbed.tables
    assert list((tmp_path / "results").iterdir()) == []
    until(lambda: not workers_of_this_process())


@pytest.mark.slow
def test_a_killed_process_is_one_line_and_the_next_run_goes_on(undisturbed: Undisturbed, tmp_path: Path) -> None:
    settings = settings_of(tmp_path, workers=2)
    with (
        killing(settings, workers_of_this_process),
        pytest.raises(RunnerError, match="a process that extracted was kil"),
    ):
        run(settings, [str(undisturbed.inbox)])
    ((loaded,),) = ask(settings.warehouse, "SELECT count(*) FROM raw.documents")
    assert 0 < loaded < DOCUMENTS
    report = run(settings, [str(undisturbed.inbox)])
    assert report.counts.documents_unchanged >= loaded
    assert tables(settings.store) == undisturbed.tables


@pytest.mark.slow
def test_a_killed_run_takes_its_processes_along(undisturbed: Undisturbed, tmp_path: Path) -> None:
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "PREFECT_API_URL": str(PREFECT_API_URL.value()),
        "SANCTIONWIRE_BATCH_SIZE": "2",
        "SANCTIONWIRE_LOG_FILE": str(tmp_path / "log.jsonl"),
    }
    arguments = ["run", str(undisturbed.inbox), "--store", str(tmp_path / "store"), "--workers", "2"]
    command = [sys.executable, "-c", "from flows.cli import app; app()", *arguments]
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as started:
        until(lambda: under_way(tmp_path / "log.jsonl"))
        workers = psutil.Process(started.pid).children(recursive=True)
        started.kill()
    assert len(workers) >= 2
    _, alive = psutil.wait_procs(workers, 30)
    assert alive == []


@dataclass(frozen=True)
class Scheduler:
    """A Dask scheduler as one starts it by hand."""

    address: str
    process: psutil.Process


@pytest.fixture
def scheduler() -> Iterator[Scheduler]:
    address = f"tcp://127.0.0.1:{free_port()}"
    with dask("scheduler", "--host", address, "--no-dashboard") as started:
        until(lambda: answers(address))
        yield Scheduler(address, started)


@pytest.mark.slow
@installed("dask")
def test_a_worker_with_other_seeds_is_refused_and_one_with_the_same_is_not(
    undisturbed: Undisturbed, scheduler: Scheduler, tmp_path: Path
) -> None:
    settings = settings_of(tmp_path, runner="dask", cluster=scheduler.address)
    other = copytree(
        ROOT / "models", tmp_path / "other" / "models", ignore=ignore_patterns("weights", "training")
    ).parent
    (other / "models" / "weights").symlink_to(ROOT / "models" / "weights")
    copytree(ROOT / "seeds", other / "seeds")
    copytree(ROOT / "flows", other / "flows")
    with (other / "seeds" / "terms.csv").open("a") as seed:
        seed.write("\n")
    with (
        dask("worker", scheduler.address, "--nthreads", "2", "--no-dashboard", PYTHONPATH=str(other)),
        pytest.raises(WorkerVersionError) as error,
    ):
        run(settings, [str(undisturbed.inbox)])
    own = extractor_version(settings.language_model, settings.min_confidence)
    assert str(error.value).startswith(f"the worker on {socket.gethostname()} has extractor ")
    assert f"the flow {own}: give both the same release, weights and seeds" in str(error.value)
    assert ask(settings.warehouse, "SELECT count(*) FROM raw.documents") == [(0,)]
    assert not settings.published.exists()

    with dask("worker", scheduler.address, "--nthreads", "2", "--no-dashboard", PYTHONPATH=str(ROOT)):
        run(settings, [str(undisturbed.inbox)])
    assert tables(settings.store) == undisturbed.tables


@pytest.mark.slow
@installed("dask")
def test_a_scheduler_that_is_lost_is_one_line_and_the_next_run_goes_on(
    undisturbed: Undisturbed, scheduler: Scheduler, tmp_path: Path
) -> None:
    settings = settings_of(tmp_path, runner="dask", cluster=scheduler.address)
    with (
        dask("worker", scheduler.address, "--nthreads", "1", "--no-dashboard", PYTHONPATH=str(ROOT)),
        killing(settings, lambda: [scheduler.process]),
        pytest.raises(RunnerError, match="scheduler was lost in the middle of the run; run again"),
    ):
        run(settings, [str(undisturbed.inbox)])
    run(settings_of(tmp_path), [str(undisturbed.inbox)])
    assert tables(settings.store) == undisturbed.tables


@pytest.mark.slow
@pytest.mark.parametrize("runner", [pytest.param(name, marks=installed(name)) for name in ("dask", "ray")])
def test_a_cluster_that_does_not_answer_is_one_line(undisturbed: Undisturbed, runner: str, tmp_path: Path) -> None:
    address = f"{'tcp://' if runner == 'dask' else ''}127.0.0.1:{free_port()}"
    settings = settings_of(tmp_path, runner=runner, cluster=address)
    with pytest.raises(RunnerError, match=f"does not answer at {address}: start it with `{runner} s") as error:
        run(settings, [str(undisturbed.inbox)])
    assert "\n" not in str(error.value)
    assert ask(settings.warehouse, "SELECT count(*) FROM raw.documents") == [(0,)]


@pytest.mark.slow
def test_a_full_result_store_is_one_line_and_the_next_run_goes_on(undisturbed: Undisturbed, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=40k", "tmpfs", str(disk)], capture_output=True).returncode:
        pytest.skip("needs the right to mount a small disk")
    try:
        settings = settings_of(tmp_path, results=str(disk))
        with pytest.raises(
            ResultStoreError, match=r"cannot be used: No space left on device; name another in SANCTIONW"
        ):
            run(settings, [str(undisturbed.inbox)])
    finally:
        subprocess.run(["umount", str(disk)], check=True)
    assert not settings.published.exists()
    run(settings_of(tmp_path), [str(undisturbed.inbox)])
    assert tables(settings.store) == undisturbed.tables


@pytest.mark.usefixtures("prefect_server")
def test_a_result_store_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    settings = settings_of(tmp_path, results=str(tmp_path / "file"))
    with pytest.raises(ResultStoreError, match="cannot be used: Not a directory; name another in SANCTIONWIRE_RESULTS"):
        run(settings, [str(fill(tmp_path / "inbox"))])
    assert ask(settings.warehouse, "SELECT count(*) FROM raw.documents") == [(0,)]


@pytest.mark.parametrize("runner", ["dask", "ray"])
def test_a_runner_that_is_not_installed_is_named(runner: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, f"prefect_{runner}.task_runners", None)
    with (
        pytest.raises(SetupError, match=rf"the runner {runner} is not installed: uv sync --extra {runner}"),
        running(Settings(runner=runner)),
    ):
        pass


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"runner": "threads", "workers": 2}, "threads are one worker"),
        ({"runner": "spark"}, "Input should be 'threads', 'processes', 'dask' or 'ray'"),
        ({"cluster": "tcp://127.0.0.1:8786"}, "an address is for the runners dask and ray"),
        ({"cluster": "tcp://127.0.0.1:8786", "runner": "processes"}, "an address is for the runners dask and ray"),
    ],
)
def test_settings_that_do_not_go_together_are_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Settings(**given)


def workers_of_this_process() -> list[psutil.Process]:
    """The processes that extract for a run in this one."""
    return [one for one in psutil.Process().children(recursive=True) if is_worker(one)]


def is_worker(process: psutil.Process) -> bool:
    try:
        command = " ".join(process.cmdline())
    except psutil.Error:  # it has ended
        return False
    return command.startswith(("ray::IDLE", "ray::extract")) or "spawn_main" in command


@contextmanager
def killing(settings: Settings, workers: Callable[[], list[psutil.Process]]) -> Generator[list[int]]:
    """Kill one of the workers once a few batches are loaded; gives the ids of what was killed."""
    killed: list[int] = []

    def kill() -> None:
        assert settings.log_file
        until(lambda: under_way(settings.log_file))
        found: list[psutil.Process] = []
        until(lambda: found.extend(workers()) or found)
        found[0].send_signal(signal.SIGKILL)
        killed.append(found[0].pid)

    killer = Thread(target=kill)
    killer.start()
    yield killed
    killer.join()


def under_way(journal: Path | None) -> bool:
    """Whether a run has loaded a few batches."""
    text = journal.read_text() if journal and journal.exists() else ""
    lines = [json.loads(line) for line in text.split("\n")[:-1]]
    return sum((line.get("stage"), line["message"]) == ("load", "ends") for line in lines) >= 3


def until(come: Callable[[], object]) -> None:
    end = time.monotonic() + LONGEST
    while not come():
        assert time.monotonic() < end
        time.sleep(0.02)


@contextmanager
def dask(*arguments: str, **environment: str) -> Generator[psutil.Process]:
    """`dask ...`, in a folder where nothing lies that Python could import, until the end."""
    command = [sys.executable, "-P", "-m", "dask", *arguments]
    with subprocess.Popen(command, env=os.environ | environment, stderr=subprocess.DEVNULL) as started:
        try:
            yield psutil.Process(started.pid)
        finally:
            started.terminate()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(address: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(address.rsplit(":")[-1]))) == 0
