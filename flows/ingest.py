"""The flow: documents in; events extracted, checked and loaded a batch at a time; marts built; the result published."""

from collections import Counter, deque
from collections.abc import Callable, Generator, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from itertools import count as numbers
from itertools import islice
from typing import Any

from prefect import flow
from prefect.runtime import flow_run
from prefect.task_runners import TaskRunner

from flows.collecting import Collected
from flows.collecting.ledger import save_source_runs
from flows.handover import (
    Outcome,
    ResultStoreError,
    folder_of,
    forget_all,
    forget_documents,
    get_readings,
    put_documents,
    refer,
)
from flows.history import replaced_ids
from flows.intake import Item, SourceTally, documents_given, from_files, from_named, put_off
from flows.journal import Stages, journal, log
from flows.lock import only_run
from flows.named_sources import NamedSource, read_sources
from flows.notify import notify
from flows.outdated import outdated
from flows.progress import Advance, progress
from flows.report import SHOWN, IncompleteError, RunReport, complaint, write_artifacts
from flows.runners import running
from flows.runs import RunCounts, finish_run, start_run
from flows.settings import Settings
from flows.sources import count
from flows.tasks import (
    LONGEST,
    Batch,
    build_marts,
    extract_batch,
    load_batch,
    publish_marts,
    refresh_page,
    settle,
)
from flows.transactions import while_away
from flows.warehouse import Loaded, Warehouse, open_warehouse, unread
from flows.worker import pipeline
from models.clock import now
from models.errors import UserError
from models.event import Document
from models.extraction.pipeline import extractor_version
from models.fetches import Fetch, SourceRun
from models.rejection import Rejection
from models.rows import Stamp

__all__ = ["extraction", "ingest", "pipeline", "recorded", "run", "take_in"]

# What comes in, and how many things that will be, where that is known.
Intake = tuple[Iterator[Item], int | None]


def run(
    settings: Settings,
    sources: Sequence[str],
    published: date | None = None,
    *,
    strict: bool = False,
    wait: float = 0,
) -> RunReport:
    """Run the flow.

    Raises:
        SourceError, SourcesFileError, StoreError, ContractError, TransformError: the published file is then as it was.
        IncompleteError: as `ingest` raises it.
    """
    if sources:
        count(sources)  # raises: a mistyped path should not wait for Prefect's server to start
    else:
        _named(settings)
    return ingest(list(sources), settings, published, strict=strict, wait=wait)


@dataclass
class _Run:
    """What one run has come to so far."""

    settings: Settings
    stamp: Stamp
    named: SourceTally
    stages: Stages = field(default_factory=Stages)
    tally: Counter[str] = field(default_factory=Counter[str])
    checks: Counter[str] = field(default_factory=Counter[str])
    rejected: list[Rejection] = field(default_factory=list[Rejection])
    conflicts: int = 0


@flow(name="ingest", on_failure=[notify], on_crashed=[notify])
def ingest(
    sources: list[str], settings: Settings, published: date | None = None, strict: bool = False, wait: float = 0
) -> RunReport:
    """Read, extract, load, transform, publish. What a killed run extracted is taken from the result store.

    Without `sources`, the named sources of the settings are read. Another run that holds the store is waited for up to
    `wait` seconds.

    Raises:
        IncompleteError: all is done, but no source worked, or with `strict` something was rejected.
    """

    def items(tally: SourceTally) -> Intake:
        if sources:
            return from_files(sources, published), count(sources)
        return from_named(_named(settings), settings.warehouse, tally), None

    return take_in(settings, items, strict=strict, wait=wait)


def take_in(
    settings: Settings, items: Callable[[SourceTally], Intake], *, strict: bool = False, wait: float = 0
) -> RunReport:
    """The way of what `items` gives, in a flow: extract, load, transform, publish; `ingest` says the rest.

    `items` is called once the run has the store.
    """
    run_id = str(flow_run.id)
    with only_run(settings.store, wait), journal(settings.log_file, run_id):
        stamp = Stamp(run_id, extractor_version(settings.language_model, settings.min_confidence), now())
        this = _Run(settings, stamp, SourceTally(run_id))
        with recorded(settings.warehouse, stamp, this.tally):
            stream, expected = items(this.named)
            with open_warehouse(settings.warehouse) as connection:
                replaced = replaced_ids(connection)
            with progress(expected) as advance:
                _read(this, put_off(stream, replaced), advance)
            if this.named.runs():
                _save(this.named.runs(), settings.warehouse)
            with this.stages("load"):
                settle(settings.warehouse, stamp)
            with this.stages("transform"):
                transformed = build_marts(settings.warehouse, settings.store / "dbt")
            with this.stages("publish"):
                snapshot = publish_marts(settings.warehouse, settings.published)
            if settings.page.exists():  # someone asked for it once
                refresh_page(settings.published, settings.page)
            warnings = (*transformed.warnings, *_outdated(settings.warehouse, stamp.extractor_version))
        forget_all(folder_of(settings))
    report = RunReport(
        run_id,
        RunCounts(**this.tally),
        dict(this.checks),
        dict(this.stages.seconds),
        snapshot,
        warnings,
        this.named.runs(),
        tuple(this.rejected[:SHOWN]),
        this.conflicts,
    )
    write_artifacts(report, settings.page)
    if reason := complaint(report, strict=strict):
        raise IncompleteError(reason, report)
    return report


@while_away
def _save(runs: Sequence[SourceRun], warehouse: Warehouse) -> None:
    with open_warehouse(warehouse) as connection:
        save_source_runs(connection, runs)


@while_away
def _outdated(warehouse: Warehouse, version: str) -> list[str]:
    with open_warehouse(warehouse) as connection:
        found = len(outdated(connection, version))
    again = "`sanctionwire backfill` reads them again"
    return [f"{found} documents were read by an older version of the extractor: {again}"] if found else []


def _named(settings: Settings) -> Sequence[NamedSource]:
    if settings.sources is None:
        raise UserError("no source given: name files or folders, or a file of sources in SANCTIONWIRE_SOURCES")
    return read_sources(settings.sources)


def _read(this: _Run, stream: Iterator[Item], advance: Advance) -> None:
    """Extract and load what the stream gives, a batch at a time; the next batches are extracted while one is loaded."""
    settings, version = this.settings, this.stamp.extractor_version
    waiting = deque[tuple[list[Item], Batch, Callable[[], list[Outcome]]]]()

    def load_next() -> None:
        items, batch, readings_of = waiting.popleft()
        with this.stages("extract", batch.number):
            readings = readings_of()
        with this.stages("load", batch.number):
            loaded, rejections = load_batch(settings.warehouse, readings, batch, this.stamp)
        _count(this, items, batch, loaded, rejections)
        advance(this.tally["documents_read"], this.tally["events"])

    with running(settings) as runner:
        for number in numbers(1):
            with this.stages("read", number):
                items = list(islice(stream, settings.batch_size))
            if not items:
                break
            under_way = {document.document_id for _, one, _ in waiting for document in one.fresh}
            batch = _prepared(number, [item.found for item in items], settings.warehouse, version, under_way)
            waiting.append((items, batch, extraction(batch.fresh, settings, version, runner)))
            if len(waiting) > settings.workers:
                load_next()
        while waiting:
            load_next()


def extraction(
    documents: list[Document], settings: Settings, version: str, runner: TaskRunner[Any]
) -> Callable[[], list[Outcome]]:
    """Have a batch read, in a flow; gives what waits for the readings. What a killed run has read is not read again.

    Raises:
        ResultStoreError, RunnerError, WorkerVersionError: here, or in what is given.
    """
    if not documents:
        return list[Outcome]
    reference = refer(folder_of(settings), documents, version)
    known = get_readings(reference, documents)
    if known is not None:
        return lambda: known
    put_documents(reference, documents)
    parameters = {
        "batch": reference,
        "language_model": settings.language_model,
        "min_confidence": settings.min_confidence,
        "version": version,
    }
    future = runner.submit(extract_batch, parameters)

    def readings() -> list[Outcome]:
        future.result(LONGEST)
        read = get_readings(reference, documents)
        if read is None:
            raise ResultStoreError(f"{reference.readings} is gone: leave the result store alone while a run goes on")
        forget_documents(reference)
        return read

    return readings


@while_away
def _prepared(
    number: int, found: Sequence[Collected], warehouse: Warehouse, version: str, under_way: AbstractSet[str]
) -> Batch:
    with open_warehouse(warehouse) as connection:
        fresh, unchanged = unread(connection, [i for i in found if isinstance(i, Document)], version, under_way)
    rejections = [i for i in found if isinstance(i, Rejection)]
    return Batch(number, fresh, unchanged, rejections, [i for i in found if isinstance(i, Fetch)])


def _count(this: _Run, items: list[Item], batch: Batch, loaded: Loaded, rejections: list[Rejection]) -> None:
    this.tally.update(
        documents_read=documents_given(items),
        documents_new=loaded.new,
        documents_unchanged=loaded.unchanged,
        documents_replaced=loaded.replaced,
        events=loaded.events,
        mentions=loaded.mentions,
        rejected=loaded.rejected,
    )
    this.conflicts += loaded.conflicts
    this.checks.update(rejection.check for rejection in rejections)
    this.rejected += rejections[: SHOWN - len(this.rejected)]
    for rejection in rejections:
        log.warning("rejected: %s", rejection.reason, extra={"batch": batch.number, "check": rejection.check})
    this.named.add(items, {document.origin for document in batch.fresh}, rejections)


@contextmanager
def recorded(warehouse: Warehouse, stamp: Stamp, tally: Counter[str]) -> Generator[None]:
    """Record a run in the warehouse: that it began, and how it ended, with the counts that `tally` then holds."""
    with open_warehouse(warehouse) as connection:
        start_run(connection, stamp)
    log.info("run begins")
    failure = None
    try:
        yield
    except BaseException as error:
        failure = str(error) or type(error).__name__
        raise
    finally:
        _close(warehouse, stamp.run_id, RunCounts(**tally), failure)
        log.info("run ends", extra={"failure": failure} | dict(tally))


@while_away
def _close(warehouse: Warehouse, run_id: str, counts: RunCounts, failure: str | None) -> None:
    with open_warehouse(warehouse) as connection:
        finish_run(connection, run_id, counts, now(), failure)
