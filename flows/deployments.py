"""The deployments of `prefect.yaml`, run from one process, for those who have neither a server nor a worker."""

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import yaml
from prefect import serve
from prefect.client.schemas.objects import ConcurrencyLimitConfig
from prefect.deployments.runner import RunnerDeployment
from prefect.flows import load_flow_from_entrypoint
from prefect.schedules import Cron
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.types.entrypoint import EntrypointType

from flows.server import local_server

_PREFECT_YAML = Path(__file__).resolve().parents[1] / "prefect.yaml"


def serve_all(sources: Sequence[str], settings: dict[str, Any], started: Callable[[str], None]) -> None:
    """Run the deployments on their schedules, one run at a time, until the process is told to stop.

    Where no server is configured (PREFECT_API_URL), one is started for as long. `settings` are those that the
    environment does not give. `started` is called with the address of the server's API.

    Raises:
        ServerError: the server did not start.
    """
    with _server() as url, temporary_settings({PREFECT_API_URL: url}):
        started(url)
        serve(*deployments(sources, settings), limit=1, print_starting_message=False)


def deployments(sources: Sequence[str], settings: dict[str, Any]) -> list[RunnerDeployment]:
    """The deployments as `prefect.yaml` describes them; `sources` is what `ingest` reads in place of the named ones."""
    described = yaml.safe_load(_PREFECT_YAML.read_text(encoding="utf-8"))["deployments"]
    return [_deployment(one, list(sources), settings) for one in described]


def _deployment(described: dict[str, Any], sources: list[str], settings: dict[str, Any]) -> RunnerDeployment:
    parameters = described["parameters"] | {"settings": settings}
    if "sources" in parameters:
        parameters["sources"] = sources
    made = load_flow_from_entrypoint(described["entrypoint"]).to_deployment(
        name=described["name"],
        description=described["description"],
        tags=described["tags"],
        parameters=parameters,
        concurrency_limit=ConcurrencyLimitConfig(**described["concurrency_limit"]),
        schedules=[
            Cron(one["cron"], timezone=one["timezone"], slug=one["slug"]) for one in described.get("schedules", [])
        ],
        entrypoint_type=EntrypointType.MODULE_PATH,  # works from any folder
    )
    return cast(RunnerDeployment, made)  # a coroutine in an event loop alone


@contextmanager
def _server() -> Generator[str]:
    configured = PREFECT_API_URL.value()
    if configured:
        yield str(configured)
        return
    with local_server() as url:
        yield url
