"""Superset on the published file, set up as docs/bi/superset.md says: its REST API, and its dashboard in a browser."""

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest
import yaml
from playwright.sync_api import Browser, Page, Response, expect

from benchmarks.synthetic import main as make_store
from flows.web_report.wording import ACTIONS, STATUSES
from tests.chromium import chromium
from tests.stores import ask

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = ROOT / "bi" / "superset"
HOME = ROOT / "build" / "superset"  # its packages serve the next time as well
SCREENSHOTS = ROOT / "build" / "screenshots"  # CI keeps them
MENTIONS = 6_000  # about 2,000 events
START = 180  # seconds
PATIENCE = 180_000  # milliseconds
LAYOUT = {"width": 1440, "height": 3560}  # all of the dashboard: charts out of sight are not drawn


def worded(column: str, words: Mapping[Any, str]) -> str:
    cases = " ".join(f"WHEN '{code}' THEN '{word}'" for code, word in words.items())
    return f"CASE {column} {cases} END"


def counted(columns: str, condition: str = "true", table: str = "bi_events") -> str:
    return f"SELECT {columns}, count(*) FROM {table} WHERE {condition} GROUP BY ALL"


ACTION, STATUS = worded("action", ACTIONS), worded("status", STATUSES)
STATE = "concat(upper(state[1]), replace(state[2:], '_', ' '))"
YEAR = "epoch_ms(datetrunc('year', date_start))"
IMPOSED = "action = 'impose' AND status = 'enacted'"
MEASURES = "fct_event_measures INNER JOIN dim_measure USING (measure)"
EVENT = f"epoch_ms(date_start), sender, {ACTION}, {STATUS}, case_target, evidence, document_title, document_source"
CASE = f"epoch_ms(last_step_on), sender, target, {STATE}, epoch_ms(imposed_on), days_in_force, event_count, evidence"
# All rows of each chart. A chart shows those that rank highest by its last column, a table by its first.
CHARTS = {
    "Events": "SELECT count(*) FROM bi_events",
    "Done": "SELECT count(*) FROM bi_events WHERE status = 'enacted'",
    "Only spoken of": "SELECT count(*) FROM bi_events WHERE status NOT IN ('enacted', 'rejected')",
    "Cases in force": "SELECT count(*) FROM bi_episodes WHERE state IN ('in_force', 'eased')",
    "What happened, and when": counted(f"{YEAR}, {ACTION}"),
    "Done, or only spoken of": counted(f"{YEAR}, {STATUS}"),
    "Who imposes most": counted("sender", f"{IMPOSED} AND sender IS NOT NULL"),
    "On whom": counted("case_target", f"{IMPOSED} AND case_target IS NOT NULL"),
    "Where the cases stand": counted(STATE, table="bi_episodes"),
    "Who acts against whom": counted("case_target, sender", "case_target IS NOT NULL AND sender IS NOT NULL"),
    "With what": counted("label", table=MEASURES),
    "In which part of the world": counted("target_region", "target_region IS NOT NULL"),
    "Newest events, and the sentence that reports each": f"SELECT {EVENT} FROM bi_events WHERE date_start IS NOT NULL",
    "Cases, by their last step": f"SELECT {CASE} FROM bi_episodes",
}
TABLES = ("Newest events, and the sentence that reports each", "Cases, by their last step")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("store")
    make_store(MENTIONS, store)
    return store / "sanctions.duckdb"


@pytest.fixture(scope="module")
def address(published: Path) -> Iterator[str]:
    """A Superset that was set up by our script, and runs while the tests do."""
    for left_over in ("superset.db", "password"):
        (HOME / left_over).unlink(missing_ok=True)
    environment = {**os.environ, "SUPERSET_HOME": str(HOME)}
    done = subprocess.run([SCRIPTS / "setup.sh", published], env=environment, capture_output=True, text=True)
    if done.returncode and "2/4" not in done.stdout and not os.environ.get("CI"):
        pytest.skip(f"needs Superset's packages, which cannot be had: {done.stderr.strip()[-300:]}")
    assert done.returncode == 0, done.stdout + done.stderr
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    with (HOME / "server.log").open("w") as log:
        server = subprocess.Popen([SCRIPTS / "start.sh", str(port)], env=environment, stdout=log, stderr=log)
    try:
        wait_for(address)
        yield address
    finally:
        server.terminate()
        server.wait(START)


def wait_for(address: str) -> None:
    until = time.monotonic() + START
    while True:
        try:
            assert httpx.get(f"{address}/health", timeout=START).text == "OK"
            return
        except httpx.TransportError:
            assert time.monotonic() < until, (HOME / "server.log").read_text()
            time.sleep(0.5)


def password() -> str:
    return (HOME / "password").read_text().strip()


@pytest.fixture(scope="module")
def api(address: str) -> Iterator[httpx.Client]:
    """A client of the REST API, logged in."""
    with httpx.Client(base_url=f"{address}/api/v1", timeout=START) as client:
        login = {"username": "admin", "password": password(), "provider": "db"}
        token = client.post("/security/login", json=login).raise_for_status().json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        client.headers["X-CSRFToken"] = client.get("/security/csrf_token/").raise_for_status().json()["result"]
        client.headers["Referer"] = address
        yield client


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def queries() -> dict[int | None, dict[str, Any]]:
    """What the dashboard asked the REST API for, by chart."""
    return {}


@pytest.fixture(scope="module")
def dashboard(address: str, browser: Browser, queries: dict[int | None, dict[str, Any]]) -> Iterator[Page]:
    """The dashboard as a reader sees it who has logged in, with all charts drawn."""

    def note(response: Response) -> None:
        if "/api/v1/chart/data" in response.url:
            asked = json.loads(response.request.post_data or "")
            queries[asked["form_data"].get("slice_id")] = asked  # None: the choices of a filter

    with browser.new_context(viewport=LAYOUT, reduced_motion="reduce") as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("response", note)
        page.goto(f"{address}/login/?next=/superset/dashboard/sanctions/")
        page.locator("#username").fill("admin")
        page.locator("#password").fill(password())
        page.keyboard.press("Enter")
        expect(page.locator(".slice_container")).to_have_count(len(CHARTS), timeout=PATIENCE)
        page.wait_for_load_state("networkidle")
        expect(page.locator(".dashboard-component-chart-holder .loading")).to_have_count(0, timeout=PATIENCE)
        yield page


def test_the_datasets_have_the_columns_of_the_file(published: Path) -> None:
    for table in ("bi_events", "bi_episodes"):
        described = yaml.safe_load((SCRIPTS / "dashboard" / "datasets" / "sanctions" / f"{table}.yaml").read_text())
        columns = [(one["column_name"], one["type"]) for one in described["columns"] if "expression" not in one]
        assert columns == ask(
            published,
            f"SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = '{table}' ORDER BY column_index",
        )


def test_rest_lists_the_datasets(api: httpx.Client) -> None:
    listed = api.get("/dataset/").raise_for_status().json()["result"]
    assert {(one["database"]["database_name"], one["table_name"]) for one in listed} == {
        ("sanctions", "bi_events"), ("sanctions", "bi_episodes"), ("sanctions", "event_measures"),
    }  # fmt: skip


def test_the_file_is_opened_read_only(api: httpx.Client, published: Path) -> None:
    (database,) = api.get("/database/").raise_for_status().json()["result"]
    connection = api.get(f"/database/{database['id']}/connection").raise_for_status().json()["result"]
    assert connection["sqlalchemy_uri"] == f"duckdb:///{published}?access_mode=read_only"
    with duckdb.connect(published, read_only=True) as beside:  # Superset shuts no other reader out
        assert beside.execute("SELECT count(*) > 0 FROM bi_events").fetchone() == (True,)


def test_the_dashboard_shows_every_chart(dashboard: Page, published: Path) -> None:
    for title in CHARTS:
        expect(dashboard.get_by_text(title, exact=True).first).to_be_visible()
    expect(dashboard.get_by_text("No results")).to_have_count(0)
    ((events,),) = ask(published, CHARTS["Events"])
    expect(dashboard.get_by_text(f"{events:,}", exact=True).first).to_be_visible()
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    dashboard.screenshot(path=SCREENSHOTS / "superset.png")


@pytest.mark.parametrize("title", CHARTS)
def test_each_chart_shows_what_the_file_holds(
    title: str, dashboard: Page, queries: dict[int | None, dict[str, Any]], api: httpx.Client, published: Path
) -> None:
    charts = {
        one["slice_name"]: one["id"] for one in api.get("/chart/?q=(page_size:100)").raise_for_status().json()["result"]
    }
    asked = queries[charts[title]]
    query = asked["queries"][0]  # a second one counts the rows of a table
    query["post_processing"] = []  # which only turns rows into columns
    asked["queries"] = [query]
    (result,) = api.post("/chart/data", json=asked).raise_for_status().json()["result"]
    shown = [tuple(row[name] for name in result["colnames"]) for row in result["data"]]
    everything = ask(published, CHARTS[title])
    rank = 0 if title in TABLES else -1
    assert set(shown) <= set(everything)
    assert len(shown) == min(len(everything), query.get("row_limit") or len(everything))
    assert sorted(row[rank] for row in shown) == sorted(row[rank] for row in everything)[-len(shown) :]


def test_a_new_file_is_seen_at_once(api: httpx.Client, published: Path) -> None:
    """Last, for it changes what the others look at."""
    query = {"columns": [], "metrics": ["events"], "filters": [], "row_limit": 1}
    (dataset,) = (one for one in api.get("/dataset/").json()["result"] if one["table_name"] == "bi_events")
    asked = {"datasource": {"id": dataset["id"], "type": "table"}, "queries": [query], "force": True}

    def events() -> int:
        return api.post("/chart/data", json=asked).raise_for_status().json()["result"][0]["data"][0]["events"]

    before = events()
    new = shutil.copy(published, published.with_name("new.duckdb"))
    with duckdb.connect(new) as connection:
        connection.execute("DELETE FROM bi_events WHERE action <> 'lift'")
    new.replace(published)
    assert 0 < events() < before
