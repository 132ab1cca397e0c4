"""What extracts how fast: `python -m benchmarks.runners TEXTS.jsonl.gz [--limit N]`, on a machine with two cores.

TEXTS are documents about sanctions, such as the pipeline meets past its gate; they are repeated as needed. A table
before it gives the processor time of each step of a document: docs/scale.md reckons with both.
"""

import os
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from html import escape
from importlib.util import find_spec
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Annotated

import typer
from prefect import flow
from prefect.settings import (
    PREFECT_LOGGING_LEVEL,
    PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS,
    temporary_settings,
)
from rich.table import Table

from flows.handover import get_documents, get_readings, put_documents, put_readings, refer
from flows.ingest import extraction
from flows.runners import running
from flows.screen import screen
from flows.settings import Runner, Settings
from flows.sources import documents
from flows.warehouse import load, open_warehouse, unread
from models.clock import now
from models.contracts import check
from models.event import Document
from models.extraction.gate import default_gate
from models.extraction.pipeline import build, extract, extractor_version
from models.rows import Reading, Stamp, document_rows, mention_rows, rejection_rows

STEPPED, EXTRACTED = 200, 50  # documents of the first table, and how many of them are extracted
PATIENT = {PREFECT_LOGGING_LEVEL: "ERROR", PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS: 600}
ROUND_TRIPS = 20  # batches of one document that ends at the gate: what a batch costs beside reading it


@dataclass(frozen=True)
class Setup:
    """Who extracts: so many workers with so many threads of ONNX Runtime each."""

    runner: Runner
    workers: int
    threads: int


@dataclass(frozen=True)
class Measured:
    """`start`: seconds until every worker has its model; `trip`: milliseconds a batch beside reading it."""

    start: float
    trip: float
    documents_a_second: float
    events: int


SETUPS = (
    Setup(Runner.PROCESSES, 1, 1),
    Setup(Runner.PROCESSES, 2, 1),
    Setup(Runner.DASK, 2, 1),
    Setup(Runner.RAY, 2, 1),
    Setup(Runner.PROCESSES, 1, 2),
    Setup(Runner.THREADS, 1, 2),
)


def main(
    texts: Annotated[Path, typer.Argument(help="File of documents, such as texts.jsonl.gz")],
    limit: Annotated[int, typer.Option(min=10, help="Documents to read")] = 2_000,
    batch_size: Annotated[int, typer.Option(min=1, help="Documents a task run")] = 20,
) -> None:
    """Measure each setup, and print one table."""
    if not texts.is_file():
        screen().print(f"skipped: {texts}: no such file; name one with texts about sanctions", highlight=False)
        return
    screen().print(steps(texts, min(limit, EXTRACTED)))
    table = Table(
        "runner", "workers", "threads each", "seconds to start", "ms a batch beside reading", "documents a second",
        "against one process", "events", title=f"{limit:,} documents in batches of {batch_size}",
    )  # fmt: skip
    first: Measured | None = None
    for setup in SETUPS:
        name = setup.runner.value
        if setup.runner.clustered and not find_spec(f"prefect_{name}"):
            table.add_row(name, "", "", "", "", f"skipped: needs the extra {name}", "", "")
            continue
        with temporary_settings(PATIENT):
            measured = measure(setup, texts, limit, batch_size)
        first = first or measured
        table.add_row(
            name, str(setup.workers), str(setup.threads), f"{measured.start:.1f}", f"{measured.trip:.0f}",
            f"{measured.documents_a_second:.2f}", f"{measured.documents_a_second / first.documents_a_second:.2f}",
            str(measured.events),
        )  # fmt: skip
        screen().print(setup, measured, highlight=False)
    screen().print(table)


def steps(texts: Path, extracted: int) -> Table:
    """Milliseconds of one processor a document, step by step; all but the extraction is done by the flow alone."""
    os.environ["OMP_NUM_THREADS"] = "1"
    table = Table("step", "ms of a processor a document", title=f"{STEPPED} documents, {extracted} of them extracted")
    with TemporaryDirectory() as name:
        folder = Path(name)
        lines = [one for one in documents([str(texts)]) if isinstance(one, Document)]
        found = [replace(one, origin=str(number)) for number, one in zip(range(STEPPED), cycle(lines), strict=False)]
        pages = folder / "pages"
        pages.mkdir()
        for number, one in enumerate(found):
            paragraphs = "".join(f"<p>{escape(part)}</p>" for part in one.text.split("\n"))
            head = f"<head><title>{escape(one.title or '')}</title></head>"
            (pages / f"{number}.html").write_text(f"<html>{head}<body><article>{paragraphs}</article></body></html>")

        def timed(what: str, do: Callable[[], object], count: int = STEPPED) -> None:
            begin = process_time()
            do()
            table.add_row(what, f"{(process_time() - begin) / count * 1000:.2f}")

        timed("read a line of JSON", lambda: list(documents([str(texts)])), len(lines))
        timed("read a web page", lambda: list(documents([str(pages)])))
        timed("look for a sanctions term", lambda: [default_gate().passes(one.title, one.text) for one in found])
        pipeline = build()
        past = [one for one in found if default_gate().passes(one.title, one.text)][:extracted]
        timed("extract, where there is one", lambda: list(extract(pipeline, past)), len(past))
        timed("write and read what goes to a worker and comes back", lambda: hand_over(folder, found))
        load_into(folder, found[:1])  # makes the tables
        timed("check and load", lambda: load_into(folder, found))
    return table


def hand_over(folder: Path, found: list[Document]) -> None:
    """Both ways of the documents, in one batch."""
    batch = refer(str(folder), found, "1")
    put_documents(batch, found)
    get_documents(batch)
    put_readings(batch, [Reading(one, False) for one in found])
    get_readings(batch, found)


def load_into(folder: Path, found: list[Document]) -> None:
    """Check and load the documents, in one batch."""
    stamp = Stamp("run", "1", now())
    readings = [Reading(one, False) for one in found]
    with open_warehouse(folder / "warehouse.duckdb") as connection:
        _, unchanged = unread(connection, found, "1")
        checked = check(document_rows(readings, stamp), mention_rows(readings, stamp))
        load(connection, checked.documents, checked.mentions, rejection_rows([], stamp), unchanged, stamp)


def measure(setup: Setup, texts: Path, limit: int, batch_size: int) -> Measured:
    """Read the texts with a setup."""
    os.environ["OMP_NUM_THREADS"] = str(setup.threads)
    with TemporaryDirectory() as folder:
        settings = Settings(store=Path(folder), runner=setup.runner, workers=setup.workers)
        return read(settings, str(texts), limit, batch_size)


@flow(name="benchmark-runners")
def read(settings: Settings, texts: str, limit: int, batch_size: int) -> Measured:
    """Start the workers, then measure them."""
    stream = cycle([found for found in documents([texts]) if isinstance(found, Document)])
    numbered = (replace(found, origin=f"text {number}") for number, found in enumerate(stream))
    read_all = list(islice(numbered, limit))
    version = extractor_version(settings.language_model, settings.min_confidence)
    begin = perf_counter()
    with running(settings) as runner:
        first = [extraction([next(numbered)], settings, version, runner) for _ in range(2 * settings.workers)]
        for readings in first:
            readings()
        started = perf_counter()
        for number in range(ROUND_TRIPS):
            extraction([Document(f"quiet {number}", "The river rose.")], settings, version, runner)()
        tripped = perf_counter()
        waiting = deque[Callable[[], list[Reading]]]()
        events = 0
        for start in range(0, limit, batch_size):
            if len(waiting) > settings.workers:
                events += sum(len(reading.events) for reading in waiting.popleft()())
            waiting.append(extraction(read_all[start : start + batch_size], settings, version, runner))
        events += sum(len(reading.events) for readings in waiting for reading in readings())
        ended = perf_counter()
    trip = (tripped - started) / ROUND_TRIPS * 1000
    return Measured(started - begin, trip, limit / (ended - tripped), events)


if __name__ == "__main__":
    from benchmarks import runners  # workers know the flow by the name of its module, which is not __main__

    typer.run(runners.main)
