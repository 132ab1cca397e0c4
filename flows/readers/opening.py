"""Opens a file for reading, a compressed one as what it holds."""

import gzip
import io
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryFile

from flows.readers.decoding import LARGEST_DOCUMENT, wide_encoding
from flows.readers.errors import ReadError
from flows.source_files import is_gzipped

HIGHEST_RATIO = 200  # of inflated to compressed bytes; news gives 3 to 10, deflate can reach 1,032
FREE_OF_RATIO = 64 * 2**20  # bytes that any file may inflate to

_CHUNK = 2**20
_HEAD = 4096
_UTF8_MARK = b"\xef\xbb\xbf"


def open_binary(path: Path) -> io.BufferedReader:
    """The bytes of `path`, inflated where its name ends in .gz.

    Raises OSError, and ReadError ("broken_gzip", "truncated_gzip", "gzip_bomb") while it is read.
    """
    if is_gzipped(path):
        return io.BufferedReader(_Inflated(path), _CHUNK)
    return path.open("rb")


def whole(stream: io.BufferedReader, largest: int = LARGEST_DOCUMENT) -> bytes:
    """All bytes of a file that is one document. Raises ReadError ("empty", "too_large")."""
    data = stream.read(largest + 1)
    if len(data) > largest:
        raise ReadError(
            "too_large", f"larger than {largest // 2**20} MB, the most that one document may have; cut it up"
        )
    if not data.strip():
        raise ReadError("empty", "the file is empty")
    return data


def lines(stream: io.BufferedReader) -> Iterator[tuple[int, bytes | None]]:
    """The lines of a stream with their numbers, from 1; None for a line of more than LARGEST_DOCUMENT bytes."""
    number = 0
    while line := stream.readline(LARGEST_DOCUMENT + 1):
        number += 1
        if len(line) > LARGEST_DOCUMENT:
            while line and not line.endswith(b"\n"):
                line = stream.readline(_CHUNK)
            yield number, None
        else:
            yield number, line


def as_utf8(stream: io.BufferedReader) -> io.BufferedReader:
    """The stream of a table, without a byte-order mark; UTF-16 and UTF-32 are rewritten as UTF-8, in a file on disk.

    Other encodings are left as they are, for `decode` to find record by record. Raises ReadError ("binary").
    """
    head = stream.peek(_HEAD)[:_HEAD]
    encoding = wide_encoding(head)
    if encoding:
        return _rewritten(stream, encoding)
    if b"\0" in head:
        raise ReadError("binary", "holds NUL bytes, so it is no text; check what it is")
    if head.startswith(_UTF8_MARK):
        stream.read(len(_UTF8_MARK))
    return stream


def on_disk(stream: io.BufferedReader) -> io.BufferedReader:
    """A copy of an inflated stream that can be read in any order."""
    return _stored(iter(lambda: stream.read(_CHUNK), b""))


def _rewritten(stream: io.BufferedReader, encoding: str) -> io.BufferedReader:
    text = io.TextIOWrapper(stream, encoding, errors="replace", newline="")
    chunks = iter(lambda: text.read(_CHUNK), "")
    return _stored(chunk.removeprefix("\ufeff").encode("utf-8", "replace") for chunk in chunks)


def _stored(chunks: Iterable[bytes]) -> io.BufferedReader:
    copy = TemporaryFile()  # noqa: SIM115 (its reader closes it)
    copy.writelines(chunks)
    copy.seek(0)
    return io.BufferedReader(copy.detach())


class _Inflated(io.RawIOBase):
    """What a gzip file holds, up to the limits above."""

    def __init__(self, path: Path) -> None:
        self._compressed = gzip.open(path, "rb")  # noqa: SIM115 (closed below)
        self._most = max(FREE_OF_RATIO, HIGHEST_RATIO * path.stat().st_size)
        self._given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # pyright: ignore[reportIncompatibleMethodOverride]
        try:
            chunk = self._compressed.read(len(buffer))
        except EOFError as error:
            raise ReadError("truncated_gzip", "the compressed file ends too early; fetch it again") from error
        except (gzip.BadGzipFile, zlib.error) as error:
            raise ReadError("broken_gzip", f"no valid gzip file: {error}") from error
        self._given += len(chunk)
        if self._given > self._most:
            raise ReadError(
                "gzip_bomb",
                f"inflates to over {HIGHEST_RATIO} times its size, which no text does; inflate it if you trust it",
            )
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def close(self) -> None:
        self._compressed.close()
        super().close()
