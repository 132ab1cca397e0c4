"""Serves the published file to readers on other machines, over DuckDB's Quack protocol.

    uv run --extra quack python bi/quack/serve.py data/sanctions.duckdb

Readers give the token of QUACK_TOKEN; without one, a token is made and printed. They read, and can neither write nor
reach other files of this machine. When a run puts a new file in place, the server goes on with that one, and readers
attach again.
"""

import os
import secrets
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from flows.duckdb_extensions import load_extension

ADDRESS = "quack:127.0.0.1:9494"
LOOK_EVERY = 1.0  # seconds between two looks at the file


def main() -> None:
    """Serve until Ctrl-C, the file of the first argument at the address of the second."""
    published = Path(sys.argv[1])
    address = sys.argv[2] if len(sys.argv) > 2 else ADDRESS
    token = os.environ.get("QUACK_TOKEN") or secrets.token_urlsafe(24)
    if "QUACK_TOKEN" not in os.environ:
        print(f"token: {token}", flush=True)
    with suppress(KeyboardInterrupt):
        while True:
            served = published.stat().st_ino
            with serving(published, address, token):
                print(f"{published} at {address}", flush=True)
                while published.stat().st_ino == served:
                    time.sleep(LOOK_EVERY)


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
    main()
