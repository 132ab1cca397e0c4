"""Web pages out of WARC files, such as those of news crawls."""

# fastwarc is compiled: its types stand apart
# pyright: reportMissingModuleSource=false

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from urllib.parse import urlsplit

from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from flows.client import Answer
from flows.client.body import gunzipped, read_body
from flows.collecting.articles import Collected
from flows.collecting.contents import dated, documents_in
from flows.named_sources import WarcSource
from flows.readers.errors import ReadError, rejection
from flows.readers.webpage import LARGEST_PAGE
from flows.source_files import matching, origin_of
from models.clock import now
from models.event import Document
from models.fetches import Fetch

_PAGES = ("text/html", "application/xhtml+xml")
_STEP = 2**16


def read_warc(source: WarcSource, known: Mapping[str, Fetch]) -> Iterator[Collected]:
    """The documents of the pages in the files that changed since they were read; other answers are passed over."""
    given = Path(source.path)
    try:
        paths = [given] if given.is_file() else matching(given)
    except ReadError as error:
        yield rejection(source.path, error)
        return
    if not paths:
        yield rejection(source.path, ReadError("not_found", "no such file, and no file matches; check the path"))
    for path in paths:
        yield from _read(source, path, known)


def _read(source: WarcSource, path: Path, known: Mapping[str, Fetch]) -> Iterator[Collected]:
    origin = origin_of(path)
    try:
        state = path.stat()
        mark = f"{state.st_size} bytes of {state.st_mtime_ns}"
        before = known.get(origin)
        if before and before.mark == mark:
            yield replace(before, unchanged=True)
            return
        with path.open("rb") as stream:
            empty = True
            for record in ArchiveIterator(stream, record_types=WarcRecordType.response, auto_decode="all"):
                empty = False
                yield from _page(source, record)
            if empty:
                raise ValueError("it holds no answer of a web server")
    except (OSError, ValueError, EOFError) as error:
        yield rejection(origin, ReadError("broken_warc", f"no whole WARC file: {error}"))
        return
    yield Fetch(source.name, origin, None, now(), mark=mark, content_hash=mark)


def _page(source: WarcSource, record: WarcRecord) -> Iterator[Collected]:
    url = record.headers.get("WARC-Target-URI") or ""
    url = url.strip("<>")
    if not record.is_http or record.http_headers.status_code != 200 or record.http_content_type not in _PAGES:
        return
    try:
        host = _host(url)
        if source.hosts and not any(host == one or host.endswith(f".{one}") for one in source.hosts):
            return
        body = gunzipped(read_body(_chunks(record), "", LARGEST_PAGE), LARGEST_PAGE)
    except ReadError as error:
        yield rejection(url, error)
        return
    taken = record.record_date.astimezone(UTC).replace(tzinfo=None) if record.record_date else now()
    answer = Answer(url, 200, body, record.http_content_type, record.http_charset, None, None, taken)
    for found in documents_in(answer, url):
        if isinstance(found, Document):
            yield from dated(found, None, taken.date())
        else:
            yield found


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError as error:
        raise ReadError("bad_address", f"no valid address: {error}") from error


def _chunks(record: WarcRecord) -> Iterator[bytes]:
    while chunk := record.reader.read(_STEP):
        yield chunk
