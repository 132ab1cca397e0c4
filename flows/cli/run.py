"""`sanctionwire run`: the whole way from files to the published file."""

from dataclasses import asdict
from datetime import datetime
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import Annotated

import typer

from flows.cli import shell
from flows.screen import screen

SAMPLES = Path(__file__).resolve().parents[2] / "seeds" / "articles"


def run(
    sources: Annotated[
        list[str] | None, typer.Argument(help="Files, folders or globs; without any, the sample articles")
    ] = None,
    store: Annotated[Path | None, typer.Option(help="Folder of the warehouse and the published file")] = None,
    published: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Date of documents that carry none")
    ] = None,
    batch_size: Annotated[int | None, typer.Option(min=1, help="Documents a task run")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes that extract")] = None,
    min_confidence: Annotated[float | None, typer.Option(min=0, max=1, help="Leave out events below it")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON")] = False,
) -> None:
    """Read documents, extract and load their events, build the marts, publish.

    Example: sanctionwire run inbox/ --published 2025-09-08
    """
    shell.prepare_prefect()
    with shell.errors():
        from flows.ingest import run as run_flow
        from flows.report import table

        settings = shell.settings(store=store, batch_size=batch_size, workers=workers, min_confidence=min_confidence)
        Thread(target=_warm_up, daemon=True).start()
        report = run_flow(settings, sources or [str(SAMPLES)], published.date() if published else None)
    if as_json:
        shell.print_json(asdict(report))
    else:
        screen().print(table(report))
    if report.counts.documents_read and report.counts.documents_read == report.counts.rejected:
        shell.fail("nothing could be read: every document was rejected (see the table `rejected` of the warehouse)")


def _warm_up() -> None:
    """Import dbt, the slowest import of a run, while Prefect's server starts."""
    import_module("dbt.cli.main")
