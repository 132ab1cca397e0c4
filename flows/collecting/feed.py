"""RSS and Atom feeds: the entries themselves, or the articles that they link to."""

# feedparser and lxml ship no types
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeStubs=false, reportAttributeAccessIssue=false

import io
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from xml.sax import SAXException

import feedparser
import lxml.html
from lxml import etree

from flows.client import Answer, Web, absolute
from flows.collecting.articles import Collected, Link, Reach, ask, reach, read_articles, remembered, unsettled
from flows.collecting.contents import dated
from flows.named_sources import FeedSource
from flows.readers.decoding import charset
from flows.readers.errors import Notes, ReadError, rejection
from flows.readers.record import to_document
from models.event import Document, digest
from models.fetches import Fetch
from models.rejection import Rejection

_ENTITY = b"<!ENTITY"
_BLOCKS = ("p", "br", "div", "li", "tr", "h1", "h2", "h3", "h4", "blockquote")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a feed. `mark` is a digest of all it says; `text` is without markup."""

    guid: str
    url: str | None
    title: str | None
    published: date | None
    text: str
    mark: str


def read_feed(source: FeedSource, web: Web, known: Mapping[str, Fetch]) -> Iterator[Collected]:
    """The documents of the feed. Raises SourcesFileError where a secret is not set."""
    way = reach(source, web, known)
    answer = yield from ask(way, source.url)
    if not isinstance(answer, Answer):
        return
    try:
        whole = yield from _read(source, way, answer)
    except ReadError as error:
        yield rejection(source.url, error)
        whole = False
    yield remembered(way, source.url, answer) if whole else unsettled(way, source.url, answer)


def entries_of(answer: Answer, feed: str) -> list[Entry | Rejection]:
    """The entries of a feed, each once, with their addresses made absolute; and a rejection for each fault.

    Raises ReadError ("no_feed", "broken_feed") where there is none to be had.
    """
    parsed = _parsed(answer)
    found: list[Entry | Rejection] = []
    bozo = parsed.get("bozo_exception")
    broken = f"malformed XML: {bozo}" if isinstance(bozo, SAXException) else None
    if not parsed.get("version") and not parsed.entries:
        label = answer.media or "without a label"
        raise ReadError("broken_feed" if broken else "no_feed", broken or f"neither RSS nor Atom ({label})")
    if broken:
        reason = f"{broken}; {len(parsed.entries)} entries could be read"
        found.append(rejection(feed, ReadError("broken_feed", reason)))
    seen: dict[str, str | None] = {}
    for place, fields in enumerate(parsed.entries, start=1):
        try:
            entry = _entry(fields, answer.url, place)
        except ReadError as error:
            found.append(rejection(feed, error, place))
            continue
        if entry.guid in seen:
            end = "that one is read" if seen[entry.guid] == entry.url else "both are read, since their links differ"
            reason = f"{entry.guid[:200]} is the guid of an earlier entry; {end}"
            found.append(rejection(feed, ReadError("duplicate_guid", reason), place))
            if seen[entry.guid] == entry.url:
                continue
        seen.setdefault(entry.guid, entry.url)
        found.append(entry)
    return found


def _parsed(answer: Answer) -> Any:
    label = "application/xml" + (f"; charset={answer.charset}" if charset(answer.charset) else "")
    if _ENTITY in answer.body.replace(b"\0", b"").upper():
        raise ReadError("broken_feed", "it declares entities, which no feed needs and which can be made to grow")
    try:
        # Given as bytes or a string, the feed would be taken for the name of a file.
        return feedparser.parse(
            io.BytesIO(answer.body), response_headers={"content-type": label, "content-location": answer.url}
        )
    except Exception as error:  # whatever a parser meets in the wild, it must not stop the other sources
        raise ReadError("broken_feed", f"the feed cannot be taken apart: {error!r}") from error


def _read(source: FeedSource, way: Reach, answer: Answer) -> Generator[Collected, None, bool]:
    found = entries_of(answer, source.url)
    entries = [one for one in found if isinstance(one, Entry)]
    faults = [one for one in found if isinstance(one, Rejection)]
    yield from faults
    if source.follow:
        for entry in entries:
            if not entry.url:
                yield rejection(source.url, ReadError("no_address", f"entry {entry.guid[:200]} has no link to follow"))
        left = yield from read_articles(way, _links(entries), source.most)
        return not left and not faults
    for entry in entries:
        yield from _told(entry, source.url, answer)
    return not faults


def _links(entries: Iterable[Entry]) -> Iterator[Link]:
    """The addresses of the entries, each once; an entry without one has no article."""
    seen: set[str] = set()
    for entry in entries:
        if entry.url and entry.url not in seen:
            seen.add(entry.url)
            yield Link(entry.url, entry.mark, entry.title, entry.published)


def _told(entry: Entry, feed: str, answer: Answer) -> Iterator[Document | Rejection]:
    """The document that an entry itself is."""
    origin = entry.url or f"{feed}#{entry.guid}"
    try:
        if not entry.text.strip():
            raise ReadError("entry_without_text", "the entry has no text; say follow = true to read its article")
        record = {"text": entry.text, "title": entry.title}
        read = to_document(record, feed, 1, Notes(origin))
    except ReadError as error:
        yield rejection(origin, error)
        return
    document = Document(
        origin, read.text, read.title, entry.published, entry.url or answer.url, fetched_at=answer.fetched_at
    )
    yield from dated(document, None, answer.fetched_at.date())


def _entry(read: Any, base: str, place: int) -> Entry:
    fields: dict[str, Any] = dict.copy(read)  # a plain one: feedparser's gives one date for the other
    link = fields.get("link")
    url = absolute(base, link) if link else None
    guid = fields.get("id") or url
    contents = [content.get("value") or "" for content in fields.get("content") or []]
    html = max([*contents, fields.get("summary") or ""], key=len)
    title = _text(fields.get("title") or "").replace("\n", " ") or None
    if not guid:
        raise ReadError("no_address", f"entry {place} has neither a link nor a guid", place)
    written = fields.get("published_parsed") or fields.get("updated_parsed")
    mark = digest("\x1f".join((title or "", html, str(fields.get("published")), str(fields.get("updated")))))
    return Entry(str(guid), url, title, _day(written), _text(html), mark)


def _day(written: Any) -> date | None:
    try:
        return date(*written[:3]) if written else None
    except ValueError:
        return None


def _text(html: str) -> str:
    """The text of a piece of HTML, a line for each block of it."""
    if not html.strip():
        return ""
    if "<" not in html and "&" not in html:
        return html.strip()
    try:
        root = lxml.html.fragment_fromstring(html, create_parent=True)
    except (etree.LxmlError, ValueError) as error:
        raise ReadError("broken_entry", f"the text of an entry cannot be taken apart: {error}") from error
    pieces: list[str] = []
    for event, element in etree.iterwalk(root, events=("start", "end", "comment")):
        around = "\n" if element.tag in _BLOCKS else ""
        pieces.append((around + (element.text or "")) if event == "start" else (around + (element.tail or "")))
    lines = (" ".join(line.split()) for line in "".join(pieces).split("\n"))
    return "\n".join(line for line in lines if line)
