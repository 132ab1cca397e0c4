"""One run at a time on a store; the system lets go of the lock when a run ends in whatever way."""

import fcntl
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from flows.store_errors import StoreError

_LOOK_AGAIN = 0.5  # seconds


class StoreBusyError(StoreError):
    """Another run holds the store."""


@contextmanager
def only_run(store: Path, wait: float = 0) -> Generator[None]:
    """Hold `store` for this run; where another holds it, wait for it up to `wait` seconds.

    Raises:
        StoreBusyError: another run holds it still.
        StoreError: the folder cannot be written.
    """
    try:
        store.mkdir(parents=True, exist_ok=True)
        file = (store / "run.lock").open("w")
    except OSError as error:
        raise StoreError(f"{store} cannot be written: {error.strerror}; name another --store") from error
    end = time.monotonic() + wait
    with file:
        while not _taken(file):
            left = end - time.monotonic()
            if left <= 0:
                waited = f" after {wait:.0f} seconds" if wait else ""
                raise StoreBusyError(
                    f"{store} is in use by another run{waited}: wait for it to end (--wait), or name another --store"
                )
            time.sleep(min(_LOOK_AGAIN, left))
        yield


def _taken(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
