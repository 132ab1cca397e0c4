"""One run at a time on a store; the system lets go of the lock when a run ends in whatever way."""

import fcntl
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from flows.warehouse import StoreError


@contextmanager
def only_run(store: Path) -> Generator[None]:
    """Hold `store` for this run.

    Raises:
        StoreError: another run holds it, or the folder cannot be written.
    """
    try:
        store.mkdir(parents=True, exist_ok=True)
        file = (store / "run.lock").open("w")
    except OSError as error:
        raise StoreError(f"{store} cannot be written: {error.strerror}; name another --store") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreError(f"{store} is in use by another run: wait for it to end, or name another --store") from None
        yield
