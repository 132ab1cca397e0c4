from collections.abc import Iterator

import fsspec
import pytest

from flows.client import Web
from flows.collecting import collect
from flows.named_sources import RemoteSource
from models.fetches import Fetch
from models.rejection import Rejection
from tests.collected import checks, documents, remembered
from tests.web import ACT


@pytest.fixture
def store() -> Iterator[fsspec.AbstractFileSystem]:
    """An object store in memory: the one file system beside the local one that fsspec itself brings."""
    files = fsspec.filesystem("memory")
    files.pipe({"/news/a.txt": ACT.encode(), "/news/b.jsonl": f'{{"id": "x", "text": "{ACT} Again."}}'.encode()})
    files.pipe("/news/c.pdf", b"%PDF")
    yield files
    files.rm("/", recursive=True)


def source(url: str, **fields: object) -> RemoteSource:
    return RemoteSource.model_validate({"name": "bucket", "kind": "remote", "url": url, **fields})


@pytest.mark.parametrize(
    ("url", "origins"),
    [
        ("memory://news", ["memory:///news/a.txt", "memory:///news/b.jsonl#x"]),
        ("memory://news/*.txt", ["memory:///news/a.txt"]),
        ("memory://news/b.jsonl", ["memory:///news/b.jsonl#x"]),
    ],
)
@pytest.mark.usefixtures("store")
def test_a_folder_a_pattern_or_a_file_is_read(web: Web, url: str, origins: list[str]) -> None:
    found = list(collect(source(url), web, {}))
    assert [document.origin.replace("memory:///", "memory://") for document in documents(found)] == [
        origin.replace("memory:///", "memory://") for origin in origins
    ]
    assert all(document.fetched_at and document.source == "bucket" for document in documents(found))


def test_a_file_is_read_again_only_when_it_changed(web: Web, store: fsspec.AbstractFileSystem) -> None:
    known = remembered(collect(source("memory://news"), web, {}))
    found = list(collect(source("memory://news"), web, known))
    assert documents(found) == []
    assert [one.unchanged for one in found if isinstance(one, Fetch)] == [True, True]
    store.pipe("/news/a.txt", b"The Council lifted its sanctions on Russia.")
    assert len(documents(collect(source("memory://news"), web, known))) == 1


@pytest.mark.parametrize(
    ("url", "check"),
    [
        ("memory://news/c.pdf", "no_files"),
        ("memory://gone", "no_files"),
        ("gs://bucket/news/", "missing_library"),
        ("nonsense://bucket/news/", "unreadable"),
    ],
)
@pytest.mark.usefixtures("store")
def test_what_cannot_be_read_is_a_row(web: Web, url: str, check: str) -> None:
    assert checks(collect(source(url), web, {})) == [check]


def test_a_secret_that_is_not_set_is_a_row(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BUCKET_KEY", raising=False)
    assert checks(collect(source("memory://news", options_from={"key": "BUCKET_KEY"}), web, {})) == ["no_source"]


def test_no_message_tells_a_secret(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUCKET_KEY", "hidden")
    (rejection,) = collect(source("hidden://bucket/", options_from={"token": "BUCKET_KEY"}), web, {})
    assert isinstance(rejection, Rejection)
    assert rejection.reason.endswith("cannot be read: ValueError: Protocol not known: ***")
