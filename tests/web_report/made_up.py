"""A published file of made-up events, among them those that a page may show wrongly."""

from datetime import date, datetime
from pathlib import Path

from benchmarks.synthetic import fill
from flows.publish import publish
from flows.transform import transform
from flows.warehouse import load, open_warehouse
from models.event import Action, Basis, Document, Event, EventDate, Measure, Party, Precision, Status
from models.rows import ORIGINS, Reading, Stamp, document_rows, mention_rows, rejection_rows

MENTIONS = 30_000  # about 10,000 events
HOSTILE = "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'>"


def made_up(store: Path) -> Path:
    """Publish about 10,000 made-up events; some that answer, lie long ago, have a vague date, or attack."""
    warehouse = store / "warehouse.duckdb"
    with open_warehouse(warehouse) as connection:
        fill(connection, MENTIONS)
        stamp = Stamp("attack", "synthetic", datetime(2026, 1, 1))
        readings = [Reading(*attack()), Reading(*answer()), Reading(*memory()), Reading(*review())]
        nothing = document_rows([], stamp).select(ORIGINS.keys())
        load(
            connection,
            document_rows(readings, stamp),
            mention_rows(readings, stamp),
            rejection_rows([], stamp),
            nothing,
            stamp,
        )
    transform(warehouse, store / "work")
    publish(warehouse, store / "sanctions.duckdb")
    return store


def attack() -> tuple[Document, bool, tuple[Event, ...]]:
    """A document that holds markup wherever a document can."""
    text = f"{HOSTILE} imposed it."
    start = text.index("imposed")
    party = Party(HOSTILE, HOSTILE, None, 0, len(HOSTILE))
    event = Event(
        (party,), Action.IMPOSE, Status.ENACTED, (), (Measure.TRADE,),
        EventDate("", date(2026, 10, 1), date(2026, 10, 1), Precision.DAY, Basis.TEXT),
        "imposed", start, start + 7, text, 0, len(text), 0.9, is_background=False,
    )  # fmt: skip
    document = Document("attack", text, HOSTILE, date(2026, 10, 1), "javascript:alert(1)", HOSTILE)
    return document, True, (event,)


def answer() -> tuple[Document, bool, tuple[Event, ...]]:
    """A country that others have sanctioned sanctions another."""
    when = EventDate("", date(2025, 1, 6), date(2025, 1, 6), Precision.DAY, Basis.TEXT)
    return _sanctioning("answer", "Suriname sanctioned Mongolia.", when, date(2025, 1, 6))


def memory() -> tuple[Document, bool, tuple[Event, ...]]:
    """An act against two, long before the others, of which only the month is known."""
    when = EventDate("In May 1979", date(1979, 5, 1), date(1979, 5, 31), Precision.MONTH, Basis.TEXT)
    return _sanctioning("memory", "In May 1979 Suriname sanctioned Mongolia and Chad.", when, date(2025, 1, 7))


def review() -> tuple[Document, bool, tuple[Event, ...]]:
    """An act of which only the year is known."""
    when = EventDate("In 2021", date(2021, 1, 1), date(2021, 12, 31), Precision.YEAR, Basis.TEXT)
    return _sanctioning("review", "In 2021 Suriname sanctioned Mongolia.", when, date(2025, 1, 8))


def _sanctioning(name: str, text: str, when: EventDate, published: date) -> tuple[Document, bool, tuple[Event, ...]]:
    """A document in which Suriname sanctioned those that the text names."""
    suriname, *targets = [
        Party(state, state, code, text.index(state), text.index(state) + len(state))
        for state, code in (("Suriname", "SUR"), ("Mongolia", "MNG"), ("Chad", "TCD"))
        if state in text
    ]
    start = text.index("sanctioned")
    event = Event(
        (suriname,), Action.IMPOSE, Status.ENACTED, tuple(targets), (Measure.TRADE,), when,
        "sanctioned", start, start + len("sanctioned"), text, 0, len(text), 0.9, is_background=False,
    )  # fmt: skip
    return Document(name, text, name.title(), published), True, (event,)
