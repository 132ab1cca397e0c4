"""The flow: documents in; events extracted, checked and loaded a batch at a time; marts built; the result published."""

import logging
import time
from collections import Counter, defaultdict, deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from itertools import islice
from pathlib import Path
from shutil import rmtree
from typing import Any

import polars as pl
from prefect import flow, get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.context import TaskRunContext
from prefect.futures import PrefectFuture
from prefect.runtime import flow_run
from prefect.task_runners import ProcessPoolTaskRunner, ThreadPoolTaskRunner
from spacy.language import Language

from flows.lock import only_run
from flows.progress import progress
from flows.publish import Published, publish
from flows.report import RunReport, write_artifacts
from flows.settings import Settings
from flows.sources import count, documents
from flows.transform import Transformed, transform
from flows.warehouse import Loaded, RunCounts, StoreLockedError, finish_run, load, open_warehouse, start_run, unread
from models.contracts import check
from models.errors import UserError
from models.event import Document, digest
from models.extraction.pipeline import build, extract, extractor_version
from models.rejection import Rejection
from models.rows import Reading, Stamp, document_rows, mention_rows, rejection_rows


@dataclass(frozen=True, slots=True)
class Batch:
    """A part of the input: documents to read, the origins of those already read, and what could not be read at all."""

    size: int
    fresh: list[Document]
    unchanged: pl.DataFrame
    rejections: list[Rejection]


def run(settings: Settings, sources: Sequence[str], published: date | None = None) -> RunReport:
    """Run the flow with the settings' number of workers.

    Raises:
        SourceError, StoreError, ContractError, TransformError: the published file is then as it was.
    """
    count(sources)  # raises: a mistyped path should not wait for Prefect's server to start
    return ingest.with_options(task_runner=_runner(settings.workers))(list(sources), settings, published)


def _runner(workers: int) -> Any:
    """One thread beside the one that loads, or as many processes: the pipeline is not safe to share between threads."""
    return ProcessPoolTaskRunner(workers) if workers > 1 else ThreadPoolTaskRunner[Any](1)


@flow(name="ingest", task_runner=_runner(1))
def ingest(sources: list[str], settings: Settings, published: date | None = None) -> RunReport:
    """Read, extract, load, transform, publish. What a killed run extracted is taken from its persisted results."""
    stamp = Stamp(str(flow_run.id), extractor_version(settings.language_model, settings.min_confidence), _now())
    tally, checks, seconds = Counter[str](), Counter[str](), defaultdict[str, float](float)
    results = settings.store.absolute() / "results"
    extraction = extract_batch.with_options(result_storage=results)
    with only_run(settings.store), _recorded(settings.warehouse, stamp, tally), progress(count(sources)) as advance:
        stream = _timed_items(documents(sources, published=published), seconds, "read")
        waiting = deque[tuple[Batch, PrefectFuture[list[Reading]] | None]]()

        def load_next() -> None:
            batch, future = waiting.popleft()
            with _timed(seconds, "extract"):
                readings = future.result() if future else []
            with _timed(seconds, "load"):
                loaded, failed = load_batch(settings.warehouse, readings, batch, stamp)
            checks.update(failed)
            tally.update(_counted(batch, loaded))
            advance(tally["documents_read"], tally["events"])

        for items in _batches(stream, settings.batch_size):
            batch = _prepared(items, settings.warehouse, stamp.extractor_version)
            future = extraction.submit(batch.fresh, settings, stamp.extractor_version) if batch.fresh else None
            waiting.append((batch, future))
            if len(waiting) > settings.workers:
                load_next()
        while waiting:
            load_next()
        with _timed(seconds, "transform"):
            transformed = build_marts(settings.warehouse, settings.store / "dbt")
        with _timed(seconds, "publish"):
            snapshot = publish_marts(settings.warehouse, settings.published)
    rmtree(results, ignore_errors=True)
    report = RunReport(stamp.run_id, RunCounts(**tally), dict(checks), dict(seconds), snapshot, transformed.warnings)
    write_artifacts(report)
    return report


def _batch_key(context: TaskRunContext, parameters: dict[str, Any]) -> str:
    documents: list[Document] = parameters["batch"]
    contents = ",".join(f"{one.document_id} {one.origin} {one.url} {one.source}" for one in documents)
    return digest(f"{parameters['version']} {contents}")


@task(name="extract", tags=["extract"], persist_result=True, cache_key_fn=_batch_key, retries=1, retry_delay_seconds=2)
def extract_batch(batch: list[Document], settings: Settings, version: str) -> list[Reading]:
    """Extract the events of a batch of documents."""
    readings = list(extract(pipeline(settings.language_model, settings.min_confidence), batch))
    get_run_logger().info("%d documents, %d events", len(readings), sum(len(r.events) for r in readings))
    return readings


@cache
def pipeline(language_model: str, min_confidence: float) -> Language:
    """The extraction pipeline, loaded once a process."""
    return build(language_model=language_model, min_confidence=min_confidence)


def _locked(task: object, run: object, state: Any) -> bool:
    """Only a warehouse that another program holds open for a moment is worth another try."""
    return isinstance(state.result(raise_on_failure=False), StoreLockedError)


@task(
    name="load",
    tags=["load"],
    retries=3,
    retry_delay_seconds=[1, 5, 20],
    retry_condition_fn=_locked,
    cache_policy=NO_CACHE,
)
def load_batch(warehouse: Path, readings: list[Reading], batch: Batch, stamp: Stamp) -> tuple[Loaded, Counter[str]]:
    """Check the rows of a batch against their contracts and load them in one transaction; also count failed checks."""
    checked = check(document_rows(readings, stamp), mention_rows(readings, stamp))
    rejections = [*batch.rejections, *checked.rejections]
    for rejection in rejections:
        get_run_logger().warning("rejected: %s", rejection.reason)
    with open_warehouse(warehouse) as connection:
        loaded = load(
            connection, checked.documents, checked.mentions, rejection_rows(rejections, stamp), batch.unchanged, stamp
        )
    return loaded, Counter(rejection.check for rejection in rejections)


@task(name="transform", tags=["transform"], cache_policy=NO_CACHE)
def build_marts(warehouse: Path, work: Path) -> Transformed:
    """Build and test the marts with dbt."""
    return transform(warehouse, work)


@task(name="publish", tags=["publish"], cache_policy=NO_CACHE)
def publish_marts(warehouse: Path, target: Path) -> Published:
    """Put the marts in place for readers."""
    return publish(warehouse, target)


def _batches(stream: Iterator[Document | Rejection], size: int) -> Iterator[list[Document | Rejection]]:
    """The input in parts of `size`, the same parts whatever is known already, so that persisted results are found."""
    while items := list(islice(stream, size)):
        yield items


def _prepared(items: list[Document | Rejection], warehouse: Path, version: str) -> Batch:
    with open_warehouse(warehouse) as connection:
        fresh, unchanged = unread(connection, [i for i in items if isinstance(i, Document)], version)
    return Batch(len(items), fresh, unchanged, [i for i in items if isinstance(i, Rejection)])


def _counted(batch: Batch, loaded: Loaded) -> dict[str, int]:
    return {
        "documents_read": batch.size,
        "documents_new": loaded.new,
        "documents_unchanged": loaded.unchanged,
        "documents_replaced": loaded.replaced,
        "events": loaded.events,
        "mentions": loaded.mentions,
        "rejected": loaded.rejected,
    }


@contextmanager
def _recorded(warehouse: Path, stamp: Stamp, tally: Counter[str]) -> Generator[None]:
    """Record the run in the warehouse: that it began, and how it ended."""
    with open_warehouse(warehouse) as connection:
        start_run(connection, stamp)
    failure = None
    try:
        yield
    except BaseException as error:
        failure = str(error) or type(error).__name__
        raise
    finally:
        with open_warehouse(warehouse) as connection:
            finish_run(connection, stamp.run_id, RunCounts(**tally), _now(), failure)


@contextmanager
def _timed(seconds: dict[str, float], stage: str) -> Generator[None]:
    start = time.perf_counter()
    try:
        yield
    finally:
        seconds[stage] += time.perf_counter() - start


def _timed_items(
    items: Iterable[Document | Rejection], seconds: dict[str, float], stage: str
) -> Iterator[Document | Rejection]:
    """The items, with the time that their source takes to give them."""
    iterator = iter(items)
    while True:
        with _timed(seconds, stage):
            item = next(iterator, None)
        if item is None:
            return
        yield item


def _unforeseen(record: logging.LogRecord) -> bool:
    """False for a traceback that Prefect logs of an error that a user can mend: the run's state says it in one line."""
    return not (record.exc_info and isinstance(record.exc_info[1], UserError))


for _name in ("prefect.flow_runs", "prefect.task_runs"):
    logging.getLogger(_name).addFilter(_unforeseen)


def _now() -> datetime:
    """Now in UTC, without a zone, as the store keeps time."""
    return datetime.now(UTC).replace(tzinfo=None)
