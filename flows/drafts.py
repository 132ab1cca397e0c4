"""Files that are replaced as a whole: written beside their place, then put there by one rename."""

import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path

from flows.store_errors import StoreError


@contextmanager
def draft_of(target: Path) -> Generator[Path]:
    """A path to write a file at, which takes the place of `target` at the end; where that fails, `target` stays.

    Whoever has `target` open goes on reading the file that was there. A link stays one, and the new file may be read
    and written by whom the old one could be. Drafts that killed processes left are removed.

    Raises:
        StoreError: the file cannot be written or put in place.
    """
    try:
        target = target.resolve()
        if target.exists() and not target.is_file():  # such as a device, whose place a rename would take
            raise StoreError(f"{target} cannot be put in place: what is there is no file")
    except (OSError, RuntimeError) as error:  # the latter where a link leads to itself
        raise StoreError(f"{target} cannot be put in place: {error}") from error
    _remove_left_over(target)
    draft = target.with_name(f".{target.name}.{os.getpid()}.draft")  # others may be writing theirs
    _remove(draft)
    try:
        yield draft
        _flush(draft)
        if target.exists():
            shutil.copymode(target, draft)
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


def _remove_left_over(target: Path) -> None:
    """Remove drafts of `target` whose processes are dead."""
    for draft in target.parent.glob(f".{escape(target.name)}.*.draft"):
        process = draft.name.removeprefix(f".{target.name}.").removesuffix(".draft")
        if process.isdecimal() and not _lives(int(process)):
            _remove(draft)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)  # signals nothing
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:  # it is another user's
        pass
    return True


def _remove(draft: Path) -> None:
    """Remove a draft and its log."""
    for path in (draft, draft.with_name(f"{draft.name}.wal")):
        with suppress(OSError):
            path.unlink()
