import random
from datetime import date, timedelta

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.history import retire_unheld
from flows.stories import DAYS, link_stories
from flows.warehouse import load, make_tables, unread
from models.event import Document
from models.rows import Reading, document_rows, mention_rows, rejection_rows
from tests.dispatches import STAMP
from tests.newswire import article, edited

MONDAY = date(2024, 5, 6)
RNG = random.Random(5)
TEXT, OTHER = article(RNG), article(RNG)


@pytest.fixture
def warehouse():
    with duckdb.connect() as connection:
        make_tables(connection)
        yield connection


def take_in(warehouse, *documents: Document, passed_gate: bool = True) -> None:
    fresh, others = unread(warehouse, documents, STAMP.extractor_version)
    readings = [Reading(one, passed_gate) for one in fresh]
    rows = document_rows(readings, STAMP), mention_rows(readings, STAMP), rejection_rows([], STAMP)
    load(warehouse, *rows, others, STAMP)


def stories(warehouse) -> dict[str, str]:
    """The origin of each document and that of its story."""
    return dict(
        warehouse.execute(
            "SELECT one.origin, first.origin FROM raw.documents AS one"
            " JOIN raw.documents AS first ON first.document_id = one.story_id ORDER BY ALL"
        ).fetchall()
    )


def told(origin: str, text: str, days: int | None = 0) -> Document:
    return Document(origin, text, published=None if days is None else MONDAY + timedelta(days))


def test_the_first_of_two_copies_gives_the_story_its_id(warehouse):
    take_in(warehouse, told("late", edited(TEXT, RNG, 3), 1), told("early", TEXT), told("other", OTHER))
    assert stories(warehouse) == {"late": "late", "early": "early", "other": "other"}
    assert link_stories(warehouse) == 1
    assert stories(warehouse) == {"late": "early", "early": "early", "other": "other"}


def test_linking_again_changes_nothing(warehouse):
    take_in(warehouse, told("a", TEXT), told("b", edited(TEXT, RNG, 3)))
    link_stories(warehouse)
    before = warehouse.execute("FROM raw.documents").fetchall(), warehouse.execute("FROM raw.story_bands").fetchall()
    assert link_stories(warehouse) == 1
    after = warehouse.execute("FROM raw.documents").fetchall(), warehouse.execute("FROM raw.story_bands").fetchall()
    assert before == after


def test_the_same_words_half_a_year_later_are_another_story(warehouse):
    """Renewals repeat the words of the one before."""
    take_in(warehouse, told("may", TEXT), told("may copy", TEXT, DAYS), told("november", TEXT, 184))
    link_stories(warehouse)
    assert stories(warehouse) == {"may": "may", "may copy": "may", "november": "november"}


def test_a_document_without_a_date_goes_with_the_first_that_has_one_and_links_no_other(warehouse):
    take_in(warehouse, told("may", TEXT), told("undated", TEXT, None), told("november", TEXT, 184))
    link_stories(warehouse)
    assert stories(warehouse) == {"may": "may", "undated": "may", "november": "november"}


def test_documents_without_dates_go_together(warehouse):
    take_in(warehouse, told("a", TEXT, None), told("b", edited(TEXT, RNG, 2), None))
    link_stories(warehouse)
    assert len(set(stories(warehouse).values())) == 1


def test_a_document_that_did_not_pass_the_gate_stays_alone(warehouse):
    take_in(warehouse, told("a", TEXT), told("b", edited(TEXT, RNG, 2)), passed_gate=False)
    assert link_stories(warehouse) == 0
    assert warehouse.execute("SELECT count(*) FROM raw.story_bands").fetchone() == (0,)


def test_documents_linked_by_others_are_one_story_however_long_the_chain(warehouse):
    chain = [told(f"{number:02}", article(RNG, 20), number % 3) for number in range(40)]
    insert(warehouse, chain)
    ids = [document.document_id for document in chain]
    bands = [(ids[at], band) for at in range(40) for band in (at, at + 1)]
    warehouse.executemany("INSERT INTO raw.story_bands VALUES (?, ?)", bands)
    assert link_stories(warehouse) == 39
    assert len(set(stories(warehouse).values())) == 1


def test_when_the_first_document_changes_the_story_has_another_first(warehouse):
    take_in(warehouse, told("a", TEXT), told("b", edited(TEXT, RNG, 2), 1), told("c", edited(TEXT, RNG, 2), 2))
    link_stories(warehouse)
    assert stories(warehouse) == {"a": "a", "b": "a", "c": "a"}
    take_in(warehouse, told("a", OTHER))
    retire_unheld(warehouse, STAMP)
    link_stories(warehouse)
    assert stories(warehouse) == {"a": "a", "b": "b", "c": "b"}


ARTICLES = [article(random.Random(number), 60) for number in range(3)]
EDITIONS = st.builds(
    lambda number, edition, days: (number, edition, days),
    st.integers(0, len(ARTICLES) - 1),
    st.integers(0, 3),
    st.one_of(st.none(), st.integers(0, 9)),
)


def edition(number: int, edition: int, days: int | None) -> Document:
    text = edited(ARTICLES[number], random.Random(edition), 1) if edition else ARTICLES[number]
    return told(f"{number} {edition} {days}", text, days)


@settings(max_examples=15)
@given(st.lists(EDITIONS, max_size=12, unique=True), st.randoms(use_true_random=False))
def test_stories_do_not_depend_on_the_order_or_on_batches_or_on_when_they_were_linked(editions, drawn):
    documents = [edition(*one) for one in editions]
    with duckdb.connect() as connection:
        make_tables(connection)
        insert(connection, documents)
        link_stories(connection)
        at_once = stories(connection)
        connection.execute("DELETE FROM raw.documents")
        for document in drawn.sample(documents, len(documents)):
            insert(connection, [document])
            if drawn.random() < 0.3:
                link_stories(connection)
        link_stories(connection)
        assert stories(connection) == at_once
    for one, first in at_once.items():
        assert at_once[first] == first
        assert one.split()[0] == first.split()[0], "articles that share no words are never one story"


def insert(connection, documents: list[Document]) -> None:
    connection.register("rows", document_rows([Reading(one, True) for one in documents], STAMP).to_arrow())
    connection.execute("INSERT INTO raw.documents FROM rows")
