"""Whatever a server sends, it is read or turned away in words: nothing else may come out."""

from datetime import datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from flows.client import Answer
from flows.collecting.contents import documents_in
from flows.collecting.feed import Entry, entries_of
from flows.collecting.sitemap import listed
from flows.readers.errors import ReadError
from models.event import Document
from models.rejection import Rejection
from tests.web import ACT, article, feed, item, sitemap

WHOLE = [
    feed(item("http://[broken", summary=f"<p>{ACT}<br>&#27;&#0;<!-- x -->tail</p>"), item("/b", guid="b")).body,
    sitemap({"http://a.example/b": "2024-05-08"}).body,
    article().body,
    '{"text": "x"}\n',
]
PARTS = st.sampled_from(["<", ">", "&", "\x00", "]]>", "<item>", "<!--", "<![CDATA[", "&#x1b;", "\ud7ff", '"'])


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """A whole body with something put in, cut off or turned into another encoding."""
    body = str(draw(st.sampled_from(WHOLE)))
    start, end = sorted(draw(st.tuples(st.integers(0, len(body)), st.integers(0, len(body)))))
    inserted = "".join(draw(st.lists(PARTS, max_size=4)))
    kept = draw(st.sampled_from([body[start:], body[end:], ""]))
    encoding = draw(st.sampled_from(["utf-8", "utf-16", "latin-1"]))
    return (body[:start] + inserted + kept).encode(encoding, "replace") + draw(st.binary(max_size=3))


def answer(body: bytes, media: str, charset: str | None) -> Answer:
    return Answer("http://a.example/x", 200, body, media, charset, None, None, datetime(2024, 5, 8))


LABELS = st.sampled_from(["text/html", "text/plain", "application/json", "text/csv", "image/png", ""])
CHARSETS = st.sampled_from([None, "utf-8", "utf-16", "no-such", "idna", "undefined"])


@settings(max_examples=30)
@given(bodies(), LABELS, CHARSETS)
def test_a_body_is_read_or_turned_away(body: bytes, media: str, charset: str | None) -> None:
    for found in documents_in(answer(body, media, charset), "http://a.example/x"):
        assert isinstance(found, Document | Rejection)


@settings(max_examples=30)
@given(bodies(), LABELS, CHARSETS)
def test_a_feed_is_read_or_turned_away(body: bytes, media: str, charset: str | None) -> None:
    try:
        found = entries_of(answer(body, media, charset), "http://a.example/x")
    except ReadError:
        return
    assert all(isinstance(one, Entry | Rejection) for one in found)


@settings(max_examples=30)
@given(bodies())
def test_a_sitemap_is_read_or_turned_away(body: bytes) -> None:
    try:
        listed(body, "http://a.example/x")
    except ReadError:
        return
