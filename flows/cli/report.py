"""`sanctionwire report`: the published file as a web page."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from flows.cli import shell


def report(
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="OUT.html", help="Without it, report.html in the store")
    ] = None,
    open_page: Annotated[bool, typer.Option("--open", help="Show the page in the browser")] = False,
    store: Annotated[str | None, typer.Option(help="Folder of the published file")] = None,
) -> None:
    """Write the published file as a web page: figures, charts, filters and quotes in one file that needs no network.

    Example: sanctionwire report --open
    """
    with shell.errors():
        from flows.drafts import draft_of
        from flows.web_report.gather import gather
        from flows.web_report.page import render

        settings = shell.settings(store=store)
        page = out or settings.page
        text = render(gather(settings.published), datetime.now(UTC).date())
        if str(page) == "-":
            sys.stdout.write(text)
        else:
            with draft_of(page) as draft:  # who reads the page meanwhile sees all of the old one
                draft.write_text(text, encoding="utf-8")
    if str(page) != "-":
        typer.echo(f"{page} ({page.stat().st_size / 1e6:.1f} MB)")
        if open_page:
            typer.launch(str(page))
