"""What a run did, for the terminal, for scripts and for Prefect's artifacts."""

from dataclasses import dataclass
from typing import Any

from prefect.artifacts import create_markdown_artifact, create_table_artifact
from rich.console import Group
from rich.table import Table
from rich.text import Text

from flows.publish import Published
from flows.warehouse import RunCounts

ARTIFACT_KEY = "sanctionwire-run"


@dataclass(frozen=True, slots=True)
class RunReport:
    """Counts, how many rows each check rejected, seconds by stage, what was published, and dbt's warnings."""

    run_id: str
    counts: RunCounts
    rejections: dict[str, int]
    seconds: dict[str, float]
    published: Published
    warnings: tuple[str, ...]


def rows(report: RunReport) -> list[tuple[str, str]]:
    """The report as lines of a label and a value."""
    counts = report.counts
    changes = (
        f"{counts.documents_new} new, {counts.documents_replaced} replaced, {counts.documents_unchanged} unchanged"
    )
    reasons = ", ".join(f"{check} {count}" for check, count in sorted(report.rejections.items()))
    return [
        ("documents read", f"{counts.documents_read} ({changes})"),
        ("events found", f"{counts.events} ({counts.mentions} mentions)"),
        ("rejected", f"{counts.rejected}" + (f" ({reasons})" if reasons else "")),
        *((f"seconds: {stage}", f"{seconds:.1f}") for stage, seconds in report.seconds.items()),
        *(("warning", warning) for warning in report.warnings),
        ("published", f"{report.published.path} ({report.published.size / 1e6:.1f} MB)"),
    ]


def table(report: RunReport) -> Group:
    """The report for a terminal, with a query to try."""
    lines = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    lines.add_column()
    lines.add_column(overflow="fold")  # a path that is cut cannot be copied
    for label, value in rows(report):
        lines.add_row(label, Text(value))
    query = "select actor, action, status, target, date_start from bi_events order by date_start desc limit 10"
    return Group(lines, "", f'Try: sanctionwire sql "{query}"')


def write_artifacts(report: RunReport) -> None:
    """Leave a summary and a table of the run in Prefect's UI."""
    lines: list[dict[str, Any]] = [{"figure": label, "value": value} for label, value in rows(report)]
    create_table_artifact(key=ARTIFACT_KEY, table=lines, description="What the run read, found and rejected")
    tables = "\n".join(f"- `{name}`: {count} rows" for name, count in report.published.tables.items())
    markdown = f"# Published\n\n`{report.published.path}`\n\n{tables}\n"
    create_markdown_artifact(key=f"{ARTIFACT_KEY}-published", markdown=markdown, description="The published tables")
