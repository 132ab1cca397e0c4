"""`sanctionwire run`: the whole way from files to the published file."""

from dataclasses import asdict
from datetime import datetime
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli import shell
from flows.screen import screen

if TYPE_CHECKING:
    from flows.report import RunReport

SAMPLES = Path(__file__).resolve().parents[2] / "seeds" / "articles"


def run(
    sources: Annotated[
        list[str] | None,
        typer.Argument(help="Files, folders or globs; without any, the named sources, or else the sample articles"),
    ] = None,
    store: Annotated[str | None, typer.Option(help="Folder of the warehouse and the published file")] = None,
    published: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Date of documents that carry none")
    ] = None,
    batch_size: Annotated[int | None, typer.Option(min=1, help="Documents per task run")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes that extract")] = None,
    runner: Annotated[str | None, typer.Option(help="What extracts: threads, processes, dask or ray")] = None,
    cluster: Annotated[str | None, typer.Option(help="Address of a running Dask or Ray")] = None,
    min_confidence: Annotated[float | None, typer.Option(min=0, max=1, help="Leave out events below it")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Fail where a source or a document was rejected")] = False,
    wait: Annotated[float, typer.Option(min=0, help="Seconds to wait for another run on the store to end")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON")] = False,
) -> None:
    """Read documents, extract and load their events, build the marts, publish.

    Example: sanctionwire run inbox/ --published 2025-09-08
    """
    shell.prepare_prefect()
    with shell.errors():
        from flows.ingest import run as run_flow
        from flows.report import IncompleteError

        settings = shell.settings(
            store=store,
            batch_size=batch_size,
            workers=workers,
            runner=runner,
            cluster=cluster,
            min_confidence=min_confidence,
        )
        read = sources or ([] if settings.sources else [str(SAMPLES)])
        Thread(target=_warm_up, daemon=True).start()
        try:
            report = run_flow(settings, read, published.date() if published else None, strict=strict, wait=wait)
        except IncompleteError as error:
            _show(error.report, as_json=as_json)
            raise
        _show(report, as_json=as_json)


def _show(report: "RunReport", *, as_json: bool) -> None:
    from flows.report import table

    if as_json:
        shell.print_json(asdict(report))
    else:
        screen().print(table(report))


def _warm_up() -> None:
    """Import dbt, the slowest import of a run, while Prefect's server starts."""
    import_module("dbt.cli.main")
