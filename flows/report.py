"""What a run did, for the terminal, for scripts and for Prefect's artifacts."""

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prefect.artifacts import create_link_artifact, create_markdown_artifact, create_table_artifact
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from flows.publish import Published
from flows.runs import RunCounts
from flows.settings import Settings
from models.errors import UserError
from models.fetches import SourceRun
from models.rejection import Rejection

ARTIFACT_KEY = "sanctionwire-run"
SHOWN = 100  # rejections that a report holds; all are in `raw.rejected`
LISTED = 10  # of them, those that the terminal lists


@dataclass(frozen=True, slots=True)
class RunReport:
    """Counts, how many rows each check rejected, seconds by stage, what was published, and dbt's warnings.

    `sources` are the named sources of the run, `rejected` the first SHOWN of what was rejected, `conflicts` how often a
    batch was loaded anew because another writer was quicker.
    """

    run_id: str
    counts: RunCounts
    rejections: dict[str, int]
    seconds: dict[str, float]
    published: Published
    warnings: tuple[str, ...]
    sources: tuple[SourceRun, ...] = ()
    rejected: tuple[Rejection, ...] = ()
    conflicts: int = 0


class IncompleteError(UserError):
    """The run ended, and what it read is published, but it read less than it should have: `report` tells what."""

    def __init__(self, message: str, report: RunReport) -> None:
        """`message` is one line."""
        super().__init__(message)
        self.report = report


def complaint(report: RunReport, *, strict: bool) -> str | None:
    """Why the run may not count as a success, in one line: nothing could be read, or, if `strict`, not everything."""
    counts = report.counts
    if report.sources and not any(source.worked for source in report.sources):
        return "no source worked: " + "; ".join(f"{source.source}: {source.reason}" for source in report.sources)
    loaded = counts.documents_new + counts.documents_replaced + counts.documents_unchanged
    if not report.sources and counts.documents_read and not loaded:
        return "nothing could be read: every document was rejected (see the table `rejected` of the warehouse)"
    if strict and report.rejected:
        return f"--strict was given, and {sum(report.rejections.values())} were rejected: {report.rejected[0].reason}"
    return None


def rows(report: RunReport) -> list[tuple[str, str]]:
    """The report as lines of a label and a value."""
    counts = report.counts
    changes = (
        f"{counts.documents_new} new, {counts.documents_replaced} replaced, {counts.documents_unchanged} unchanged"
    )
    reasons = ", ".join(f"{check} {count}" for check, count in sorted(report.rejections.items()))
    return [
        ("documents read", f"{counts.documents_read} ({changes})"),
        *(_source_line(source) for source in report.sources),
        ("events found", f"{counts.events} ({counts.mentions} mentions)"),
        ("rejected", f"{counts.rejected}" + (f" ({reasons})" if reasons else "")),
        *((f"seconds: {stage}", f"{seconds:.1f}") for stage, seconds in report.seconds.items()),
        *([("write conflicts", f"{report.conflicts}, all loaded anew")] if report.conflicts else []),
        *(("warning", warning) for warning in report.warnings),
        ("published", _published(report.published)),
    ]


def table(report: RunReport) -> Group:
    """The report for a terminal, with the first reasons of rejections and a query to try."""
    lines = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    lines.add_column()
    lines.add_column(overflow="fold")  # a path that is cut cannot be copied
    for label, value in rows(report):
        lines.add_row(label, Text(value))
    return Group(lines, *_reasons(report), "", _query_to_try(report.published.path.parent))


def _reasons(report: RunReport) -> list[RenderableType]:
    reasons = [Text(f"rejected: {one.reason}") for one in report.rejected[:LISTED]]
    more = sum(report.rejections.values()) - len(reasons)
    if more:
        reasons.append(Text(f"rejected: {more} more, in the table `raw.rejected` of the warehouse"))
    return ["", *reasons] if reasons else []


def _query_to_try(store: Path) -> str:
    query = "select actor, action, status, target, date_start from bi_events order by date_start desc limit 10"
    named = "" if store == Settings.model_validate({}).store else f" --store {shlex.quote(str(store))}"
    return f'Try: sanctionwire sql{named} "{query}"'


def write_artifacts(report: RunReport, page: Path) -> None:
    """Leave in Prefect's UI what the run did: a summary, its sources, what it rejected, and where the result stands.

    That is the web report `page` where there is one, else the published file.
    """
    result = page if page.exists() else report.published.path
    create_table_artifact(
        key=ARTIFACT_KEY,
        table=[{"figure": label, "value": value} for label, value in rows(report)],
        description="What the run read, found and rejected",
    )
    create_table_artifact(
        key=f"{ARTIFACT_KEY}-sources",
        table=[_source_row(source) for source in report.sources],
        description="What each named source gave",
    )
    create_table_artifact(
        key=f"{ARTIFACT_KEY}-rejected",
        table=[{"origin": one.origin, "check": one.check, "reason": one.reason} for one in report.rejected],
        description=f"What was rejected, and why: the first {SHOWN}; all are in raw.rejected",
    )
    tables = "\n".join(f"- `{name}`: {count} rows" for name, count in report.published.tables.items())
    markdown = f"# Published\n\n`{report.published.path}`\n\n{tables}\n"
    create_markdown_artifact(key=f"{ARTIFACT_KEY}-published", markdown=markdown, description="The published tables")
    create_link_artifact(
        key=f"{ARTIFACT_KEY}-report",
        link=result.absolute().as_uri(),
        link_text=result.name,
        description="What was published, on the machine that ran this",
    )


def _published(published: Published) -> str:
    of = "" if published.snapshot is None else f", of snapshot {published.snapshot} of the lake"
    return f"{published.path} ({published.size / 1e6:.1f} MB{of})"


def _source_line(source: SourceRun) -> tuple[str, str]:
    counts = f"{source.new} new, {source.unchanged} unchanged, {source.failed} failed"
    return f"source {source.source}", counts + (f" ({source.reason})" if source.reason else "")


def _source_row(source: SourceRun) -> dict[str, Any]:
    return {
        "source": source.source,
        "new": source.new,
        "unchanged": source.unchanged,
        "failed": source.failed,
        "reason": source.reason or "",
        "seconds": round((source.finished_at - source.started_at).total_seconds(), 1),
    }
