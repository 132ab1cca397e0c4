"""Database files that are replaced as a whole: written beside their place, then put there by one rename."""

import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from flows.store_errors import StoreError


@contextmanager
def draft_of(target: Path) -> Generator[Path]:
    """A path to write a file at, which takes the place of `target` at the end; where that fails, `target` stays.

    Whoever has `target` open goes on reading the file that was there. A draft that a killed process left is removed.

    Raises:
        StoreError: the file cannot be put in place.
    """
    draft = target.with_name(f".{target.name}.draft")
    _remove(draft)
    try:
        yield draft
        try:
            _flush(draft)
            draft.replace(target)
            _flush(target.parent)
        except OSError as error:
            raise StoreError(f"{target} cannot be put in place: {error.strerror}") from error
    finally:
        _remove(draft)


def quoted(text: object) -> str:
    """`text` as a string in SQL, for statements that take no parameters."""
    return "'" + str(text).replace("'", "''") + "'"


def _flush(path: Path) -> None:
    """Have the disk hold what was written, before and after the rename."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(draft: Path) -> None:
    """Remove a draft and its log, this process's or a killed one's."""
    for path in (draft, draft.with_name(f"{draft.name}.wal")):
        with suppress(OSError):
            path.unlink()
