import gzip
import random
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from itertools import groupby
from typing import Any

import pytest

from flows.client import Web
from flows.collecting import collect
from flows.collecting.articles import Link, reach, read_articles
from flows.named_sources import FeedSource
from models.fetches import Fetch
from models.rejection import Rejection
from tests.collected import LOCAL, checks, documents, remembered
from tests.web import (
    ACT,
    CONSENT,
    Answering,
    Page,
    Site,
    article,
    bomb,
    endless,
    feed,
    hanging,
    item,
    redirect,
    serving,
)


def feed_source(site: Site, **fields: Any) -> FeedSource:
    given = {"name": "press", "kind": "feed", "url": site.url("/feed"), "follow": True, **LOCAL}
    return FeedSource.model_validate(given | fields)


def test_a_feed_gives_the_articles_that_it_links_to(web: Web, site: Site) -> None:
    site.pages["/feed"] = feed(item(site.url("/a"), "Council <b>acts</b>"), item("/b", published=None))
    site.pages["/a"] = article(published="2020-01-01")
    site.pages["/b"] = article("Canada froze the assets of two Iranian banks.", published="2024-05-09")
    found = list(collect(feed_source(site), web, {}))
    assert checks(found) == []
    first, second = documents(found)
    assert (first.origin, first.url, first.source) == (site.url("/a"), site.url("/a"), "press")
    assert ACT in first.text
    assert "All rights reserved" not in first.text
    assert first.title == "Council acts"
    assert first.published == date(2024, 5, 8)  # as the feed says, not as the page does
    assert second.published == date(2024, 5, 9)  # as the page says, since the feed does not
    assert first.fetched_at
    assert datetime.now(UTC).replace(tzinfo=None) - first.fetched_at < timedelta(minutes=5)


def test_a_fetch_follows_the_documents_of_its_address_and_that_of_the_feed_comes_last(web: Web, site: Site) -> None:
    site.pages["/feed"] = feed(item(site.url("/a")), item(site.url("/b")), etag='"1"')
    site.pages["/a"] = site.pages["/b"] = article()
    found = list(collect(feed_source(site), web, {}))
    order = [one.url if isinstance(one, Fetch) else getattr(one, "origin", "") for one in found]
    assert order == [site.url(path) for path in ("/a", "/a", "/b", "/b", "/feed")]


def test_the_next_run_takes_only_what_is_new(web: Web, site: Site) -> None:
    site.pages["/feed"] = feed(item(site.url("/a")), etag='"1"')
    site.pages["/a"] = article(etag='"a"')
    known = remembered(collect(feed_source(site), web, {}))
    found = list(collect(feed_source(site), web, known))
    assert [type(one) for one in found] == [Fetch]  # 304: one request
    assert site.paths() == ["/feed", "/a", "/feed"]

    site.pages["/feed"] = feed(item(site.url("/b"), "More"), item(site.url("/a")), etag='"2"')
    site.pages["/b"] = article("Canada froze the assets of two Iranian banks.")
    found = list(collect(feed_source(site), web, known))
    assert [document.origin for document in documents(found)] == [site.url("/b")]
    assert [one.url for one in found if isinstance(one, Fetch) and one.unchanged] == [site.url("/a")]
    assert site.paths()[3:] == ["/feed", "/b"]  # the feed says the same of /a as before


def test_an_article_that_its_feed_calls_changed_is_asked_again(web: Web, site: Site) -> None:
    site.pages["/feed"] = feed(item(site.url("/a"), summary="first"))
    site.pages["/a"] = article(etag='"a"')
    known = remembered(collect(feed_source(site), web, {}))
    site.pages["/feed"] = feed(item(site.url("/a"), summary="corrected"))
    found = list(collect(feed_source(site), web, known))
    assert documents(found) == []  # 304
    known = remembered(found, known)
    site.pages["/feed"] = feed(item(site.url("/a"), summary="corrected again"))
    site.pages["/a"] = article("The Council lifted its sanctions on Russia.", etag='"b"')
    assert "lifted" in documents(collect(feed_source(site), web, known))[0].text


def test_a_feed_without_etag_that_holds_the_same_is_unchanged(web: Web, site: Site) -> None:
    site.pages["/feed"] = feed(item(site.url("/a")))
    site.pages["/a"] = article()
    known = remembered(collect(feed_source(site), web, {}))
    found = list(collect(feed_source(site), web, known))
    assert [one.unchanged for one in found if isinstance(one, Fetch)] == [True]
    assert documents(found) == []


def test_entries_are_documents_where_links_are_not_followed(web: Web, site: Site) -> None:
    summary = f"<p>{ACT}</p><p>It &amp; others <b>spoke</b>.</p>"
    site.pages["/feed"] = feed(item("/a", summary=summary), item(None, guid="x1", summary=summary), item("/c"))
    found = list(collect(feed_source(site, follow=False), web, {}))
    assert [document.origin for document in documents(found)] == [site.url("/a"), site.url("/feed#x1")]
    assert documents(found)[0].text == f"{ACT}\nIt & others spoke."
    assert documents(found)[1].text == documents(found)[0].text
    assert documents(found)[0].published == date(2024, 5, 8)
    assert checks(found) == ["entry_without_text"]
    assert site.paths() == ["/feed"]


ATOM = """<?xml version="1.0" encoding="iso-8859-1"?><feed xmlns="http://www.w3.org/2005/Atom" xml:base="{base}/press/">
<title>Conseil</title><entry><id>urn:1</id><title>Caf\xe9</title><link href="a"/>
<updated>2024-05-08T23:30:00-04:00</updated>
<content type="html">&lt;p&gt;{text}&lt;/p&gt;</content></entry></feed>"""


def test_atom_with_relative_links_and_an_encoding_of_its_own(web: Web, site: Site) -> None:
    site.pages["/feed"] = Page(ATOM.format(base=site.root, text=ACT).encode("latin-1"), "text/html")
    (document,) = documents(collect(feed_source(site, follow=False), web, {}))
    assert (document.url, document.title, document.text) == (site.url("/press/a"), "Caf\xe9", ACT)
    assert document.published == date(2024, 5, 9)  # in UTC


@pytest.mark.parametrize("charset", ["no-such", "undefined"])
def test_a_feed_is_read_whatever_charset_its_label_makes_up(web: Web, site: Site, charset: str) -> None:
    site.pages["/feed"] = feed(item("/a", summary=ACT), media=f"application/rss+xml; charset={charset}")
    assert len(documents(collect(feed_source(site, follow=False), web, {}))) == 1


@pytest.mark.parametrize(
    ("behaviour", "expected"),
    [
        (Page("<rss version='2.0'><channel><item><title>cut", "application/rss+xml"), ["broken_feed", "no_address"]),
        (Page("<html><body>Accept our cookies</body></html>"), ["no_feed"]),
        (Page("", "application/rss+xml"), ["no_feed"]),
        (Page(b"\x89PNG\r\n\x1a\n\0\0\0", "application/rss+xml"), ["no_feed"]),
        (Page("gone", status=404), ["http_404"]),
        (Page("gone", status=410), ["http_410"]),
        (Page("busy", status=503), ["http_503"]),
        (hanging, ["timeout"]),
        (endless, ["too_large"]),
        (bomb(), ["gzip_bomb"]),
        (redirect("file:///etc/passwd"), ["bad_address"]),
    ],
)
def test_a_feed_that_cannot_be_had_is_one_row(web: Web, site: Site, behaviour: Answering, expected: list[str]) -> None:
    site.pages["/feed"] = behaviour
    found = list(collect(feed_source(site, timeout=2 if behaviour is hanging else 30, largest_mb=1), web, {}))
    assert documents(found) == []
    got = checks(found)
    assert got == expected or (expected == ["no_feed"] and got == ["broken_feed"])
    assert all("\n" not in one.reason for one in found if isinstance(one, Rejection))


def test_malformed_xml_gives_what_can_be_read_and_says_so_in_every_run(web: Web, site: Site) -> None:
    whole = feed(item(site.url("/a"))).body
    assert isinstance(whole, str)
    site.pages["/feed"] = Page(
        whole.replace("</channel></rss>", "<item><title>cut & "), "application/rss+xml", etag='"1"'
    )
    site.pages["/a"] = article()
    found = list(collect(feed_source(site), web, {}))
    assert [document.origin for document in documents(found)] == [site.url("/a")]
    assert "broken_feed" in checks(found)
    assert "broken_feed" in checks(collect(feed_source(site), web, remembered(found)))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_cannot_blow_a_feed_up_or_read_files(web: Web, site: Site, encoding: str) -> None:
    laughs = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
    head = f'<!DOCTYPE rss [<!ENTITY l0 "ha">{laughs}<!ENTITY file SYSTEM "file:///etc/passwd">]>'
    told = item(site.url("/a"), title="&l9; &file;", summary=ACT)
    body = f'<?xml version="1.0" encoding="{encoding}"?>{head}<rss version="2.0"><channel>{told}</channel></rss>'
    site.pages["/feed"] = Page(body.encode(encoding), "application/rss+xml")
    found = list(collect(feed_source(site, follow=False), web, {}))
    assert checks(found) == ["broken_feed"]
    assert documents(found) == []


@pytest.mark.parametrize(
    ("published", "page", "check"),
    [
        (None, None, "no_date"),
        ("Fri, 01 Jan 2100 10:00:00 GMT", None, "future_date"),
        ("once upon a time", None, "no_date"),
        ("Mon, 01 Jan 0001 00:00:00 +0000", None, "bad_date"),
        ("Fri, 01 Jan 2100 10:00:00 GMT", "2024-05-08", None),
        (None, "2024-05-08", None),
    ],
)
def test_an_article_whose_date_is_missing_or_ahead_is_read_without_one(
    web: Web, site: Site, published: str | None, page: str | None, check: str | None
) -> None:
    site.pages["/feed"] = feed(item(site.url("/a"), published=published))
    site.pages["/a"] = article(published=page)
    found = list(collect(feed_source(site), web, {}))
    (document,) = documents(found)
    assert document.published == (date(2024, 5, 8) if page else None)
    assert checks(found) == ([check] if check else [])


def test_a_guid_that_stands_twice_is_a_row_and_no_article_is_lost(web: Web, site: Site) -> None:
    same = item(site.url("/a"), guid="g1")
    site.pages["/feed"] = feed(same, same, item(site.url("/b"), guid="g1"))
    site.pages["/a"] = site.pages["/b"] = article()
    found = list(collect(feed_source(site), web, {}))
    assert checks(found) == ["duplicate_guid"] * 2
    assert [document.origin for document in documents(found)] == [site.url("/a"), site.url("/b")]


@pytest.mark.parametrize(
    ("behaviour", "check"),
    [
        (CONSENT, "html_without_text"),
        (Page("gone", status=404), "http_404"),
        (Page("gone", status=410), "http_410"),
        (Page(b"%PDF-1.7 \x00", "application/pdf"), "unknown_kind"),
        (Page(b"\x00\x01\x02\x03" * 9, "text/plain"), "binary"),
        (Page("", "text/html"), "empty"),
        (redirect("ftp://127.0.0.1/a"), "bad_address"),
    ],
)
def test_an_article_that_cannot_be_read_is_a_row_and_the_others_go_on(
    web: Web, site: Site, behaviour: Answering, check: str
) -> None:
    site.pages["/feed"] = feed(item(site.url("/bad")), item(site.url("/good")), etag='"1"')
    site.pages["/bad"] = behaviour
    site.pages["/good"] = article()
    found = list(collect(feed_source(site), web, {}))
    assert checks(found) == [check]
    assert [document.origin for document in documents(found)] == [site.url("/good")]
    found = list(collect(feed_source(site), web, remembered(found)))
    assert checks(found) == []  # not asked again before its feed says something new of it
    assert site.paths().count("/bad") == 1


def test_what_failed_for_the_moment_is_asked_for_by_the_next_run(web: Web, site: Site) -> None:
    site.pages["/feed"] = feed(item(site.url("/a")), item(site.url("/b")), etag='"1"')
    site.pages["/a"] = Page("busy", status=500)
    site.pages["/b"] = article()
    found = list(collect(feed_source(site), web, {}))
    assert checks(found) == ["http_500"]
    site.pages["/a"] = article()
    found = list(collect(feed_source(site), web, remembered(found)))
    assert [document.origin for document in documents(found)] == [site.url("/a")]


@pytest.mark.parametrize(
    ("behaviour", "cure", "check"),
    [
        (Page("no", status=401), {"headers_from": {"Authorization": "PRESS_TOKEN"}}, "http_401"),
        (Page("no", status=403), {"headers_from": {"Authorization": "PRESS_TOKEN"}}, "http_403"),
        (Page("x" * 2**21), {"largest_mb": 3}, "too_large"),
        (Page(gzip.compress(random.Random(0).randbytes(2**21)), "text/plain"), {"largest_mb": 3}, "too_large"),
    ],
)
def test_what_a_setting_forbids_is_asked_for_by_the_next_run(
    web: Web, site: Site, monkeypatch: pytest.MonkeyPatch, behaviour: Answering, cure: dict[str, Any], check: str
) -> None:
    def guarded(to: BaseHTTPRequestHandler) -> None:
        (article() if to.headers["Authorization"] else behaviour)(to)

    monkeypatch.setenv("PRESS_TOKEN", "Bearer abc")
    paths = ["/1", "/2", "/3", "/good"]
    site.pages["/feed"] = feed(*(item(site.url(path)) for path in paths), etag='"1"')
    site.pages |= dict.fromkeys(paths[:3], guarded) | {"/good": article()}
    given = {"largest_mb": 1}
    found = list(collect(feed_source(site, **given), web, {}))
    assert checks(found) == [check] * 3  # no fault of the host, which is therefore asked on
    assert [document.origin for document in documents(found)] == [site.url("/good")]
    found = list(collect(feed_source(site, **given | cure), web, remembered(found)))
    assert check not in checks(found)
    assert [site.paths().count(path) for path in paths] == [2, 2, 2, 1]


def test_private_addresses_are_asked_for_once_they_are_allowed(web: Web, site: Site) -> None:
    site.pages["/feed"] = feed(item(site.url("/a")), etag='"1"')
    site.pages["/a"] = article()
    link = Link(site.url("/a"), "as the feed says")
    found = list(read_articles(reach(feed_source(site, allow_private=False), web, {}), [link]))
    assert checks(found) == ["private_address"]
    found = list(read_articles(reach(feed_source(site), web, remembered(found)), [link]))
    assert len(documents(found)) == 1


def test_articles_that_failed_do_not_keep_the_others_waiting(web: Web, site: Site) -> None:
    site.pages["/feed"] = feed(*(item(site.url(f"/{number}")) for number in range(6)))
    site.pages |= {f"/{number}": Page("no", status=403 if number % 2 else 500) for number in range(4)}
    site.pages |= {"/4": article(), "/5": article()}
    known: dict[str, Fetch] = {}
    for _ in range(5):
        known = remembered(collect(feed_source(site, most=2), web, known), known)
    asked = [path for path, _ in groupby(site.paths()) if path != "/feed"]
    assert asked == [f"/{number}" for number in (0, 1, 2, 3, 4, 5, 0, 1, 2, 3)]


def test_a_host_that_asks_for_time_is_left_alone_until_then(web: Web, site: Site) -> None:
    site.pages["/feed"] = Page("busy", status=429, headers={"Retry-After": "3600"})
    known = remembered(collect(feed_source(site), web, {}))
    found = list(collect(feed_source(site), web, known))
    assert checks(found) == ["waiting"]
    assert site.paths() == ["/feed"]


def test_a_silent_host_is_left_alone_after_two_addresses_and_the_others_are_read(web: Web, site: Site) -> None:
    with serving() as dead:
        links = [dead.url(f"/{number}") for number in range(5)]
    site.pages["/feed"] = feed(*map(item, links), item(site.url("/a")), etag='"1"')
    site.pages["/a"] = article()
    found = list(collect(feed_source(site), web, {}))
    assert checks(found) == ["no_answer", "no_answer", "silent_host"]
    assert [document.origin for document in documents(found)] == [site.url("/a")]
    assert remembered(found)[site.url("/feed")].etag is None  # the feed is to be had whole by the next run


def test_a_run_asks_for_no_more_articles_than_it_may_and_the_next_goes_on(web: Web, site: Site) -> None:
    site.pages["/feed"] = feed(*(item(site.url(f"/{number}")) for number in range(5)), etag='"1"')
    for number in range(5):
        site.pages[f"/{number}"] = article(f"{ACT} Story {number}.")
    known: dict[str, Fetch] = {}
    read: list[str] = []
    for _ in range(4):
        found = list(collect(feed_source(site, most=2), web, known))
        known = remembered(found, known)
        read += [document.origin for document in documents(found)]
    assert read == [site.url(f"/{number}") for number in range(5)]


def test_a_secret_that_is_not_set_is_a_row(web: Web, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PRESS_TOKEN", raising=False)
    source = feed_source(site, headers_from={"Authorization": "PRESS_TOKEN"})
    (rejection,) = collect(source, web, {})
    assert isinstance(rejection, Rejection)
    assert "PRESS_TOKEN is not set" in rejection.reason
    monkeypatch.setenv("PRESS_TOKEN", "Bearer abc")
    site.pages["/feed"] = feed()
    assert checks(collect(source, web, {})) == []
    assert site.requests[-1].headers["authorization"] == "Bearer abc"


def test_a_private_address_behind_a_feed_is_not_asked(web: Web, site: Site) -> None:
    (rejection, _) = collect(feed_source(site, allow_private=False), web, {})
    assert isinstance(rejection, Rejection)
    assert rejection.check == "private_address"
    assert site.requests == []


def test_a_link_that_is_no_web_address_is_a_row(web: Web, site: Site) -> None:
    links = [item("http://[broken"), item("javascript:alert(1)"), item(None, guid="x"), item(site.url("/a"))]
    site.pages["/feed"] = feed(*links)
    site.pages["/a"] = article()
    found = list(collect(feed_source(site), web, {}))
    assert checks(found) == ["no_address", "bad_address", "no_address"]
    assert len(documents(found)) == 1
