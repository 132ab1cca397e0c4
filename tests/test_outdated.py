from datetime import datetime

import pytest

from flows.outdated import outdated, stored
from flows.warehouse import load, open_warehouse, unread
from models.event import Document
from models.rows import Reading, Stamp, document_rows, mention_rows, rejection_rows
from tests.dispatches import STAMP

NEWER = Stamp("run-2", "2.0", STAMP.at)
FETCHED = datetime(2025, 1, 1, 12)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "warehouse.duckdb"


def read(connection, *documents: Document, stamp: Stamp = STAMP) -> None:
    readings = [Reading(document, False) for document in documents]
    rows = document_rows(readings, stamp), mention_rows([], stamp), rejection_rows([], stamp)
    load(connection, *rows, unread(connection, [], stamp.extractor_version)[1], stamp)


def test_what_another_version_has_read_comes_back_as_it_was_given(path):
    old = [
        Document(f"{number}.txt", f"Text {number}", "Title", STAMP.at.date(), "https://a.example", "A", FETCHED)
        for number in range(30)
    ]
    with open_warehouse(path) as connection:
        read(connection, *old)
        read(connection, Document("new.txt", "A text read by the version of now"), stamp=NEWER)
        ids = outdated(connection, "2.0")
    assert ids == sorted(document.document_id for document in old)
    assert list(stored(path, ids)) == sorted(old, key=lambda document: document.document_id)


def test_what_no_origin_holds_any_longer_is_not_read_again(path):
    """A failed run leaves it; read again, it would take its origin back."""
    now = Document("a.txt", "Text of now")
    with open_warehouse(path) as connection:
        read(connection, Document("a.txt", "Text of yesterday"))
        read(connection, now)
        assert outdated(connection, "2.0") == [now.document_id]


def test_the_warehouse_is_not_held_open_between_texts(path):
    with open_warehouse(path) as connection:
        read(connection, Document("a.txt", "Text a"), Document("b.txt", "Text b"))
        ids = outdated(connection, "2.0")
    texts = stored(path, ids)
    first = next(texts)
    with open_warehouse(path) as connection:
        read(connection, first, stamp=NEWER)
    assert [first, *texts] == sorted([first, *stored(path, ids[1:])], key=lambda document: document.document_id)
