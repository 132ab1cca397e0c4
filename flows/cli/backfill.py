"""`sanctionwire backfill`: stored documents, read again by the extractor as it now is."""

from dataclasses import asdict
from typing import Annotated

import typer

from flows.cli import shell
from flows.screen import screen


def backfill(
    store: Annotated[str | None, typer.Option(help="Folder of the warehouse and the published file")] = None,
    batch_size: Annotated[int | None, typer.Option(min=1, help="Documents per task run")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes that extract")] = None,
    runner: Annotated[str | None, typer.Option(help="What extracts: threads, processes, dask or ray")] = None,
    cluster: Annotated[str | None, typer.Option(help="Address of a running Dask or Ray")] = None,
    min_confidence: Annotated[float | None, typer.Option(min=0, max=1, help="Leave out events below it")] = None,
    wait: Annotated[float, typer.Option(min=0, help="Seconds to wait for another run on the store to end")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON")] = False,
) -> None:
    """Read again what an older version of the extractor has read, from the stored texts, and publish once.

    Example: sanctionwire backfill --workers 4
    """
    shell.prepare_prefect()
    with shell.errors():
        from flows.warehouse import is_there

        settings = shell.settings(
            store=store,
            batch_size=batch_size,
            workers=workers,
            runner=runner,
            cluster=cluster,
            min_confidence=min_confidence,
        )
        if not is_there(settings.warehouse):
            shell.fail(f"{settings.warehouse}: there is no warehouse yet; `sanctionwire run` makes it")
        from flows.backfill import run
        from flows.report import table

        report = run(settings, wait=wait)
    if as_json:
        shell.print_json(asdict(report))
    else:
        screen().print(table(report))
