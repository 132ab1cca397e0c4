from datetime import date

import pytest

from models.event import Measure
from models.rejection import Rejection
from models.rows import DOCUMENTS, EVENT_MENTIONS, REJECTED, document_rows, mention_rows, rejection_rows
from tests.dispatches import STAMP, Act, day, dispatch

RUSSIA, IRAN = ("Russia", "Russia", "RUS"), ("Iran", "Iran", "IRN")
EU, UK = ("EU", "European Union", "EU"), ("UK", "United Kingdom", "GBR")
TEXT = "The EU and UK sanctioned Russia and Iran."


@pytest.mark.parametrize(
    ("actors", "targets", "pairs"),
    [
        ((EU,), (RUSSIA,), [("EU", "RUS")]),
        ((EU, UK), (RUSSIA, IRAN), [("EU", "RUS"), ("EU", "IRN"), ("GBR", "RUS"), ("GBR", "IRN")]),
        ((), (RUSSIA, IRAN), [(None, "RUS"), (None, "IRN")]),
        ((EU,), (), [("EU", None)]),
        ((), (), [(None, None)]),
    ],
)
def test_an_event_is_a_row_for_each_pair_of_its_parties(actors, targets, pairs):
    rows = mention_rows([dispatch(TEXT, Act("sanctioned", actors=actors, targets=targets))], STAMP)
    assert rows.select("actor_id", "target_id").rows() == pairs
    assert rows["act_id"].n_unique() == 1
    assert rows["mention_id"].n_unique() == len(pairs)


@pytest.mark.parametrize(
    ("stated", "published", "expected"),
    [
        (day("on 16 July", date(2014, 7, 16)), date(2014, 7, 17), ("on 16 July", date(2014, 7, 16), "day", "text")),
        (None, date(2014, 7, 17), (None, date(2014, 7, 17), "day", "publication")),
        (None, None, (None, None, None, None)),
    ],
)
def test_where_the_text_gives_no_date_the_day_of_publication_stands_in(stated, published, expected):
    rows = mention_rows([dispatch(TEXT, Act("sanctioned", date=stated), published=published)], STAMP)
    assert rows.select("date_text", "date_start", "date_precision", "date_basis").row(0) == expected


def test_what_was_done_before_has_no_date_of_publication():
    (date_start,) = mention_rows([dispatch(TEXT, Act("sanctioned", is_background=True))], STAMP)["date_start"]
    assert date_start is None


def test_ids_do_not_depend_on_the_run():
    later = type(STAMP)("run-2", "2.0", STAMP.at)
    reading = dispatch(TEXT, Act("sanctioned"))
    assert mention_rows([reading], STAMP)["mention_id"].equals(mention_rows([reading], later)["mention_id"])


def test_rows_have_the_schema_of_their_table_even_where_there_are_none():
    assert document_rows([], STAMP).schema == DOCUMENTS
    assert mention_rows([], STAMP).schema == EVENT_MENTIONS
    assert rejection_rows([], STAMP).schema == REJECTED


def test_rows_carry_what_the_reading_holds():
    reading = dispatch(TEXT, Act("sanctioned", measures=(Measure.TRADE, Measure.AID)))
    document, mention = (
        document_rows([reading], STAMP).row(0, named=True),
        mention_rows([reading], STAMP).row(0, named=True),
    )
    assert (document["word_count"], document["passed_gate"], document["loaded_at"]) == (8, True, STAMP.at)
    assert mention["measures"] == ["trade", "aid"]
    assert TEXT[mention["trigger_start"] : mention["trigger_end"]] == "sanctioned"


def test_the_same_rejection_has_the_same_id_in_every_run():
    rejection = Rejection("a.jsonl", 3, "read", "broken", "a.jsonl, line 3: no JSON", "{")
    first, second = (rejection_rows([rejection], type(STAMP)(run, "1.0", STAMP.at)) for run in ("run-1", "run-2"))
    assert first["rejection_id"].equals(second["rejection_id"])
    assert first["run_id"].to_list() != second["run_id"].to_list()
