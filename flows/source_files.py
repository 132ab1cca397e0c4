"""Which files a SOURCE argument names: a file, a folder with all below it, or a glob.

Files come in a fixed order: the sources as given, and within one its files by name, those of a folder before those of
the folders in it. A file that two sources name is read once. In a folder, hidden names and links to folders are passed
over (so a link cannot lead in a circle), and so are files of other kinds, with one warning that says which.
"""

import logging
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path

from flows.readers.errors import ReadError
from models.errors import UserError
from models.rejection import Rejection

_log = logging.getLogger(__name__)
_GLOB = frozenset("*?[")


class SourceError(UserError):
    """No source names a file that can be read; the message is one line."""


class Kind(StrEnum):
    """How a file is read."""

    TEXT = "text"
    HTML = "html"
    JSONL = "jsonl"
    JSON = "json"
    CSV = "csv"
    PARQUET = "parquet"


KINDS = {
    ".txt": Kind.TEXT,
    ".md": Kind.TEXT,
    ".html": Kind.HTML,
    ".htm": Kind.HTML,
    ".jsonl": Kind.JSONL,
    ".json": Kind.JSON,
    ".csv": Kind.CSV,
    ".parquet": Kind.PARQUET,
}


def files(sources: Sequence[str | Path]) -> Iterator[Path | Rejection]:
    """The files that `sources` name, and a rejection for each source that names none or cannot be opened.

    Raises SourceError, before it gives anything, where no source names a file at all.
    """
    seen: set[Path] = set()
    waiting: list[Rejection] = []  # held back until a file turns up, so that an error is not reported twice
    for source in sources:
        for found in _named_by(str(source)):
            if isinstance(found, Rejection):
                if seen:
                    yield found
                else:
                    waiting.append(found)
            elif (real := found.resolve()) not in seen:
                seen.add(real)
                yield from waiting
                waiting.clear()
                yield found
    if not seen:
        raise SourceError(
            "; ".join(rejection.reason for rejection in waiting) or "no source given: name a file or folder"
        )


def kind_of(path: Path) -> Kind | None:
    """The kind that a file's name tells, `.gz` at its end left aside; None for a kind that is not read."""
    name = path.with_suffix("") if is_gzipped(path) else path
    return KINDS.get(name.suffix.lower())


def is_gzipped(path: Path) -> bool:
    """Whether the file's name says that it is compressed."""
    return path.suffix.lower() == ".gz"


def origin_of(path: Path) -> str:
    """The path as documents carry it: relative to the current folder where it lies below it, else as given.

    Names are parted by `/`; bytes of a name that are no text are written as `\\udcNN`.
    """
    here = Path.cwd()
    name = path.relative_to(here) if path.is_relative_to(here) else path
    return name.as_posix().encode("utf-8", "backslashreplace").decode("utf-8")


def matching(pattern: Path) -> list[Path]:
    """What the pattern matches, by name. Raises ReadError ("bad_pattern")."""
    if any("**" in part and part != "**" for part in pattern.parts):  # Python 3.13 takes it for *, others do not
        raise ReadError(
            "bad_pattern", "no valid pattern: ** stands for folders, so it must stand alone, as in **/*.txt"
        )
    top = Path(pattern.anchor) if pattern.anchor else Path()
    return sorted(top.glob(str(pattern.relative_to(pattern.anchor))))


def _named_by(source: str) -> Iterator[Path | Rejection]:
    path = Path(source)
    if path.is_dir():
        yield from _in_folder(path)
    elif path.is_file():
        if kind_of(path):
            yield path
        else:
            yield _rejection(path, "unknown_kind", f"this kind of file is not read; these are: {_kinds()}")
    elif _GLOB & set(source):
        yield from _matching(path)
    elif os.path.lexists(path):
        yield _rejection(path, "not_a_file", "neither a file nor a folder")
    else:
        yield _rejection(path, "not_found", "no such file or folder; check the path")


def _matching(pattern: Path) -> Iterator[Path | Rejection]:
    try:
        matches = matching(pattern)
    except ReadError as error:
        yield _rejection(pattern, error.check, error.reason)
        return
    if not matches:
        yield _rejection(pattern, "not_found", "no file matches this pattern")
    for match in matches:
        yield from _named_by(str(match))


def _in_folder(folder: Path) -> Iterator[Path | Rejection]:
    failures: list[OSError] = []
    passed_over: Counter[str] = Counter()
    empty = True
    for parent, folders, names in os.walk(folder, onerror=failures.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for path in (Path(parent, name) for name in sorted(names) if not name.startswith(".")):
            if kind_of(path) and path.is_file():
                empty = False
                yield path
            else:
                passed_over[path.suffix or path.name] += 1
    for failure in failures:
        yield _rejection(Path(failure.filename), "unreadable", f"cannot open the folder: {failure.strerror}")
    if passed_over:
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(passed_over.items())[:10])
        _log.warning("%s: files of other kinds passed over: %s", origin_of(folder), kinds)
    if empty and not failures:
        yield _rejection(folder, "no_files", f"the folder holds no file that can be read; these are: {_kinds()}")


def _kinds() -> str:
    return ", ".join(KINDS) + ", each also as .gz"


def _rejection(path: Path, check: str, reason: str) -> Rejection:
    origin = origin_of(path)
    return Rejection(origin, None, "read", check, f"{origin}: {reason}")
