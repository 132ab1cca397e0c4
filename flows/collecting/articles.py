"""Addresses to documents: each asked for once, and again only when its feed or sitemap says that it changed."""

from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from hashlib import sha256
from urllib.parse import urlsplit

from flows.client import Answer, FetchError, Manners, Web
from flows.collecting.contents import dated, documents_in
from flows.named_sources import FeedSource, PagesSource, SitemapSource, WebSource, secrets
from flows.readers.errors import ReadError, rejection
from models.clock import now
from models.event import Document
from models.fetches import Fetch
from models.rejection import Rejection

Collected = Document | Rejection | Fetch

_MOST_SILENCE = 2  # times that a host may not answer, one after the other, before it is left alone
_SILENT = ("no_answer", "timeout", "unknown_host", "tls", "waiting", "http_429", "http_503")  # of the whole host


@dataclass(frozen=True, slots=True)
class Link:
    """An address to read, with what a feed or sitemap says of it; `mark` is None where none speaks of it."""

    url: str
    mark: str | None = None
    title: str | None = None
    published: date | None = None


@dataclass(frozen=True, slots=True)
class Reach:
    """A source's way to the web: its client, its manners, and what is known of its addresses."""

    source: str
    web: Web
    manners: Manners
    known: Mapping[str, Fetch]


def reach(source: FeedSource | SitemapSource | PagesSource, web: Web, known: Mapping[str, Fetch]) -> Reach:
    """The way to the web that `source` describes. Raises SourcesFileError where a secret is not set."""
    urls = source.urls if isinstance(source, PagesSource) else [source.url]
    return Reach(source.name, web, _manners(source, urls), known)


def ask(way: Reach, url: str, mark: str | None = None) -> Generator[Collected, None, Answer | FetchError | None]:
    """The answer of `url`; None where it holds what it held, and the error where it gave none: both are yielded too."""
    before = way.known.get(url)
    if before and before.next_try and before.next_try > now():
        until = f"{before.next_try:%Y-%m-%d %H:%M} UTC"
        error = FetchError("waiting", f"the host asked to be left alone until {until}", passing=True)
        yield rejection(url, error)
        return error
    try:
        answer = way.web.get(url, way.manners, before)
    except FetchError as error:
        yield rejection(url, error)
        yield _failed(way.source, url, error, before, mark)
        return error
    if before and answer.status == 304:
        yield replace(before, status=304, fetched_at=answer.fetched_at, mark=mark, next_try=None, unchanged=True)
        return None
    if before and before.content_hash == content_hash(answer) and before.mark == mark:
        yield remembered(way, url, answer, mark, unchanged=True)
        return None
    return answer


def remembered(way: Reach, url: str, answer: Answer, mark: str | None = None, *, unchanged: bool = False) -> Fetch:
    """What to keep of an answer that was read."""
    return Fetch(
        way.source,
        url,
        answer.status,
        answer.fetched_at,
        answer.etag,
        answer.last_modified,
        mark,
        content_hash(answer),
        unchanged=unchanged,
    )


def unsettled(way: Reach, url: str, answer: Answer) -> Fetch:
    """What to keep of an answer that is to be had whole again by the next run."""
    return Fetch(way.source, url, answer.status, answer.fetched_at)


def read_articles(way: Reach, links: Iterable[Link], most: int | None = None) -> Generator[Collected, None, set[str]]:
    """The documents behind `links`, at most `most` of them asked for; the addresses that are left for the next run.

    A host that keeps silent twice is left alone for the rest of this run: the others need not wait for it.
    """
    asked, left, silence, unasked = 0, set[str](), Counter[str](), Counter[str]()
    for link in _failed_last(way, links):
        before = way.known.get(link.url)
        if before and link.mark is not None and before.mark == link.mark:
            if before.content_hash:
                yield replace(before, unchanged=True)
            continue
        host = link.url.partition("://")[2].partition("/")[0]
        if asked == most or silence[host] == _MOST_SILENCE:
            left.add(link.url)
            unasked[host] += silence[host] == _MOST_SILENCE
            continue
        asked += 1
        answer = yield from ask(way, link.url, link.mark)
        if isinstance(answer, Answer):
            yield from _read(way, link, answer)
        if isinstance(answer, FetchError) and answer.passing:
            left.add(link.url)
        silent = isinstance(answer, FetchError) and answer.check in _SILENT
        silence[host] = silence[host] + 1 if silent else 0
    for host, count in (+unasked).items():
        reason = f"nothing to be had {_MOST_SILENCE} times in a row; {count} more addresses wait for the next run"
        yield rejection(host, ReadError("silent_host", reason))
    return left


def content_hash(answer: Answer) -> str:
    """A digest of the body."""
    return sha256(answer.body).hexdigest()[:32]


def _failed_last(way: Reach, links: Iterable[Link]) -> Iterator[Link]:
    """The links; those that failed the last time come last, so that they cannot use up every run."""
    failed: list[Link] = []
    for link in links:
        before = way.known.get(link.url)
        if before and (before.status is None or before.status >= 400):
            failed.append(link)
        else:
            yield link
    yield from sorted(failed, key=lambda link: way.known[link.url].fetched_at)


def _read(way: Reach, link: Link, answer: Answer) -> Generator[Collected]:
    read = False
    for found in documents_in(answer, link.url):
        if isinstance(found, Document) and found.origin == link.url:
            found = replace(found, title=link.title or found.title)
            yield from dated(found, link.published, answer.fetched_at.date())
        else:
            yield found
        read |= isinstance(found, Document)
    fetch = remembered(way, link.url, answer, link.mark)
    # An answer that could not be read is no answer to compare the next one with.
    yield fetch if read else replace(fetch, etag=None, last_modified=None, content_hash=None)


def _failed(source: str, url: str, error: FetchError, before: Fetch | None, mark: str | None) -> Fetch:
    """What to keep of a failure: one that passes leaves what was known, so that the next run asks in the same way."""
    next_try = now() + timedelta(seconds=error.wait) if error.wait else None
    if error.passing and before:
        return replace(before, status=error.status, fetched_at=now(), next_try=next_try)
    return Fetch(source, url, error.status, now(), mark=None if error.passing else mark, next_try=next_try)


def _manners(source: WebSource, urls: Iterable[str]) -> Manners:
    parts = [urlsplit(url) for url in urls]
    return Manners(
        allow_private=source.allow_private,
        headers=secrets(source.headers_from),
        homes=frozenset(f"{part.scheme}://{part.netloc}".lower() for part in parts),
        pause=source.pause,
        timeout=source.timeout,
        largest=source.largest_mb * 2**20,
    )
