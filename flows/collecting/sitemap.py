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
from typing import Any

from lxml import etree

from flows.client import Answer, FetchError, Web, absolute
from flows.client.body import gunzipped
from flows.collecting.articles import Collected, Link, Reach, ask, reach, read_articles, remembered, unsettled
from flows.named_sources import SitemapSource
from flows.readers.errors import ReadError, rejection
from models.fetches import Fetch

_MOST_SITEMAPS = 50  # of one source that are read in a run, the newest first


@dataclass(frozen=True, slots=True)
class Sitemap:
    """What one sitemap lists: pages, and further sitemaps; each with the day it changed, "" where none is told."""

    pages: dict[str, str]
    sitemaps: dict[str, str]


def read_sitemap(source: SitemapSource, web: Web, known: Mapping[str, Fetch]) -> Iterator[Collected]:
    """The documents of the pages in the sitemap. Raises SourcesFileError where a secret is not set."""
    way = reach(source, web, known)
    answers, pages, whole = yield from _gathered(way, source.url)
    wanted = [url for url in pages if not source.pattern or re.search(source.pattern, url)]
    newest = sorted(wanted, key=lambda url: pages[url], reverse=True)
    whole &= yield from read_articles(way, (Link(url, pages[url]) for url in newest), source.most)
    for url, (answer, changed) in answers.items():
        yield remembered(way, url, answer, changed) if whole else unsettled(way, url, answer)


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


def _gathered(
    way: Reach, url: str
) -> Generator[Collected, None, tuple[dict[str, tuple[Answer, str | None]], dict[str, str], bool]]:
    """The answers by address, each with its mark; the pages they list; and whether every one could be read."""
    answers: dict[str, tuple[Answer, str | None]] = {}
    pages: dict[str, str] = {}
    waiting: dict[str, str | None] = {url: None}
    seen: set[str] = set()
    whole = True
    while waiting and len(seen) < _MOST_SITEMAPS:
        at = max(waiting, key=lambda one: waiting[one] or "")
        changed = waiting.pop(at)
        seen.add(at)
        before = way.known.get(at)
        if before and changed and before.mark == changed:
            continue
        answer = yield from ask(way, at, changed)
        if not isinstance(answer, Answer):
            whole &= not isinstance(answer, FetchError)
            continue
        try:
            found = listed(gunzipped(answer.body, way.manners.largest), answer.url)
        except ReadError as error:
            yield rejection(at, error)
            whole = False
            continue
        answers[at] = (answer, changed)
        pages |= found.pages
        waiting |= {one: day for one, day in found.sitemaps.items() if one not in seen}
    return answers, pages, whole and not waiting


def _entries(root: Any, name: str, base: str) -> Iterator[tuple[str, str]]:
    for element in root.iter(f"{{*}}{name}"):
        place, changed = element.findtext("{*}loc"), element.findtext("{*}lastmod")
        place = (place or "").strip()
        with suppress(FetchError):  # one that is no address fails where it is asked for, as a row of its own
            place = absolute(base, place) if place else ""
        if place:
            yield place, (changed or "").strip()
