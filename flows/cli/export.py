"""`sanctionwire export`: tables of the published file as files."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from flows.cli import shell


def export(
    table: Annotated[str, typer.Argument(help="A table of the published file")] = "bi_events",
    kind: Annotated[
        Literal["parquet", "csv", "xlsx", "jsonl"], typer.Option("--format", "-f", help="Kind of file")
    ] = "csv",
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Without it, TABLE.FORMAT in the store")] = None,
    store: Annotated[str | None, typer.Option(help="Folder of the published file")] = None,
) -> None:
    """Write a table of the published file for Excel, pandas and other programs.

    Example: sanctionwire export bi_episodes --format xlsx
    """
    with shell.errors():
        from flows.export import Format, export

        settings = shell.settings(store=store)
        path = out or settings.store / f"{table}.{kind}"
        rows = export(settings.published, table, Format(kind), path)
    typer.echo(f"{path}: {rows:,} rows ({path.stat().st_size / 1e6:.1f} MB)")
