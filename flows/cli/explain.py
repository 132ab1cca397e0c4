"""`sanctionwire explain`: why a sentence gives the events it gives."""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from flows.cli import shell
from flows.screen import screen


def explain(
    sentence: Annotated[str, typer.Argument(help="A sentence, or several")],
    published: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Date that words like 'yesterday' count from")
    ] = None,
    title: Annotated[str | None, typer.Option(help="Title of the document")] = None,
    html: Annotated[Path | None, typer.Option(metavar="OUT.html", help="Write a page with the parse drawn")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the explanation as JSON")] = False,
) -> None:
    """Show why a sentence gives the events it gives: terms, parse, probabilities, and what each component did.

    Example: sanctionwire explain "Canada froze the assets of two Iranian banks on Friday." --published 2025-09-08
    """
    with shell.errors():
        from flows.explain.gather import explain
        from flows.explain.page import render_page
        from flows.explain.terminal import render_terminal
        from models.extraction.pipeline import build

        told = explain(
            build(language_model=shell.settings().language_model),
            sentence,
            title,
            published.date() if published else None,
        )
        if html:
            with shell.opened_output(str(html)) as page:
                page.write(render_page(told))
    if as_json:
        shell.print_json(asdict(told))
    else:
        screen().print(render_terminal(told))
