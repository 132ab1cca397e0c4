"""`sanctionwire maintain`: the warehouse, made small again."""

from dataclasses import asdict
from typing import Annotated

import typer

from flows.cli import shell
from flows.screen import screen


def maintain(
    store: Annotated[str | None, typer.Option(help="Folder of the warehouse")] = None,
    keep_history_days: Annotated[
        int | None, typer.Option("--keep-history", min=0, metavar="DAYS", help="How long to keep what was replaced")
    ] = None,
    wait: Annotated[float, typer.Option(min=0, help="Seconds to wait for a run on the store to end")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was done as JSON")] = False,
) -> None:
    """Prune the history, and compact the warehouse, as the deployment of that name does every week.

    Example: sanctionwire maintain --keep-history 90
    """
    shell.prepare_prefect()
    with shell.errors():
        from flows.warehouse import is_there

        settings = shell.settings(store=store, keep_history_days=keep_history_days)
        if not is_there(settings.warehouse):
            shell.fail(f"{settings.warehouse}: there is no warehouse yet; `sanctionwire run` makes it")
        from flows.maintenance import lines, maintenance

        done = maintenance(settings, wait)
    if as_json:
        shell.print_json(asdict(done))
    else:
        for label, value in lines(done):
            screen().print(f"{label:<18}{value}", highlight=False)
