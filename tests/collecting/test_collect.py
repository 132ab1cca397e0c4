import ssl
from pathlib import Path

import pytest
import trustme

from flows.client import Web
from flows.collecting import collect
from flows.named_sources import FeedSource, FolderSource, GlobSource, NamedSource, PagesSource
from models.rejection import Rejection
from tests.collected import LOCAL, checks, documents
from tests.web import ACT, CONSENT, Page, Site, article, feed, hanging, item, serving


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_files_of_a_named_source_carry_its_name_and_no_time(web: Web) -> None:
    Path("inbox").mkdir()
    Path("inbox/a.txt").write_text(f"---\nsource: Gazette\n---\n{ACT}")
    Path("inbox/b.jsonl").write_text("{broken\n")
    for source in (
        FolderSource(name="inbox", kind="folder", path="inbox"),
        GlobSource(name="inbox", kind="glob", pattern="inbox/*"),
    ):
        found = list(collect(source, web, {}))
        (document,) = documents(found)
        assert (document.origin, document.source, document.fetched_at) == ("inbox/a.txt", "inbox", None)
        assert checks(found) == ["broken_json"]


def test_a_folder_that_is_not_there_is_a_row(web: Web) -> None:
    (rejection,) = collect(FolderSource(name="inbox", kind="folder", path="gone"), web, {})
    assert isinstance(rejection, Rejection)
    assert rejection.reason == "inbox: gone: no such file or folder; check the path"


def test_each_source_that_fails_is_a_row_and_the_others_go_on(web: Web, site: Site) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with serving() as gone:
        pass
    site.pages |= {
        "/hangs": hanging,
        "/malformed": Page("<rss><channel><item>"),
        "/consent": feed(item("/wall")),
        "/wall": CONSENT,
        "/good": feed(item("/a")),
        "/a": article(),
    }
    with serving(context) as untrusted:
        addresses = {
            "tls": untrusted.url("/feed"),
            "no_answer": gone.url("/feed"),
            "timeout": site.url("/hangs"),
            "broken_feed": site.url("/malformed"),
            "http_404": site.url("/nowhere"),
            "html_without_text": site.url("/consent"),
        }
        sources: list[NamedSource] = [
            FeedSource(name="failing", kind="feed", url=url, follow=True, timeout=3, **LOCAL)
            for url in addresses.values()
        ]
        sources.append(PagesSource(name="private", kind="pages", urls=[site.url("/a")]))
        sources.append(FeedSource(name="good", kind="feed", url=site.url("/good"), follow=True, **LOCAL))
        found = [list(collect(source, web, {})) for source in sources]
    assert [checks(one)[:1] for one in found] == [[check] for check in [*addresses, "private_address"]] + [[]]
    assert len(documents(found[-1])) == 1
