"""Serves the published file to readers on other machines, over DuckDB's Quack protocol.

Readers read, and can neither write, nor reach other files of this machine, nor stop this server or open another. When
a run puts a new file in place, the server goes on with that one, and readers attach again.

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

LOOK_EVERY = 1.0  # seconds between two looks at the file and the server
# In names of functions that rule servers, run a text put together, which may name those, or end the process.
REFUSED = ("quack", "query", "serialized", "logging")


def main(
    published: Annotated[Path, typer.Argument(exists=True, help="The published file")],
    address: Annotated[str, typer.Option(help="Where to listen, on this machine")] = "quack:127.0.0.1:9494",
    token: Annotated[
        str, typer.Option(envvar="QUACK_TOKEN", help="What readers must know; without it, one is made")
    ] = "",
) -> None:
    """Serve the published file until Ctrl-C, or until it is gone or can no longer be served."""
    if not token:
        token = secrets.token_urlsafe(24)
        typer.echo(f"token: {token}")
    try:
        with suppress(KeyboardInterrupt):
            while True:
                served = published.stat().st_ino
                with serving(published, address, token) as connection:
                    typer.echo(f"{published} at {address}")
                    while published.stat().st_ino == served:
                        if not connection.execute("FROM quack_server_list()").fetchall():
                            raise ConnectionError(None, "the server no longer listens")
                        time.sleep(LOOK_EVERY)
    except (duckdb.Error, OSError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error).splitlines()[0]
        typer.echo(f"{published} cannot be served at {address}: {reason}", err=True)
        raise typer.Exit(1) from None


@contextmanager
def serving(published: Path, address: str, token: str) -> Generator[duckdb.DuckDBPyConnection]:
    """Serve the file as it is now, while the block runs; gives the connection that does."""
    with duckdb.connect(published, read_only=True, config={"autoinstall_known_extensions": "false"}) as connection:
        load_extension(connection, "httpfs")
        load_extension(connection, "quack")
        # What a reader sends is run here: it shall reach no other file and no server, and not undo that.
        connection.create_function("only_reads", only_reads, ["VARCHAR", "VARCHAR"], "VARCHAR")
        connection.execute("SET GLOBAL quack_authorization_function = 'only_reads'")
        connection.execute("SET enable_external_access = false; SET lock_configuration = true")
        connection.execute("CALL quack_serve(?, token = ?)", [address, token])
        try:
            yield connection
        finally:
            with suppress(duckdb.Error):  # it has stopped by itself
                connection.execute("CALL quack_stop(?)", [address])


def only_reads(_: str, query: str) -> str:
    """The query of a reader, for the server to run. Raises ValueError where it holds a word of REFUSED."""
    if any(word in query.lower() for word in REFUSED):
        raise ValueError("readers only read")
    return query


if __name__ == "__main__":
    typer.run(main)
