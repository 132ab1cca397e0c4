"""`sanctionwire sources check`: what each named source gives."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from flows.cli import shell
from flows.screen import screen

app = typer.Typer(no_args_is_help=True, help="Named sources: feeds, sitemaps, pages, folders, object stores, queries.")


@app.callback()
def main() -> None:
    """Named sources: feeds, sitemaps, pages, folders, object stores, queries."""


@app.command()
def check(
    file: Annotated[Path | None, typer.Argument(help="File of named sources; else that of the settings")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON, one a line")] = False,
) -> None:
    """Try each source and say what it gives: at most three documents of each are read, and nothing is stored.

    Example: sanctionwire sources check sources.toml
    """
    shell.prepare_prefect()  # a secret may stand in one of its blocks
    with shell.errors():
        from flows.client import Web
        from flows.collecting.checking import check_source, findings_table
        from flows.named_sources import read_sources

        sources = read_sources(file or shell.settings().sources or Path("sources.toml"))
        with Web() as web:
            findings = [check_source(source, web) for source in sources]
    if as_json:
        for finding in findings:
            shell.print_json(asdict(finding))
    else:
        screen().print(findings_table(findings))
    if failing := [finding.source for finding in findings if not finding.works]:
        shell.fail(f"{len(failing)} of {len(findings)} sources fail: {', '.join(failing)}")
