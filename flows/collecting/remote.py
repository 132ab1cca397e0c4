"""Files at an fsspec address: object stores and whatever else has a file system of that kind."""

# fsspec ships no types
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeStubs=false

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any

import fsspec

from flows.collecting.articles import Collected
from flows.named_sources import RemoteSource, secrets
from flows.readers.errors import ReadError, rejection
from flows.source_files import kind_of
from flows.sources import read_file
from models.clock import now
from models.event import Document
from models.fetches import Fetch

_GLOB = frozenset("*?[")
_EXTRAS = {"s3": "s3", "s3a": "s3", "gs": "gcs", "gcs": "gcs", "az": "azure", "abfs": "azure", "abfss": "azure"}


def read_remote(source: RemoteSource, known: Mapping[str, Fetch]) -> Iterator[Collected]:
    """The documents of the files that changed since they were read. Raises SourcesFileError for a secret not set."""
    options = {**source.options, **secrets(source.options_from)}
    files, paths = None, list[str]()
    try:
        files, paths = _found(source.url, options)
    except Exception as error:  # each file system raises errors of its own
        yield rejection(source.url, _explained(error, source))
    for path in paths:
        yield from _read(source, files, path, known)


def _found(url: str, options: dict[str, Any]) -> tuple[Any, list[str]]:
    """The file system, and the paths of the files that can be read, in order. Raises ReadError ("no_files")."""
    files, path = fsspec.url_to_fs(url, skip_instance_cache=True, **options)
    if _GLOB & set(path):
        paths = [found for found in files.glob(path) if files.isfile(found)]
    else:
        paths = list(files.find(path))
    readable = sorted(path for path in paths if kind_of(Path(PurePosixPath(path).name)))
    if not readable:
        raise ReadError("no_files", "no file there that is read; check the address, and the ends of the names")
    return files, readable


def _read(source: RemoteSource, files: Any, path: str, known: Mapping[str, Fetch]) -> Iterator[Collected]:
    address = str(files.unstrip_protocol(path))
    before = known.get(address)
    try:
        mark = str(files.ukey(path))
        if before and before.mark == mark and before.content_hash:
            yield replace(before, unchanged=True)
            return
        with TemporaryDirectory() as folder:
            copy = Path(folder, PurePosixPath(path).name)
            files.get_file(path, str(copy))
            for found in read_file(copy, address):
                yield replace(found, fetched_at=now()) if isinstance(found, Document) else found
    except Exception as error:  # each file system raises errors of its own
        yield rejection(address, _explained(error, source))
        return
    yield Fetch(source.name, address, None, now(), mark=mark, content_hash=mark)


def _explained(error: Exception, source: RemoteSource) -> ReadError:
    if isinstance(error, ReadError):
        return error
    if isinstance(error, ImportError):
        extra = _EXTRAS.get(source.url.split("://")[0].lower())
        cure = f"uv sync --extra {extra}" if extra else str(error)
        return ReadError("missing_library", f"the library for this kind of address is missing; {cure}")
    if isinstance(error, FileNotFoundError):
        return ReadError("not_found", "no such file or folder; check the address")
    message = f"{type(error).__name__}: {error}"
    for secret in secrets(source.options_from).values():
        message = message.replace(secret, "***")
    return ReadError("unreadable", f"cannot be read: {message}")
