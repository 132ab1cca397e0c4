"""The tasks of a run, with what is tried again: extract a batch, load it, build the marts, publish, report."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE

from flows.collecting.ledger import save_fetches
from flows.drafts import draft_of
from flows.handover import Outcome, Reference
from flows.history import retire_unheld
from flows.publish import Published, publish
from flows.store_errors import StoreAwayError
from flows.stories import link_stories
from flows.transform import Transformed, transform
from flows.warehouse import Loaded, Warehouse, load, open_warehouse
from flows.worker import read_batch
from models.contracts import check
from models.errors import UserError
from models.event import Document
from models.fetches import Fetch
from models.rejection import Rejection
from models.rows import Reading, Stamp, document_rows, mention_rows, rejection_rows

LONGEST = 3600  # seconds that one task may take; a batch takes seconds, the marts of a million mentions minutes


@dataclass(frozen=True, slots=True)
class Batch:
    """A part of the input: documents to read, the origins of those already read, and what could not be read at all.

    `fetches` are the requests that are done with once the batch is loaded.
    """

    number: int
    fresh: list[Document]
    unchanged: pl.DataFrame
    rejections: list[Rejection]
    fetches: list[Fetch] = field(default_factory=list[Fetch])


def _failed_with(state: Any) -> object:
    return state.result(raise_on_failure=False)


def _away(task: object, run: object, state: Any) -> bool:
    """A warehouse that is open elsewhere, or cannot be reached, is worth another try; a full disk is not."""
    return isinstance(_failed_with(state), StoreAwayError)


def _unforeseen(task: object, run: object, state: Any) -> bool:
    """What a user must mend does not mend itself."""
    return not isinstance(_failed_with(state), UserError)


_WHILE_AWAY: dict[str, Any] = {
    "retries": 3,
    "retry_delay_seconds": [1, 5, 20],
    "retry_condition_fn": _away,
    "cache_policy": NO_CACHE,
}


@task(
    name="extract",
    tags=["extract"],
    retries=1,
    retry_delay_seconds=2,
    retry_condition_fn=_unforeseen,
    cache_policy=NO_CACHE,
)
def extract_batch(batch: Reference, language_model: str, min_confidence: float, version: str) -> None:
    """Have a worker extract the events of a batch of documents. Raises what `read_batch` raises."""
    readings = [one for one in read_batch(batch, language_model, min_confidence, version) if isinstance(one, Reading)]
    get_run_logger().info("%d documents, %d events", len(readings), sum(len(r.events) for r in readings))


@task(name="load", tags=["load"], **_WHILE_AWAY)
def load_batch(
    warehouse: Warehouse, outcomes: Sequence[Outcome], batch: Batch, stamp: Stamp
) -> tuple[Loaded, list[Rejection]]:
    """Check the rows of a batch against their contracts and load them in one transaction; gives all it rejected."""
    readings = [one for one in outcomes if isinstance(one, Reading)]
    unread = [one for one in outcomes if isinstance(one, Rejection)]
    checked = check(document_rows(readings, stamp), mention_rows(readings, stamp))
    rejections = [*batch.rejections, *unread, *checked.rejections]
    with open_warehouse(warehouse) as connection:
        rejected = rejection_rows(rejections, stamp)
        loaded = load(connection, checked.documents, checked.mentions, rejected, batch.unchanged, stamp)
        if batch.fetches:
            save_fetches(connection, batch.fetches)
    for rejection in rejections:
        get_run_logger().warning("rejected: %s", rejection.reason)
    return loaded, rejections


@task(name="settle", tags=["load"], timeout_seconds=LONGEST, **_WHILE_AWAY)
def settle(warehouse: Warehouse, stamp: Stamp) -> None:
    """Tell what only the whole input tells: which documents are gone, and which of the others are one story."""
    with open_warehouse(warehouse) as connection:
        retire_unheld(connection, stamp)
        link_stories(connection)


@task(name="transform", tags=["transform"], timeout_seconds=LONGEST, **_WHILE_AWAY)
def build_marts(warehouse: Warehouse, work: Path) -> Transformed:
    """Build and test the marts with dbt."""
    return transform(warehouse, work)


@task(name="publish", tags=["publish"], timeout_seconds=LONGEST, **_WHILE_AWAY)
def publish_marts(warehouse: Warehouse, target: Path) -> Published:
    """Put the marts in place for readers."""
    return publish(warehouse, target)


@task(name="report", tags=["report"], timeout_seconds=LONGEST, cache_policy=NO_CACHE)
def refresh_page(published: Path, page: Path) -> None:
    """Write the web report `page` anew, of what is published now."""
    from flows.web_report.gather import gather  # its charts are slow to import, and few stores have a page
    from flows.web_report.page import render

    with draft_of(page) as draft:
        draft.write_text(render(gather(published), datetime.now(UTC).date()), encoding="utf-8")


def _needs_traceback(record: logging.LogRecord) -> bool:
    """False for a traceback that Prefect logs of an error that a user can mend: the run's state says it in one line."""
    return not (record.exc_info and isinstance(record.exc_info[1], UserError))


for _name in ("prefect.flow_runs", "prefect.task_runs"):
    logging.getLogger(_name).addFilter(_needs_traceback)
