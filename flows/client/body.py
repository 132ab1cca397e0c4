"""The body of an answer: inflated no further than it may grow, and what its headers say it is."""

import zlib
from collections.abc import Iterable, Mapping
from email.message import Message

from flows.client.errors import FetchError
from flows.readers.opening import HIGHEST_RATIO

ACCEPTED_ENCODINGS = "gzip, deflate"

_GZIP_MAGIC = b"\x1f\x8b"
_STEP = 2**16  # bytes inflated at a time


def read_body(chunks: Iterable[bytes], encoding: str, largest: int) -> bytes:
    """The bytes that `chunks` hold in the content encoding `encoding`, which is empty where there is none.

    Raises FetchError ("too_large", "gzip_bomb", "broken_encoding").
    """
    if encoding in ("", "identity"):
        return _joined(chunks, largest)
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise FetchError("broken_encoding", f"compressed as {encoding[:40]!r}, which was not asked for")
    return b"".join(_inflated(chunks, encoding, largest))


def gunzipped(data: bytes, largest: int) -> bytes:
    """What `data` holds where it is a gzip file; else as it is. Raises FetchError as `read_body` does."""
    if not data.startswith(_GZIP_MAGIC):
        return data
    steps = (data[at : at + _STEP] for at in range(0, len(data), _STEP))
    return b"".join(_inflated(steps, "gzip", largest))


def content_type(headers: Mapping[str, str]) -> tuple[str, str | None]:
    """Media type and charset as the header Content-Type tells them; "" and None where it does not."""
    message = Message()
    message["content-type"] = headers.get("content-type", "")
    media = message.get_content_type() if headers.get("content-type") else ""
    return media, message.get_content_charset()


def _joined(chunks: Iterable[bytes], largest: int) -> bytes:
    data = bytearray()
    for chunk in chunks:
        data += chunk
        if len(data) > largest:
            raise _too_large(largest)
    return bytes(data)


def _inflated(chunks: Iterable[bytes], encoding: str, largest: int) -> Iterable[bytes]:
    inflater = None
    received = given = 0
    for chunk in chunks:
        received += len(chunk)
        if inflater is None:
            inflater = zlib.decompressobj(_window(encoding, chunk))
        rest = chunk
        while rest:
            if inflater.eof:
                rest = rest.lstrip(b"\0")  # the padding that some tools write
                if not rest:
                    break
                if encoding == "deflate" or rest[0] != _GZIP_MAGIC[0]:
                    return  # no further member: what follows is no part of the answer
                inflater = zlib.decompressobj(_window(encoding, rest))
            try:
                piece = inflater.decompress(rest, _STEP)
            except zlib.error as error:
                raise FetchError("broken_encoding", f"no valid {encoding}: {error}") from error
            rest = inflater.unused_data if inflater.eof else inflater.unconsumed_tail
            given += len(piece)
            if given > largest:
                raise _bomb() if given > HIGHEST_RATIO * (received - len(rest)) else _too_large(largest)
            yield piece
    if inflater and not inflater.eof:
        raise FetchError("broken_encoding", "the compressed answer ends too early", passing=True, again=True)


def _window(encoding: str, head: bytes) -> int:
    """zlib's window bits: gzip or zlib by the header, or the bare deflate that some servers send."""
    bare = encoding == "deflate" and head[:1] and head[0] & 0x0F != 8
    return -zlib.MAX_WBITS if bare else zlib.MAX_WBITS | 32


def _too_large(largest: int) -> FetchError:
    return FetchError("too_large", f"larger than {largest // 2**20} MB; raise largest_mb if you trust it", passing=True)


def _bomb() -> FetchError:
    return FetchError("gzip_bomb", f"inflates to over {HIGHEST_RATIO} times its size, which no text does")
