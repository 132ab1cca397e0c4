"""Serves the published file to readers on other machines, over DuckDB's Quack protocol.

Readers read, and can neither write nor reach other files of this machine. When a run puts a new file in place, the
server goes on with that one, and readers attach again.

    uv run --extra quack python bi/quack/serve.py data/sanctions.duckdb
"""

import secrets
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated

import duckdb
import typer

from flows.duckdb_extensions import load_extension

LOOK_EVERY = 1.0  # seconds between two looks at the file


def main(
    published: Annotated[Path, typer.Argument(exists=True, help="The published file")],
    address: Annotated[str, typer.Option(help="Where to listen, on this machine")] = "quack:127.0.0.1:9494",
    token: Annotated[
        str, typer.Option(envvar="QUACK_TOKEN", help="What readers must know; without it, one is made")
    ] = "",
) -> None:
    """Serve the published file until Ctrl-C."""
    if not token:
        token = secrets.token_urlsafe(24)
        typer.echo(f"token: {token}")
    try:
        with suppress(KeyboardInterrupt):
            while True:
                served = published.stat().st_ino
                with serving(published, address, token):
                    typer.echo(f"{published} at {address}")
                    while published.stat().st_ino == served:
                        time.sleep(LOOK_EVERY)
    except duckdb.Error as error:
        typer.echo(f"{published} cannot be served at {address}: {str(error).splitlines()[0]}", err=True)
        raise typer.Exit(1) from None


@contextmanager
def serving(published: Path, address: str, token: str) -> Generator[None]:
    """Serve the file as it is now, while the block runs."""
    with duckdb.connect(published, read_only=True, config={"autoinstall_known_extensions": "false"}) as connection:
        load_extension(connection, "httpfs")
        load_extension(connection, "quack")
        # What a reader sends is run here: it shall reach no other file, and not undo that.
        connection.execute("SET enable_external_access = false; SET lock_configuration = true")
        connection.execute("CALL quack_serve(?, token = ?)", [address, token])
        try:
            yield
        finally:
            with suppress(duckdb.Error):  # a reader has stopped it
                connection.execute("CALL quack_stop(?)", [address])


if __name__ == "__main__":
    typer.run(main)
