from collections.abc import Iterator
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows import intake
from flows.intake import Item, SourceTally, documents_given, put_off
from models.event import Document
from models.fetches import Fetch
from models.rejection import Rejection

AT = datetime(2025, 1, 2)


def test_what_comes_in_is_counted_by_source() -> None:
    tally = SourceTally("run-1")
    tally.begin("feed")
    tally.begin("folder")
    gone = Rejection("https://a.example/2", None, "read", "status", "https://a.example/2: answers 404")
    empty = Rejection("c.txt", None, "document", "text_not_empty", "c.txt: the text is empty")
    items = [
        Item(Document("https://a.example/1", "Text."), "feed"),
        Item(Fetch("feed", "https://a.example/1", 200, AT), "feed"),
        Item(gone, "feed"),
        Item(Fetch("feed", "https://a.example/3", 304, AT, unchanged=True), "feed"),
        Item(Document("b.txt", "Known."), "folder"),
        Item(Document("c.txt", ""), "folder"),
        Item(Document("named.txt", "On the command line.")),
    ]
    tally.add(items, {"https://a.example/1", "c.txt", "named.txt"}, [gone, empty])
    tally.add([Item(Document("d.txt", "More."), "folder")], {"d.txt"}, [])
    feed, folder = tally.runs()
    assert (feed.source, feed.new, feed.unchanged, feed.failed, feed.reason) == ("feed", 1, 1, 1, gone.reason)
    assert (folder.source, folder.new, folder.unchanged, folder.failed) == ("folder", 1, 1, 1)
    assert feed.worked
    assert folder.reason == empty.reason


NO_DATE = Rejection("https://a.example/1#published", None, "read", "no_date", "no date of publication")


def test_a_document_that_is_read_without_an_event_or_a_date_of_it_did_not_fail() -> None:
    tally = SourceTally("run-1")
    tally.begin("feed")
    far = Rejection("https://a.example/1", None, "event", "date_near_publication", "the event lies far ahead")
    items = [Item(Document("https://a.example/1", "Text."), "feed"), Item(NO_DATE, "feed")]
    tally.add(items, {"https://a.example/1"}, [NO_DATE, far, far])
    (feed,) = tally.runs()
    assert (feed.new, feed.failed, feed.reason, feed.worked) == (1, 0, None, True)


def test_documents_are_counted_and_neither_requests_nor_dates() -> None:
    gone = Rejection("https://a.example/2", None, "read", "status", "https://a.example/2: answers 404")
    given = [
        Document("https://a.example/1", "Text."),
        NO_DATE,
        Fetch("feed", "https://a.example/1", 200, AT),
        gone,
    ]
    assert documents_given([Item(one, "feed") for one in given]) == 2


OLD, NEW, OTHER = (Document("a.txt", text) for text in ("Old.", "New.", "Other."))
QUIET = Document("b.txt", "Quiet.")
REPLACED = {OLD.document_id, OTHER.document_id}
FETCH = Fetch("feed", "https://a.example/1", 200, AT)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ([OLD, QUIET, NEW], [QUIET, NEW, NEW]),
        ([OLD, OTHER, NEW], [NEW, NEW, NEW]),
        ([OLD, OTHER, QUIET], [QUIET, OTHER, OTHER]),
        ([NEW, OLD, NEW], [NEW, NEW, NEW]),
        ([NEW, OLD, QUIET], [NEW, QUIET, OLD]),
        ([OLD, FETCH, NEW], [OLD, FETCH, NEW]),
        ([OLD, NO_DATE, NEW], [NO_DATE, NEW, NEW]),
    ],
)
def test_a_replaced_text_gives_way_to_one_that_follows_or_comes_last(given: list, told: list) -> None:
    items = put_off([Item(one, str(place)) for place, one in enumerate(given)], REPLACED)
    assert [item.found for item in items] == told


def test_what_stands_in_for_a_text_keeps_the_source_of_that_text() -> None:
    assert list(put_off([Item(OLD, "feed"), Item(NEW, "folder")], REPLACED)) == [Item(NEW, "feed"), Item(NEW, "folder")]


def test_no_more_than_some_texts_wait_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "MOST_WAITING", 2)
    given = [Document(f"{number}.txt", "Old.") for number in range(5)]
    taken = list[int]()

    def items() -> Iterator[Item]:
        for place, document in enumerate(given):
            taken.append(place)
            yield Item(document)

    put = put_off(items(), REPLACED)
    assert (next(put).found, taken) == (given[0], [0, 1, 2])
    assert [item.found for item in put] == given[1:]


@given(st.lists(st.sampled_from([OLD, NEW, OTHER, QUIET, FETCH, NO_DATE])), st.sets(st.sampled_from(sorted(REPLACED))))
def test_as_many_come_and_each_origin_ends_with_the_same_text(given: list, replaced: set[str]) -> None:
    told = [item.found for item in put_off(map(Item, given), replaced)]
    assert documents_given([Item(one) for one in told]) == documents_given([Item(one) for one in given])
    ends = [{one.origin: one for one in found if isinstance(one, Document)} for found in (given, told)]
    assert ends[0] == ends[1]
    # What stands before a request has come before it.
    assert [told.index(FETCH)] == [given.index(FETCH)] if FETCH in given else FETCH not in told
