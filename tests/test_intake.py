from datetime import datetime

from flows.intake import Item, SourceTally, documents_given
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
