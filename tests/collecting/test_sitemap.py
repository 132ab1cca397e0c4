from typing import Any

import pytest

from flows.client import Web
from flows.collecting import collect
from flows.named_sources import SitemapSource
from tests.collected import LOCAL, checks, documents, remembered
from tests.web import Page, Site, article, sitemap


def sitemap_source(site: Site, **fields: Any) -> SitemapSource:
    given = {"name": "map", "kind": "sitemap", "url": site.url("/sitemap.xml"), **LOCAL}
    return SitemapSource.model_validate(given | fields)


def test_a_sitemap_gives_its_pages_newest_first(web: Web, site: Site) -> None:
    days = {site.url("/press/old"): "2024-05-01", site.url("/press/new"): "2024-05-09T10:00:00Z", site.url("/fun"): ""}
    site.pages["/sitemap.xml"] = sitemap(days)
    site.pages["/press/old"] = site.pages["/press/new"] = article()
    found = list(collect(sitemap_source(site, pattern="/press/"), web, {}))
    assert [document.origin for document in documents(found)] == [site.url("/press/new"), site.url("/press/old")]
    known = remembered(found)
    site.pages["/sitemap.xml"] = sitemap({**days, site.url("/press/old"): "2024-05-10"})
    site.pages["/press/old"] = article("The Council lifted its sanctions on Russia.")
    found = list(collect(sitemap_source(site, pattern="/press/"), web, known))
    assert [document.origin for document in documents(found)] == [site.url("/press/old")]


def test_an_index_of_sitemaps_is_followed_and_what_did_not_change_is_not_asked(web: Web, site: Site) -> None:
    index = {site.url("/2023.xml"): "2023-12-31", site.url("/2024.xml"): "2024-05-08"}
    site.pages["/sitemap.xml"] = sitemap(index, "sitemapindex", "sitemap")
    site.pages["/2023.xml"] = sitemap({site.url("/a"): "2023-12-31"})
    site.pages["/2024.xml"] = sitemap({site.url("/b"): "2024-05-08"})
    site.pages["/a"] = site.pages["/b"] = article()
    found = list(collect(sitemap_source(site), web, {}))
    assert [document.origin for document in documents(found)] == [site.url("/b"), site.url("/a")]
    site.pages["/sitemap.xml"] = sitemap({**index, site.url("/2024.xml"): "2024-05-09"}, "sitemapindex", "sitemap")
    site.pages["/2024.xml"] = sitemap({site.url("/b"): "2024-05-08", site.url("/c"): "2024-05-09"})
    site.pages["/c"] = article()
    before = len(site.paths())
    found = list(collect(sitemap_source(site), web, remembered(found)))
    assert [document.origin for document in documents(found)] == [site.url("/c")]
    assert site.paths()[before:] == ["/sitemap.xml", "/2024.xml", "/c"]


@pytest.mark.parametrize(
    ("page", "check"),
    [
        (Page("<urlset><url><loc>cut", "application/xml"), "broken_sitemap"),
        (Page("<html><body/></html>"), "no_sitemap"),
        (Page("nothing here"), "no_sitemap"),
    ],
)
def test_what_is_no_sitemap_is_a_row(web: Web, site: Site, page: Page, check: str) -> None:
    site.pages["/sitemap.xml"] = page
    assert checks(collect(sitemap_source(site), web, {})) == [check]
