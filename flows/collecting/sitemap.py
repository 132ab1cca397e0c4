"""Sitemaps (sitemaps.org), and indexes of them: the pages they list, newest first.

trafilatura lists a sitemap's addresses too, without the days they changed on and by a client of its own; those days are
what tells which pages to read, so the few lines that read them stand here.
"""

# lxml ships no types
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeStubs=false, reportAttributeAccessIssue=false

import re
from collections.abc import Generator, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from lxml import etree

from flows.client import Answer, FetchError, Web, absolute
from flows.collecting.articles import Collected, Link, Reach, ask, reach, read_articles, remembered, unsettled
from flows.named_sources import SitemapSource
from flows.readers.errors import ReadError, rejection
from models.fetches import Fetch

_MOST_SITEMAPS = 50  # of one source that are asked for in a run


@dataclass(frozen=True, slots=True)
class Sitemap:
    """What one sitemap lists: pages, and further sitemaps; each with the day it changed, "" where none is told."""

    pages: dict[str, str]
    sitemaps: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Read:
    """A sitemap that was read, with the day it changed as its index tells it: None for the first one."""

    url: str
    changed: str | None
    answer: Answer
    listed: Sitemap


def read_sitemap(source: SitemapSource, web: Web, known: Mapping[str, Fetch]) -> Iterator[Collected]:
    """The documents of the pages in the sitemap. Raises SourcesFileError where a secret is not set."""
    way = reach(source, web, known)
    read, whole = yield from _gathered(way, source.url)
    pages = {url: day for one in read for url, day in one.listed.pages.items()}
    wanted = [url for url in pages if not source.pattern or re.search(source.pattern, url)]
    newest = sorted(wanted, key=lambda url: pages[url], reverse=True)
    left = yield from read_articles(way, (Link(url, pages[url]) for url in newest), source.most)
    for one in read:
        settled = whole and not left if one.listed.sitemaps else left.isdisjoint(one.listed.pages)
        yield remembered(way, one.url, one.answer, one.changed) if settled else unsettled(way, one.url, one.answer)


def listed(data: bytes, base: str) -> Sitemap:
    """What a sitemap lists: XML, or an address a line. Raises ReadError ("no_sitemap", "broken_sitemap")."""
    if not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        lines = data.decode("utf-8", "replace").split()
        pages = {line: "" for line in lines if line.startswith(("http://", "https://"))}
        if not pages:
            raise ReadError("no_sitemap", "no sitemap: neither XML nor an address a line; check the address")
        return Sitemap(pages, {})
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root: Any = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise ReadError("broken_sitemap", f"malformed XML: {error}") from error
    if etree.QName(root).localname not in ("urlset", "sitemapindex"):
        raise ReadError("no_sitemap", f"no sitemap but <{etree.QName(root).localname}>; check the address")
    return Sitemap(dict(_entries(root, "url", base)), dict(_entries(root, "sitemap", base)))


def _gathered(way: Reach, url: str) -> Generator[Collected, None, tuple[list[_Read], bool]]:
    """The sitemaps that were read, and whether the next run can tell from them alone which sitemaps changed."""
    read: list[_Read] = []
    waiting: dict[str, str | None] = {url: None}
    asked: set[str] = set()
    whole = True
    while waiting and len(asked) < _MOST_SITEMAPS:
        at = _next(way, waiting, len(asked) < _MOST_SITEMAPS // 2)
        changed = waiting.pop(at)
        asked.add(at)
        answer = yield from ask(way, at, changed)
        if not isinstance(answer, Answer):
            whole &= not (isinstance(answer, FetchError) and answer.passing)
            continue
        try:
            found = listed(answer.body, answer.url)
        except ReadError as error:
            yield rejection(at, error)
            yield unsettled(way, at, answer)
            whole = False
            continue
        read.append(_Read(at, changed, answer, found))
        whole &= all(found.sitemaps.values())
        waiting |= {
            one: day for one, day in found.sitemaps.items() if one not in asked and not _is_known(way, one, day)
        }
    if waiting:
        reason = f"{len(waiting)} more sitemaps wait for the next runs, since one run asks for {_MOST_SITEMAPS}"
        yield rejection(url, ReadError("sitemaps_left", reason))
    return read, whole and not waiting


def _is_known(way: Reach, url: str, day: str) -> bool:
    """Whether the sitemap is done with until its index tells another day."""
    before = way.known.get(url)
    return bool(before and day and before.mark == day)


def _next(way: Reach, waiting: Mapping[str, str | None], newest: bool) -> str:
    """The sitemap to ask for: the newest, or the one that was asked for longest ago, so that none waits for ever."""

    def rank(url: str) -> tuple[object, object]:
        before = way.known.get(url)
        day, age = waiting[url] or "", datetime.max - before.fetched_at if before else timedelta.max
        return (day, age) if newest else (age, day)

    return max(waiting, key=rank)


def _entries(root: Any, name: str, base: str) -> Iterator[tuple[str, str]]:
    for element in root.iter(f"{{*}}{name}"):
        place, changed = element.findtext("{*}loc"), element.findtext("{*}lastmod")
        place = (place or "").strip()
        with suppress(FetchError):  # one that is no address fails where it is asked for, as a row of its own
            place = absolute(base, place) if place else ""
        if place:
            yield place, (changed or "").strip()
