import gzip
import os
import ssl
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
import trustme

from flows.client import FetchError, Manners, Web
from flows.client.body import gunzipped
from models.fetches import Fetch
from tests.web import (
    Answering,
    Page,
    Site,
    article,
    bomb,
    cut_off,
    dripping,
    endless,
    failing,
    garbage,
    gzipped,
    hanging,
    redirect,
    serving,
)

A_DAY = "Wed, 08 May 2024 10:00:00 GMT"
QUICK = Manners(allow_private=True, pause=0, timeout=20, largest=2**20)


def check_of(web: Web, url: str, manners: Manners = QUICK) -> str:
    with pytest.raises(FetchError) as error:
        web.get(url, manners)
    assert "\n" not in error.value.reason
    return error.value.check


def members(*parts: bytes, end: bytes = b"") -> Page:
    """A compressed answer of several gzip members."""
    return Page(b"".join(map(gzip.compress, parts)) + end, headers={"Content-Encoding": "gzip"})


def known(url: str, etag: str | None = None, last_modified: str | None = None) -> Fetch:
    return Fetch("s", url, 200, datetime(2024, 1, 1), etag=etag, last_modified=last_modified, content_hash="x")


def test_an_answer_says_what_it_is(web: Web, site: Site) -> None:
    site.pages["/a"] = Page(
        "caf\xe9".encode("latin-1"), 'text/html; charset="ISO-8859-1"', etag='"1"', last_modified="then"
    )
    answer = web.get(site.url("/a#part"), QUICK)
    assert (answer.url, answer.status, answer.body) == (site.url("/a"), 200, b"caf\xe9")
    assert (answer.media, answer.charset) == ("text/html", "iso-8859-1")
    assert (answer.etag, answer.last_modified) == ('"1"', "then")
    assert datetime.now(UTC).replace(tzinfo=None) - answer.fetched_at < timedelta(minutes=5)


def test_the_project_is_named_and_nothing_else_is_told(web: Web, site: Site) -> None:
    site.pages["/a"] = Page("one", headers={"Set-Cookie": "id=1"})
    web.get(site.url("/a"), QUICK)
    web.get(site.url("/a"), QUICK)
    asked = site.requests[-1].headers
    assert asked["user-agent"].startswith("sanctionwire/")
    assert "cookie" not in asked
    assert {asked["user-agent"] for asked in (one.headers for one in site.requests)} == {asked["user-agent"]}


@pytest.mark.parametrize(
    ("page", "fetch"),
    [
        (Page("one", etag='W/"7"'), {"etag": 'W/"7"'}),
        (
            Page("one", last_modified="Wed, 08 May 2024 10:00:00 GMT"),
            {"last_modified": "Wed, 08 May 2024 10:00:00 GMT"},
        ),
    ],
)
def test_what_is_known_is_not_sent_again(web: Web, site: Site, page: Page, fetch: dict[str, str]) -> None:
    site.pages["/a"] = page
    url = site.url("/a")
    answer = web.get(url, QUICK, known(url, **fetch))
    assert (answer.status, answer.body) == (304, b"")
    assert web.get(url, QUICK, known(url, etag='"old"')).body == b"one"


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_host_that_fails_for_a_moment_is_asked_again(web: Web, site: Site, status: int) -> None:
    site.pages["/a"] = failing(2, Page("at last"), status)
    assert web.get(site.url("/a"), QUICK).body == b"at last"
    assert site.paths() == ["/a"] * 3


@pytest.mark.parametrize(("status", "tries"), [(503, 3), (500, 3), (404, 1), (403, 1), (410, 1), (501, 1)])
def test_a_host_that_goes_on_failing_is_left(web: Web, site: Site, status: int, tries: int) -> None:
    site.pages["/a"] = Page("no", status=status)
    assert check_of(web, site.url("/a")) == f"http_{status}"
    assert site.paths() == ["/a"] * tries


def test_a_host_may_say_when_to_come_again(web: Web, site: Site) -> None:
    site.pages["/soon"] = failing(1, Page("at last"), 429, {"Retry-After": "1"})
    before = time.monotonic()
    assert web.get(site.url("/soon"), QUICK).body == b"at last"
    assert time.monotonic() - before >= 1
    site.pages["/late"] = Page("no", status=503, headers={"Retry-After": "3600"})
    in_a_day = format_datetime(datetime.now(UTC) + timedelta(days=1), usegmt=True)
    site.pages["/date"] = Page("no", status=429, headers={"Retry-After": in_a_day})
    site.pages["/never"] = Page("no", status=429, headers={"Retry-After": "9" * 30})
    site.pages["/odd"] = Page("no", status=429, headers={"Retry-After": "when I say so"})
    for path, seconds in (("/late", 3600), ("/date", 86400), ("/never", 7 * 86400), ("/odd", None)):
        with pytest.raises(FetchError) as error:
            web.get(site.url(path), QUICK)
        assert error.value.wait == (pytest.approx(seconds, abs=60) if seconds else None)
        assert error.value.passing
    assert [site.paths().count(path) for path in ("/late", "/date", "/never", "/odd")] == [1, 1, 1, 3]


@pytest.mark.parametrize("behaviour", [hanging, dripping])
def test_no_host_can_hold_a_run(web: Web, site: Site, behaviour: Answering) -> None:
    site.pages["/a"] = behaviour
    before = time.monotonic()
    assert check_of(web, site.url("/a"), Manners(allow_private=True, pause=0, timeout=0.5)) == "timeout"
    assert time.monotonic() - before < 10  # a busy machine is slow


@pytest.mark.parametrize(
    ("behaviour", "check"),
    [
        (endless, "too_large"),
        (Page("x" * 2**21), "too_large"),
        (bomb(), "gzip_bomb"),
        (members(b"", b"\0" * 2**22), "gzip_bomb"),
        (members(*[os.urandom(2**19)] * 3), "too_large"),
        (Page("not gzip", headers={"Content-Encoding": "gzip"}), "broken_encoding"),
        (Page("x", headers={"Content-Encoding": "br"}), "broken_encoding"),
        (Page(gzipped(Page("a whole page")).body[:-9], headers={"Content-Encoding": "gzip"}), "broken_encoding"),
        (members(b"one", end=gzip.compress(b"two")[:-9]), "broken_encoding"),
        (cut_off, "no_answer"),
        (garbage, "no_answer"),
    ],
)
def test_what_could_do_harm_is_not_taken(web: Web, site: Site, behaviour: Answering, check: str) -> None:
    site.pages["/a"] = behaviour
    assert check_of(web, site.url("/a")) == check


def test_a_compressed_answer_is_inflated(web: Web, site: Site) -> None:
    site.pages["/a"] = gzipped(article())
    assert b"imposed sanctions" in web.get(site.url("/a"), QUICK).body


@pytest.mark.parametrize("end", [b"", b"\0" * 512, b"no member"])
def test_every_member_of_a_compressed_answer_is_read(web: Web, site: Site, end: bytes) -> None:
    parts = [b"one", b"", os.urandom(200_000), b"two"]  # one is longer than what is inflated at a time
    site.pages["/a"] = page = members(*parts, end=end)
    assert isinstance(page.body, bytes)
    assert web.get(site.url("/a"), QUICK).body == gunzipped(page.body, 2**20) == b"".join(parts)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed(web: Web, site: Site, status: int) -> None:
    site.pages["/a"] = redirect("b?x=1#part", status)
    site.pages["/b?x=1"] = Page("there")
    answer = web.get(site.url("/a"), QUICK)
    assert (answer.url, answer.body) == (site.url("/b?x=1"), b"there")


@pytest.mark.parametrize(
    ("to", "check"),
    [
        ("/a", "redirects"),
        ("file:///etc/passwd", "bad_address"),
        ("ftp://127.0.0.1/a", "bad_address"),
        ("data:text/html,hello", "bad_address"),
        ("http://user:secret@127.0.0.1/", "bad_address"),
        ("http://[broken", "bad_address"),
    ],
)
def test_a_redirect_stays_on_the_web(web: Web, site: Site, to: str, check: str) -> None:
    site.pages["/a"] = redirect(to)
    with pytest.raises(FetchError) as error:
        web.get(site.url("/a"), QUICK)
    assert error.value.check == check
    assert "secret" not in error.value.reason


def test_secrets_go_to_the_sources_own_host_only(web: Web, site: Site) -> None:
    with serving() as other:
        other.pages["/b"] = Page("elsewhere")
        site.pages["/a"] = redirect(other.url("/b"))
        manners = Manners(
            allow_private=True, pause=0, headers={"Authorization": "Bearer s"}, homes=frozenset({site.root})
        )
        web.get(site.url("/a"), manners)
        assert site.requests[-1].headers["authorization"] == "Bearer s"
        assert all("authorization" not in asked.headers for asked in other.requests)


@pytest.mark.parametrize("secret", ["hidden\r\nX-Other: 1", "hid\u00e9den"])
def test_a_secret_that_is_no_header_is_told_to_nobody(web: Web, site: Site, secret: str) -> None:
    manners = Manners(allow_private=True, pause=0, headers={"Authorization": secret}, homes=frozenset({site.root}))
    with pytest.raises(FetchError) as error:
        web.get(site.url("/a"), manners)
    assert error.value.check == "bad_header"
    assert "hid" not in error.value.reason
    assert site.requests == []


def test_an_etag_that_cannot_be_sent_is_left_out(web: Web, site: Site) -> None:
    site.pages["/a"] = Page("one")
    assert web.get(site.url("/a"), QUICK, known(site.url("/a"), etag='"\u00e9"')).body == b"one"


def test_robots_txt_is_heeded_and_asked_for_once(web: Web, site: Site) -> None:
    site.pages["/robots.txt"] = Page("User-agent: *\nDisallow: /private/\nDisallow: /*?print", "text/plain")
    site.pages["/a"] = article()
    assert web.get(site.url("/a"), QUICK).status == 200
    assert check_of(web, site.url("/private/a")) == "robots"
    assert check_of(web, site.url("/a?print")) == "robots"
    assert [asked.path for asked in site.requests] == ["/robots.txt", "/a"]


def test_robots_txt_may_speak_to_this_program(web: Web, site: Site) -> None:
    site.pages["/robots.txt"] = Page("User-agent: sanctionwire\nDisallow: /\n\nUser-agent: *\nAllow: /", "text/plain")
    assert check_of(web, site.url("/a")) == "robots"


def test_a_host_whose_rules_fail_is_not_asked(web: Web, site: Site) -> None:
    site.pages["/robots.txt"] = Page("busy", status=503)
    assert check_of(web, site.url("/a")) == "http_503"
    assert check_of(web, site.url("/b")) == "http_503"
    assert [asked.path for asked in site.requests] == ["/robots.txt"] * 3


def test_a_redirect_is_no_way_around_robots_txt(web: Web, site: Site) -> None:
    site.pages["/robots.txt"] = Page("User-agent: *\nDisallow: /private/", "text/plain")
    site.pages["/a"] = redirect("/private/a")
    assert check_of(web, site.url("/a")) == "robots"
    assert site.paths() == ["/a"]


def test_a_host_is_asked_no_faster_than_the_pause(web: Web, site: Site) -> None:
    site.pages["/a"] = Page("one")
    before = time.monotonic()
    for _ in range(3):
        web.get(site.url("/a"), Manners(allow_private=True, pause=0.2))
    assert time.monotonic() - before >= 0.4


def test_a_host_may_ask_for_a_longer_pause(web: Web, site: Site) -> None:
    site.pages["/robots.txt"] = Page("User-agent: *\nCrawl-delay: 0.3", "text/plain")
    site.pages["/a"] = Page("one")
    before = time.monotonic()
    for _ in range(2):
        web.get(site.url("/a"), QUICK)
    assert time.monotonic() - before >= 0.3


def test_a_host_that_is_not_there_says_so(web: Web) -> None:
    assert check_of(web, "http://127.0.0.1:1/a") == "no_answer"
    assert check_of(web, "http://no-such-host.invalid/a") == "unknown_host"


def test_only_trusted_certificates_are_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with serving(context) as site:
        site.pages["/a"] = Page("in secret")
        with Web() as web:
            assert check_of(web, site.url("/a")) == "tls"
            assert check_of(web, f"https://localhost:{site.port}/a") == "tls"
        authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        with Web() as web:
            assert web.get(site.url("/a"), QUICK).body == b"in secret"
            assert check_of(web, f"https://localhost:{site.port}/a") == "tls"  # the name of another host
