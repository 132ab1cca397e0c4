"""What extracts: a thread or processes of this machine, Dask or Ray. The flow and its tasks do not know which."""

import logging
import os
import socket
from collections.abc import Callable, Generator
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, ExitStack, contextmanager
from multiprocessing import parent_process
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.task_runners import ProcessPoolTaskRunner, TaskRunner, ThreadPoolTaskRunner

from flows.settings import Runner, Settings
from models.errors import SetupError, UserError

_PATIENCE = 30  # seconds for a cluster to answer
_ON = "run again: what was extracted stays, and the next run goes on from there"

# Read as the libraries are imported, by workers too. Dask's workers tell much. Ray reports its use to its makers, and
# gives each worker a copy of this project where `uv run` started the run.
_DASK = {"DASK_LOGGING__DISTRIBUTED": "warning"}
_RAY = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0"}


class RunnerError(UserError):
    """What extracts cannot be reached, or was lost."""


@contextmanager
def running(settings: Settings) -> Generator[TaskRunner[Any]]:
    """Start the runner of the settings, or connect to it; take leave of it at the end.

    Raises:
        RunnerError: it does not answer, or was lost before all was extracted.
        SetupError: its extra is not installed.
    """
    start: dict[Runner, Callable[[Settings], AbstractContextManager[TaskRunner[Any]]]] = {
        Runner.THREADS: _thread,
        Runner.PROCESSES: _processes,
        Runner.DASK: _dask,
        Runner.RAY: _ray,
    }
    usual = Runner.PROCESSES if settings.workers > 1 else Runner.THREADS
    with _one_server(settings), start[settings.runner or usual](settings) as runner:
        yield runner


@contextmanager
def _one_server(settings: Settings) -> Generator[None]:
    """Have workers of this machine report to the Prefect server of the flow: each would start one of its own."""
    if settings.cluster:
        yield
        return
    with get_client(sync_client=True) as client:
        address = str(client.api_url)
    with temporary_settings({PREFECT_API_URL: address}):
        yield


def _thread(settings: Settings) -> AbstractContextManager[TaskRunner[Any]]:
    """One thread beside the one that loads: the pipeline is not safe to share."""
    return ThreadPoolTaskRunner[Any](1)


@contextmanager
def _processes(settings: Settings) -> Generator[TaskRunner[Any]]:
    with ProcessPoolTaskRunner(settings.workers, initializer=_begin, initargs=(_threads(settings),)) as runner:
        try:
            yield runner
        except BrokenProcessPool as error:
            raise RunnerError(f"a process that extracted was killed, perhaps for want of memory; {_ON}") from error


@contextmanager
def _dask(settings: Settings) -> Generator[TaskRunner[Any]]:
    _set(_DASK)
    try:
        from distributed import KilledWorker
        from distributed.client import FutureCancelledError
        from prefect_dask.task_runners import DaskTaskRunner
    except ImportError as error:
        raise SetupError("the runner dask is not installed: uv sync --extra dask") from error
    for name in ("distributed", "distributed.client"):  # what is lost, the errors below tell in one line
        logging.getLogger(name).setLevel(logging.CRITICAL)
    local: dict[str, Any] = {
        "n_workers": settings.workers,
        "threads_per_worker": 1,
        "env": {"OMP_NUM_THREADS": _threads(settings)},
        "dashboard_address": ":0",  # any port: the usual one may be taken
    }
    runner = DaskTaskRunner(
        address=settings.cluster,
        cluster_kwargs=None if settings.cluster else local,
        client_kwargs={"timeout": _PATIENCE},
    )
    with ExitStack() as stack:
        try:
            _knock(settings.cluster)
            client = stack.enter_context(runner).client
        except (OSError, ValueError) as error:
            raise _unreachable("Dask", settings, "`dask scheduler`") from error
        try:
            client.wait_for_workers(1, _PATIENCE)
        except TimeoutError as error:
            raise RunnerError(
                f"Dask at {settings.cluster} has no worker: start one with `dask worker {settings.cluster}`"
            ) from error
        try:
            yield runner
        except KilledWorker as error:
            raise RunnerError(f"workers were killed over and over, perhaps for want of memory; {_ON}") from error
        except FutureCancelledError as error:
            raise RunnerError(f"Dask's scheduler was lost in the middle of the run; {_ON}") from error


@contextmanager
def _ray(settings: Settings) -> Generator[TaskRunner[Any]]:
    _set(_RAY)
    try:
        from prefect_ray.task_runners import RayTaskRunner
        from ray.exceptions import RayError
    except ImportError as error:
        raise SetupError("the runner ray is not installed: uv sync --extra ray") from error
    local: dict[str, Any] = {
        "num_cpus": settings.workers,
        "include_dashboard": False,
        "runtime_env": {"env_vars": {"OMP_NUM_THREADS": str(_threads(settings))}},
    }
    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR"}
    runner = RayTaskRunner[Any](settings.cluster, init_kwargs=quiet | ({} if settings.cluster else local))
    with ExitStack() as stack:
        try:
            _knock(settings.cluster)
            stack.enter_context(runner)
        except Exception as error:  # of many kinds, some of no kind of its own
            raise _unreachable("Ray", settings, "`ray start --head` and the RAY_AUTH_MODE of this run") from error
        try:
            yield runner
        except RayError as error:
            last = str(error).strip().split("\n")[-1]
            raise RunnerError(f"Ray lost a batch, and could not have it read again: {last}; {_ON}") from error


def _knock(address: str | None) -> None:
    """Raise OSError or ValueError where nobody listens at the address, which the libraries try for minutes."""
    if address:
        parts = urlsplit(address if "://" in address else f"//{address}")
        if parts.hostname and parts.port:
            socket.create_connection((parts.hostname, parts.port), _PATIENCE).close()


def _unreachable(name: str, settings: Settings, start: str) -> RunnerError:
    if settings.cluster is None:
        return RunnerError(f"{name} did not start on this machine; {start} tells why")
    return RunnerError(f"{name} does not answer at {settings.cluster}: start it with {start}, or correct the address")


def _set(variables: dict[str, str]) -> None:
    """Set what the environment does not give already."""
    for name, value in variables.items():
        os.environ.setdefault(name, value)


def _threads(settings: Settings) -> int:
    """Threads of a worker's model, so that all workers of a machine have as many as there are cores."""
    return int(os.environ.get("OMP_NUM_THREADS") or max(1, (os.cpu_count() or 1) // settings.workers))


def _begin(threads: int) -> None:
    """Prepare a process of the pool: its share of the cores, and an end with the run, in whatever way that ends."""
    os.environ["OMP_NUM_THREADS"] = str(threads)
    Thread(target=_end_with_the_run, daemon=True).start()


def _end_with_the_run() -> None:
    if run := parent_process():
        run.join()
        os._exit(1)
