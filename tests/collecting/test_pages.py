import pytest

from flows.client import Web
from flows.collecting import collect
from flows.named_sources import PagesSource
from models.fetches import Fetch
from tests.collected import LOCAL, checks, documents, remembered
from tests.reading import CURLY
from tests.web import ACT, Page, Site, article


def test_single_pages_of_any_kind_that_is_read_are_asked_for_in_every_run(web: Web, site: Site) -> None:
    site.pages["/a"] = article(etag='"1"')
    site.pages["/b.jsonl"] = Page(f'{{"id": 1, "text": "{ACT}", "published": "2024-05-08"}}\n{{broken\n', "text/plain")
    site.pages["/c"] = Page("caf\xe9: sanctions".encode("cp1252"), "text/plain; charset=windows-1252")
    urls = [site.url("/a"), site.url("/b.jsonl"), site.url("/c"), site.url("/gone")]
    source = PagesSource(name="pages", kind="pages", urls=urls, **LOCAL)
    found = list(collect(source, web, {}))
    assert [document.origin for document in documents(found)] == [urls[0], f"{urls[1]}#1", urls[2]]
    assert documents(found)[2].text == "caf\xe9: sanctions"
    assert checks(found) == ["broken_json", "no_date", "http_404"]
    found = list(collect(source, web, remembered(found)))
    assert [one.unchanged for one in found if isinstance(one, Fetch)] == [True, True, True, False]
    assert checks(found) == ["http_404"]


@pytest.mark.parametrize("charset", ["no-such", "undefined", "unicode_escape", "utf-7"])
def test_a_charset_that_no_text_has_is_not_obeyed(web: Web, site: Site, charset: str) -> None:
    text = f"{CURLY} In \\u0041."
    site.pages["/a"] = Page(text.encode("cp1252"), f"text/plain; charset={charset}")
    source = PagesSource(name="pages", kind="pages", urls=[site.url("/a")], **LOCAL)
    assert documents(collect(source, web, {}))[0].text == text
