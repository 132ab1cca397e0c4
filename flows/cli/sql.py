"""`sanctionwire sql`: queries of the published file."""

from typing import Annotated

import typer

from flows.cli import shell


def sql(
    query: Annotated[str | None, typer.Argument(help="Without one, a prompt opens")] = None,
    store: Annotated[str | None, typer.Option(help="Folder of the published file")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the rows as JSON, one a line")] = False,
) -> None:
    """Query the published file, read-only.

    Example: sanctionwire sql "select status, count(*) from bi_events group by all"
    """
    with shell.errors():
        from flows.query import print_query, prompt

        path = shell.settings(store=store).published
        if query is None:
            prompt(path)
        else:
            print_query(path, query, as_json=as_json)
