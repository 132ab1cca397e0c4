"""`sanctionwire serve`: the pipeline on its schedules, from one process."""

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from flows.cli import shell
from models.errors import UserError


def serve(
    sources: Annotated[
        list[str] | None, typer.Argument(help="Files, folders or globs to read; without any, the named sources")
    ] = None,
    store: Annotated[str | None, typer.Option(help="Folder of the warehouse and the published file")] = None,
) -> None:
    """Run the pipeline by itself, without server and worker: ingest every half hour, maintenance every week.

    Example: sanctionwire serve inbox/ --store press
    """
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", "INFO")  # no progress bar takes the place of log lines here
    shell.prepare_prefect()
    with shell.errors():
        settings = shell.settings(store=store)
        if not sources:
            from flows.named_sources import read_sources

            if settings.sources is None:
                raise UserError("no source given: name files or folders, or a file of sources in SANCTIONWIRE_SOURCES")
            read_sources(settings.sources)
        from flows.deployments import serve_all

        given: dict[str, Any] = {"store": anywhere(store, settings.store)} if store else {}
        serve_all([str(Path(source).absolute()) for source in sources or ()], given, _tell)


def anywhere(store: str, folder: Path) -> str:
    """The store as it is found from any folder: the `folder` that it names in full, or the address of a lake."""
    return store if store.startswith("ducklake:") else str(folder.absolute())


def _tell(url: str) -> None:
    dashboard = url.removesuffix("/api")
    typer.echo(f"Running until Ctrl-C. Runs and their artifacts: {dashboard}")
    typer.echo(f"Start one now: PREFECT_API_URL={url} prefect deployment run ingest/ingest")
