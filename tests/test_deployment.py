"""The deployments with a server, a worker and a feed that goes on, each in a process of its own: docs/operations.md."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from flows.deployments import deployments
from flows.server import local_server
from tests.stores import ask
from tests.web import Site, article, feed, item, serving

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 600  # seconds; a busy machine is slow, not wrong
ACTS = (
    "The European Union imposed sanctions on Belarus on Monday, after a vote of its ministers.",
    "Canada froze the assets of two Iranian banks in May, its finance ministry told reporters.",
    "Japan lifted its arms embargo against Kenya at the start of the week, and ships left port.",
)


@dataclass(frozen=True)
class Place:
    """An empty folder with a file of sources, a feed that they name, and a server to run on."""

    folder: Path
    site: Site
    url: str

    @property
    def environment(self) -> dict[str, str]:
        return self.serverless | {"PREFECT_API_URL": self.url}

    @property
    def serverless(self) -> dict[str, str]:
        others = {
            name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "SANCTIONWIRE_"))
        }
        return others | {
            "PREFECT_HOME": str(self.folder / "client"),
            "SANCTIONWIRE_HOME": str(self.folder),
            "SANCTIONWIRE_SOURCES": "sources.toml",
        }

    def tell(self, *acts: str) -> None:
        """The feed as it stands once these acts have been told, the last one first."""
        paths = [f"/{number}.html" for number, _ in enumerate(acts)]
        for path, act in zip(paths, acts, strict=True):
            self.site.pages[path] = article(act, title=act[:30], etag=f'"{path}"')
        self.site.pages["/feed.xml"] = feed(*(item(self.site.url(path), guid=path) for path in reversed(paths)))

    def published(self) -> int:
        path = self.folder / "data" / "sanctions.duckdb"
        return int(ask(path, "SELECT count(*) FROM dim_document")[0][0]) if path.exists() else 0

    def find(self, what: str, **criteria: Any) -> list[dict[str, Any]]:
        return httpx.post(f"{self.url}/{what}/filter", json=criteria, timeout=30).raise_for_status().json()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("deployment")
    with serving() as site, local_server(folder / "server") as url:
        (folder / "sources.toml").write_text(
            f'[sources.council]\nkind = "feed"\nurl = "{site.url("/feed.xml")}"\nfollow = true\n'
            "allow_private = true\npause = 0\n"
        )
        yield Place(folder, site, url)


def prefect(place: Place, *arguments: str, url: str | None = None) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "prefect", "--no-prompt", *arguments],
        cwd=ROOT, env=place.environment | ({"PREFECT_API_URL": url} if url else {}),
        capture_output=True, text=True, timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def running(place: Place, environment: dict[str, str], *command: str) -> Generator[Path]:
    """A process of its own while the block runs; gives the file with what it says."""
    said = place.folder / f"{command[-1]}.log"
    with said.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, *command], cwd=place.folder, env=environment, stdout=out, stderr=out
        )
    try:
        yield said
    finally:
        process.terminate()
        process.wait(60)


def until(come: Callable[[], object], said: Path) -> None:
    end = time.monotonic() + PATIENCE
    while not come():
        assert time.monotonic() < end, said.read_text()
        time.sleep(0.5)


@pytest.mark.slow
def test_a_worker_runs_the_deployment_on_its_schedule_and_publishes_what_is_new(place: Place) -> None:
    prefect(place, "work-pool", "create", "sanctionwire", "--type", "process")
    prefect(place, "deploy", "--all")
    deployed = place.find("deployments")
    assert sorted(one["name"] for one in deployed) == ["backfill", "ingest", "maintenance"]
    schedules = {one["name"]: [each["schedule"].get("cron") for each in one["schedules"]] for one in deployed}
    assert schedules == {"ingest": ["*/30 * * * *"], "maintenance": ["15 3 * * 0"], "backfill": []}

    prefect(place, "deployment", "schedule", "create", "ingest/ingest", "--interval", "15", "--replace", "--accept-yes")
    with running(place, place.environment, "-m", "prefect", "worker", "start", "--pool", "sanctionwire") as said:
        for number in range(1, len(ACTS) + 1):
            place.tell(*ACTS[:number])
            until(lambda number=number: place.published() == number, said)
        prefect(place, "deployment", "schedule", "clear", "ingest/ingest", "--accept-yes")
        until(lambda: not place.find("flow_runs", flow_runs={"state": {"type": {"any_": ["RUNNING"]}}}), said)

    completed = place.find("flow_runs", flow_runs={"state": {"type": {"any_": ["COMPLETED"]}}})
    assert len(completed) >= len(ACTS)
    assert not place.find("flow_runs", flow_runs={"state": {"type": {"any_": ["FAILED", "CRASHED"]}}})
    assert all(one["auto_scheduled"] for one in completed)
    kept = place.find("artifacts", sort="CREATED_DESC")
    keys = [f"sanctionwire-run{of}" for of in ("", "-published", "-rejected", "-report", "-sources")]
    assert sorted({one["key"] for one in kept}) == keys
    assert "council" in next(one["data"] for one in kept if one["key"] == "sanctionwire-run-sources")
    asked = [path for path in place.site.paths() if path.endswith(".html")]
    assert len(asked) == len(set(asked)) == len(ACTS)  # each article once


@pytest.mark.slow
def test_serve_runs_the_deployments_without_server_and_worker(place: Place) -> None:
    place.tell(*ACTS, "Norway extended its travel ban on officials of Myanmar by a year on Tuesday.")
    before = place.published()
    with running(place, place.serverless, "-c", "from flows.cli import app; app()", "serve") as said:
        until(lambda: "Running until Ctrl-C" in said.read_text(), said)
        url = re.findall(r"PREFECT_API_URL=(\S+)", said.read_text())[0]
        until(lambda: httpx.get(f"{url}/deployments/name/ingest/ingest").is_success, said)
        prefect(place, "deployment", "run", "ingest/ingest", url=url)
        until(lambda: place.published() == before + 1, said)


def test_serve_and_workers_run_the_same_deployments() -> None:
    described = {one["name"]: one for one in yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"]}
    served = {one.name: one for one in deployments(["inbox"], {"store": "press"})}
    assert served.keys() == described.keys()
    for name, one in served.items():
        assert one.entrypoint == described[name]["entrypoint"]
        assert one.parameters["settings"] == {"store": "press"}
        assert one.concurrency_limit == described[name]["concurrency_limit"]["limit"] == 1
    assert served["ingest"].parameters["sources"] == ["inbox"]
