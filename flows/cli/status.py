"""`sanctionwire status`: how a store stands."""

from dataclasses import asdict
from typing import Annotated

import typer

from flows.cli import shell
from flows.screen import screen


def status(
    store: Annotated[str | None, typer.Option(help="Folder of the warehouse and the published file")] = None,
    runs: Annotated[int, typer.Option(min=0, help="How many of the last runs to show")] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="Print the state as JSON")] = False,
) -> None:
    """Show the last runs, what is stored, how fresh each source is, and how large the store is.

    Example: sanctionwire status --store press
    """
    with shell.errors():
        from flows.status import show
        from flows.status import status as state_of

        state = state_of(shell.settings(store=store), runs)
    if as_json:
        shell.print_json(asdict(state))
    else:
        screen().print(show(state))
