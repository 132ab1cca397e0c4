from collections.abc import Mapping
from typing import Any

import pytest

from flows.client import Web
from flows.collecting import collect
from flows.named_sources import SitemapSource
from models.rejection import Rejection
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
    days = {site.url("/2023.xml"): "2023-12-31", site.url("/2024.xml"): "2024-05-08"}
    site.pages["/sitemap.xml"] = index(days)
    site.pages["/2023.xml"] = sitemap({site.url("/a"): "2023-12-31"})
    site.pages["/2024.xml"] = sitemap({site.url("/b"): "2024-05-08"})
    site.pages["/a"] = site.pages["/b"] = article()
    found = list(collect(sitemap_source(site), web, {}))
    assert [document.origin for document in documents(found)] == [site.url("/b"), site.url("/a")]
    site.pages["/sitemap.xml"] = index({**days, site.url("/2024.xml"): "2024-05-09"})
    site.pages["/2024.xml"] = sitemap({site.url("/b"): "2024-05-08", site.url("/c"): "2024-05-09"})
    site.pages["/c"] = article()
    before = len(site.paths())
    found = list(collect(sitemap_source(site), web, remembered(found)))
    assert [document.origin for document in documents(found)] == [site.url("/c")]
    assert site.paths()[before:] == ["/sitemap.xml", "/2024.xml", "/c"]


def index(days: Mapping[str, str]) -> Page:
    return sitemap(days, "sitemapindex", "sitemap")


@pytest.mark.parametrize("between", [False, True])
def test_a_sitemap_without_a_day_is_asked_in_every_run(web: Web, site: Site, between: bool) -> None:
    site.pages["/sitemap.xml"] = index({site.url("/part.xml"): ""})
    if between:
        site.pages["/top.xml"] = index({site.url("/sitemap.xml"): "2024-05-08"})
    site.pages["/part.xml"] = sitemap({site.url("/a"): "2024-05-08"})
    site.pages["/a"] = site.pages["/b"] = article()
    given = {"url": site.url("/top.xml")} if between else {}
    known = remembered(collect(sitemap_source(site, **given), web, {}))
    found = list(collect(sitemap_source(site, **given), web, known))
    assert documents(found) == []
    site.pages["/part.xml"] = sitemap({site.url("/a"): "2024-05-08", site.url("/b"): "2024-05-09"})
    found = list(collect(sitemap_source(site, **given), web, remembered(found, known)))
    assert [document.origin for document in documents(found)] == [site.url("/b")]


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("page", [article(), Page("no", status=403), Page("busy", status=500)])
def test_an_index_of_more_sitemaps_than_a_run_reads_is_read_in_several(
    web: Web, site: Site, page: Page, told: bool
) -> None:
    days = {number: f"2024-05-08T10:{59 - number:02}:00Z" if told else "" for number in range(60)}
    site.pages["/sitemap.xml"] = index({site.url(f"/{number}.xml"): day for number, day in days.items()})
    site.pages |= {f"/{number}.xml": sitemap({site.url(f"/{number // 5}"): ""}) for number in days}
    site.pages |= {f"/{number}": page for number in range(10)} | {"/10": article(), "/11": article()}
    first = list(collect(sitemap_source(site), web, {}))
    (left,) = [one for one in first if isinstance(one, Rejection) and one.check == "sitemaps_left"]
    assert "11 more sitemaps wait" in left.reason
    second = list(collect(sitemap_source(site), web, remembered(first)))
    assert checks(second).count("sitemaps_left") == (page.status != 200 or not told)
    assert {site.url("/10"), site.url("/11")} <= {document.origin for document in documents(second)}


def test_a_sitemap_whose_pages_were_read_need_not_wait_for_those_of_the_others(web: Web, site: Site) -> None:
    site.pages["/sitemap.xml"] = index({site.url("/new.xml"): "2024-05-09", site.url("/old.xml"): "2024-05-08"})
    site.pages["/new.xml"] = sitemap({site.url("/a"): "2024-05-09"})
    site.pages["/old.xml"] = sitemap({site.url("/b"): "2024-05-08"})
    site.pages["/a"] = site.pages["/b"] = article()
    found = list(collect(sitemap_source(site, most=1), web, {}))
    before = len(site.paths())
    found = list(collect(sitemap_source(site, most=1), web, remembered(found)))
    assert site.paths()[before:] == ["/sitemap.xml", "/old.xml", "/b"]


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
