import gzip
from datetime import date, datetime
from pathlib import Path

import pytest

from flows.client import Web
from flows.collecting import collect
from flows.named_sources import WarcSource
from models.fetches import Fetch
from models.rejection import Rejection
from tests.collected import checks, documents, remembered
from tests.web import CONSENT, Page, article, gzipped


def record(url: str, page: Page, status: int = 200) -> bytes:
    """One answer of a web server as a crawler writes it."""
    body = page.body.encode() if isinstance(page.body, str) else page.body
    headers = "".join(f"{name}: {value}\r\n" for name, value in page.headers.items())
    http = f"HTTP/1.1 {status} OK\r\nContent-Type: {page.media}\r\n{headers}\r\n".encode() + body
    return response(url, "application/http; msgtype=response", http)


def response(url: str, media: str, block: bytes) -> bytes:
    """One answer of any server."""
    head = (
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Date: 2024-05-10T06:00:00Z\r\n"
        f"WARC-Record-ID: <urn:uuid:{abs(hash(url)):032x}>\r\nWARC-Target-URI: {url}\r\n"
        f"Content-Type: {media}\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


@pytest.fixture
def crawl(tmp_path: Path) -> Path:
    pages = [
        record("https://news.example/a", article()),
        record("https://www.news.example/b", gzipped(article("Canada froze the assets of two banks."))),
        record("https://other.example/c", article()),
        record("https://news.example/d", CONSENT),
        record("https://news.example/e", Page("{}", media="application/json")),
        record("https://news.example/f", Page("gone"), status=404),
    ]
    path = tmp_path / "crawl.warc.gz"
    path.write_bytes(b"".join(map(gzip.compress, pages)))
    return path


def source(path: Path | str, **fields: object) -> WarcSource:
    return WarcSource.model_validate({"name": "crawl", "kind": "warc", "path": str(path), **fields})


def test_the_pages_of_a_crawl_are_documents(web: Web, crawl: Path) -> None:
    found = list(collect(source(crawl, hosts=["news.example"]), web, {}))
    assert [document.origin for document in documents(found)] == [
        "https://news.example/a",
        "https://www.news.example/b",
    ]
    assert {document.published for document in documents(found)} == {date(2024, 5, 8)}
    assert {document.fetched_at for document in documents(found)} == {datetime(2024, 5, 10, 6)}
    assert checks(found) == ["html_without_text"]


def test_a_file_that_did_not_change_is_not_read_again(web: Web, crawl: Path) -> None:
    found = list(collect(source(crawl.parent / "*.warc.gz"), web, {}))
    assert len(documents(found)) == 3
    found = list(collect(source(crawl.parent / "*.warc.gz"), web, remembered(found)))
    assert [one.unchanged for one in found if isinstance(one, Fetch)] == [True]


@pytest.mark.parametrize("content", [b"", b"no archive at all", gzip.compress(b"nor this", mtime=0)])
def test_what_is_no_warc_file_is_a_row(web: Web, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.warc.gz").write_bytes(content)
    assert checks(collect(source(tmp_path / "x.warc.gz"), web, {})) == ["broken_warc"]


def test_a_file_that_is_cut_off_gives_what_it_holds(web: Web, crawl: Path) -> None:
    whole = crawl.read_bytes()
    crawl.write_bytes(whole[: len(whole) // 2])
    assert documents(collect(source(crawl), web, {}))[0].origin == "https://news.example/a"


def test_an_answer_that_is_no_page_or_has_no_address_does_not_end_the_file(web: Web, tmp_path: Path) -> None:
    records = [
        response("dns:news.example", "text/dns", b"20240510060000\nnews.example. 300 IN A 192.0.2.1\n"),
        response("https://news.example/x", "application/http; msgtype=response", b""),
        record("http://[oops/a", article()),
        record("https://news.example/a", article()),
    ]
    (tmp_path / "x.warc").write_bytes(b"".join(records))
    found = list(collect(source(tmp_path / "x.warc"), web, {}))
    assert [document.origin for document in documents(found)] == ["https://news.example/a"]
    assert [(one.origin, one.check) for one in found if isinstance(one, Rejection)] == [
        ("http://[oops/a", "bad_address")
    ]
    assert len(remembered(found)) == 1  # the file is done with


@pytest.mark.parametrize(("pattern", "check"), [("*.warc", "not_found"), ("**.warc", "bad_pattern")])
def test_a_path_that_names_nothing_is_a_row(web: Web, tmp_path: Path, pattern: str, check: str) -> None:
    assert checks(collect(source(tmp_path / pattern), web, {})) == [check]
