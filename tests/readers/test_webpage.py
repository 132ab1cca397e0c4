import logging
from datetime import date
from pathlib import Path

import pytest

from tests.reading import CURLY, TEXT, outcomes, read, the_document

HEAD = (
    '<title>EU acts | Example News</title><meta property="og:site_name" content="Example News">'
    '<meta property="article:published_time" content="2025-09-08T23:00:00+02:00">'
    '<link rel="canonical" href="https://news.example/eu-acts">'
)


def page(body: str, head: str = "") -> str:
    return f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>"


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_a_page_gives_its_article_title_date_address_and_site(encoding: str) -> None:
    body = f"<nav>Home</nav><article><h1>EU acts</h1><p>{TEXT}</p><p>{CURLY}</p></article><footer>Imprint</footer>"
    html = page(body, f'<meta charset="{encoding}">{HEAD}')
    document = the_document(read(Path("a.html"), html.encode(encoding)))
    assert (document.title, document.published) == ("EU acts", date(2025, 9, 8))
    assert (document.url, document.source) == ("https://news.example/eu-acts", "Example News")
    assert TEXT in document.text
    assert CURLY in document.text
    assert "Imprint" not in document.text


@pytest.mark.parametrize(
    "declared",
    [
        "no-such",
        "iso-8859-1",
        "us-ascii",
        "utf-8",
        "utf-16",
        "UTF-32LE",
        "undefined",
        "unicode_escape",
        "idna",
        "utf-7",
        "rot13",
    ],
)
def test_a_declared_encoding_that_the_page_cannot_have_is_not_obeyed(declared: str) -> None:
    html = page(f"<article><p>{TEXT}</p><p>{CURLY} In \\u0041.</p></article>", f'<meta charset="{declared}">')
    data = html.encode("cp1252")
    data += b" " * (-len(data) % 4)  # as long as UTF-16 and UTF-32 are
    assert f"{CURLY} In \\u0041." in the_document(read(Path("a.html"), data)).text


def test_a_date_in_running_text_is_not_taken_for_that_of_publication() -> None:
    body = f"<article><p>{TEXT}</p><p>It had done so on 3 March 2014 as well.</p></article>"
    assert the_document(read(Path("a.html"), page(body))).published is None


@pytest.mark.parametrize(
    ("content", "check"),
    [
        ("", "empty"),
        (page(""), "html_without_text"),
        (page("<script>sanctions()</script><img src='a.png'>"), "html_without_text"),
        ("https://news.example/never-fetched", "html_without_text"),
        ("<<<>>>&&&<div", "html_without_text"),
        ("<div>" * 100_000, "html_without_text"),
        (b"\x00\x01\x02", "binary"),
        (b"x" * 6_000_000, "too_large"),
    ],
)
def test_a_page_without_text_is_one_rejection_and_no_noise(
    content: str | bytes, check: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        assert outcomes(read(Path("a.html"), content)) == [(None, check)]
    assert not caplog.records
