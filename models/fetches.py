"""What is kept of each request to a source, and of each source in a run; and both as rows of the raw tables."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

import polars as pl

from models.rows import Schema

_TEXT, _COUNT, _TIME = pl.String(), pl.Int64(), pl.Datetime("us")

FETCHES: Schema = {
    "source": _TEXT,
    "url": _TEXT,
    "status": pl.Int32(),
    "etag": _TEXT,
    "last_modified": _TEXT,
    "mark": _TEXT,
    "content_hash": _TEXT,
    "fetched_at": _TIME,
    "next_try": _TIME,
}

SOURCE_RUNS: Schema = {
    "run_id": _TEXT,
    "source": _TEXT,
    "new": _COUNT,
    "unchanged": _COUNT,
    "failed": _COUNT,
    "reason": _TEXT,
    "started_at": _TIME,
    "finished_at": _TIME,
}


@dataclass(frozen=True, slots=True)
class Fetch:
    """The last answer of one address, and what the next request to it needs. Times are in UTC without a zone.

    `status` is the HTTP status, None where no answer came or none is spoken (object stores). `mark` is what the feed or
    sitemap said of the address when it was read: while it says the same, the address is not asked again. `content_hash`
    is a digest of the body. Before `next_try` the address is left alone. `unchanged`: the address gave nothing to read,
    since it holds what it held before; this is no column.
    """

    source: str
    url: str
    status: int | None
    fetched_at: datetime
    etag: str | None = None
    last_modified: str | None = None
    mark: str | None = None
    content_hash: str | None = None
    next_try: datetime | None = None
    unchanged: bool = False


@dataclass(frozen=True, slots=True)
class SourceRun:
    """What one run took from one source: documents new or changed, unchanged ones, and what failed.

    `reason` is the first failure in words. A source worked where anything of it is new or unchanged, or nothing failed.
    """

    run_id: str
    source: str
    new: int
    unchanged: int
    failed: int
    reason: str | None
    started_at: datetime
    finished_at: datetime

    @property
    def worked(self) -> bool:
        """Whether the source could be read at all."""
        return bool(self.new or self.unchanged or not self.failed)


def fetch_rows(fetches: Iterable[Fetch]) -> pl.DataFrame:
    """One row an address of a source, the last one said of it, in the schema FETCHES."""
    last = {(fetch.source, fetch.url): fetch for fetch in fetches}
    rows = [{name: getattr(fetch, name) for name in FETCHES} for fetch in last.values()]
    return pl.DataFrame(rows, schema=FETCHES)


def source_run_rows(runs: Iterable[SourceRun]) -> pl.DataFrame:
    """One row a source and run, in the schema SOURCE_RUNS."""
    return pl.DataFrame([asdict(run) for run in runs], schema=SOURCE_RUNS)
