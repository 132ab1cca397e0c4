import json
from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.contracts import INTERVAL_DAYS, SMALLEST_FAILED_BATCH, ContractError, check
from models.event import Precision
from models.rows import DOCUMENTS, EVENT_MENTIONS, document_rows, mention_rows
from tests.dispatches import STAMP, Act, day, dispatch

GOOD = dispatch("The EU sanctioned Russia on 16 July.", Act("sanctioned", date=day("on 16 July", date(2014, 7, 16))))
OTHER = dispatch("The EU sanctioned Russia again.", Act("sanctioned"), origin="b.txt")


def rows(*readings):
    return document_rows(readings, STAMP), mention_rows(readings, STAMP)


def spoiled(frame: pl.DataFrame, **values: object) -> pl.DataFrame:
    """The frame with other values in its first row."""
    schema = DOCUMENTS if "origin" in frame.columns else EVENT_MENTIONS
    return pl.DataFrame([frame.row(0, named=True) | values, *frame.rows(named=True)[1:]], schema=schema)


def test_valid_rows_go_on_unchanged():
    documents, mentions = rows(GOOD, OTHER, dispatch("No such news today.", origin="c.txt"))
    checked = check(documents, mentions)
    assert checked.documents.equals(documents)
    assert checked.mentions.equals(mentions)
    assert checked.rejections == ()


def test_an_empty_batch_is_valid():
    assert check(*rows()).rejections == ()


@pytest.mark.parametrize(
    ("values", "failed"),
    [
        ({"text": " \n", "word_count": 0}, "text_not_empty"),
        ({"text": None}, "text_not_empty"),
        ({"origin": ""}, "origin_given"),
        ({"document_id": None}, "origin_given"),
        ({"published": date(9999, 1, 1)}, "published_plausible"),
        ({"published": date(2025, 1, 4)}, "published_plausible"),
        ({"published": date(1066, 10, 14)}, "published_plausible"),
        ({"extractor_version": None}, "run_given"),
    ],
)
def test_a_document_check_rejects_its_document_and_what_it_tells(values, failed):
    documents, mentions = rows(GOOD, OTHER)
    checked = check(spoiled(documents, **values), mentions)
    assert [rejection.check for rejection in checked.rejections] == [failed, "document_accepted"]
    assert [rejection.stage for rejection in checked.rejections] == ["document", "event"]
    assert checked.documents["origin"].to_list() == ["b.txt"]
    assert checked.mentions["document_id"].to_list() == [OTHER.document.document_id]


def test_tomorrow_is_a_valid_date_of_publication_because_of_time_zones():
    documents, mentions = rows(GOOD)
    assert check(spoiled(documents, published=date(2025, 1, 3)), mentions).rejections == ()


@pytest.mark.parametrize(
    ("values", "failed"),
    [
        ({"trigger_start": 6}, "trigger_in_text"),
        ({"trigger_start": -30}, "trigger_in_text"),
        ({"trigger_start": None}, "trigger_in_text"),
        ({"trigger_end": 5000}, "trigger_in_text"),
        ({"trigger": "lifted"}, "trigger_in_text"),
        ({"sentence_end": 20}, "sentence_in_text"),
        ({"sentence": "The EU", "sentence_end": 6}, "trigger_in_sentence"),
        ({"actor_start": 3}, "actor_in_text"),
        ({"actor_name": None}, "actor_in_text"),
        ({"actor_text": None}, "actor_in_text"),
        ({"target_end": 400}, "target_in_text"),
        ({"target_text": None, "target_name": None, "target_start": None, "target_end": None}, "target_in_text"),
        ({"action": "abolish"}, "action_known"),
        ({"status": None}, "status_known"),
        ({"measures": ["general", "boycott"]}, "measures_known"),
        ({"measures": None}, "measures_known"),
        ({"date_precision": "hour"}, "date_described"),
        ({"date_precision": None}, "date_described"),
        ({"date_basis": "rumour"}, "date_described"),
        ({"date_end": date(2014, 7, 15)}, "date_order"),
        ({"date_end": None}, "date_order"),
        ({"date_end": date(2014, 7, 31)}, "date_precision_agrees"),
        ({"date_precision": "month"}, "date_precision_agrees"),
        ({"date_start": date(2024, 7, 18), "date_end": date(2024, 7, 18)}, "date_near_publication"),
        ({"date_start": date(1899, 12, 31), "date_end": date(1899, 12, 31)}, "date_near_publication"),
        ({"confidence": 1.01}, "confidence_in_range"),
        ({"confidence": float("nan")}, "confidence_in_range"),
        ({"confidence": None}, "confidence_in_range"),
        ({"run_id": ""}, "run_given"),
    ],
)
def test_a_mention_check_rejects_one_mention(values, failed):
    documents, mentions = rows(GOOD, OTHER)
    checked = check(documents, spoiled(mentions, **values))
    assert [(rejection.check, rejection.origin) for rejection in checked.rejections] == [(failed, "a.txt")]
    assert checked.documents.height == 2
    assert checked.mentions["document_id"].to_list() == [OTHER.document.document_id]


@pytest.mark.parametrize(
    "values",
    [
        {"date_start": date(2024, 7, 17), "date_end": date(2024, 7, 17)},
        {"date_start": None, "date_end": None},
        {f"actor_{field}": None for field in ("id", "text", "name", "start", "end")},
        {"actor_id": None},
        {"measures": []},
        {"confidence": 0.0},
    ],
)
def test_what_the_codebook_allows_is_valid(values):
    documents, mentions = rows(GOOD)
    assert check(documents, spoiled(mentions, **values)).rejections == ()


def test_a_mention_without_any_date_is_valid():
    documents, mentions = rows(dispatch("The EU sanctioned Russia.", Act("sanctioned"), published=None))
    assert mentions["date_basis"].to_list() == [None]
    assert check(documents, mentions).rejections == ()


def test_of_a_repeated_mention_the_first_stays():
    documents, mentions = rows(GOOD)
    checked = check(documents, pl.concat([mentions, mentions]))
    assert checked.mentions.equals(mentions)
    assert [rejection.check for rejection in checked.rejections] == ["mention_id_unique"]


def test_a_rejection_says_what_is_wrong_and_keeps_the_record():
    documents, mentions = rows(GOOD)
    (rejection,) = check(documents, spoiled(mentions, action="abolish", confidence=2.0)).rejections
    assert rejection.reason == "a.txt: the action is not one of the codebook; the confidence is not between 0 and 1"
    assert json.loads(rejection.record)["action"] == "abolish"


@pytest.mark.parametrize("frame", [0, 1])
@pytest.mark.parametrize("change", ["missing", "unknown", "other type"])
def test_other_columns_fail_the_batch(frame, change):
    frames = list(rows(GOOD))
    frames[frame] = {
        "missing": frames[frame].drop("run_id"),
        "unknown": frames[frame].with_columns(run_id_2=pl.lit("x")),
        "other type": frames[frame].with_columns(run_id=pl.lit(1)),
    }[change]
    with pytest.raises(ContractError, match="run_id"):
        check(*frames)


def test_a_batch_in_which_nothing_holds_fails_as_a_whole():
    many = [
        dispatch(f"The EU sanctioned Russia, part {part}.", Act("sanctioned"), origin=f"{part}.txt")
        for part in range(9)
    ]
    documents, mentions = rows(*many[:SMALLEST_FAILED_BATCH])
    with pytest.raises(ContractError, match=f"all {SMALLEST_FAILED_BATCH} rows .* confidence_in_range") as error:
        check(documents, mentions.with_columns(confidence=pl.lit(7.0)))
    assert len(error.value.rejections) == SMALLEST_FAILED_BATCH
    documents, mentions = rows(*many[: SMALLEST_FAILED_BATCH - 1])
    assert len(check(documents, mentions.with_columns(confidence=pl.lit(7.0))).rejections) == SMALLEST_FAILED_BATCH - 1


@given(st.sampled_from(list(Precision)), st.integers(1, 3000))
def test_an_interval_is_as_long_as_its_precision_says(precision, days):
    documents, mentions = rows(GOOD)
    end = date(2014, 7, 16) + timedelta(days=days - 1)
    checked = check(documents, spoiled(mentions, date_precision=precision.value, date_end=end))
    shortest, longest = INTERVAL_DAYS[precision]
    assert (checked.rejections == ()) == (shortest <= days <= (longest or days))


@given(st.text(min_size=1).filter(str.strip), st.text())
def test_offsets_count_characters_of_any_text(before, after):
    text = f"{before} EU sanctioned Russia {after}".encode("utf-8", "replace").decode()
    reading = dispatch(text, Act("EU sanctioned Russia", actors=(), targets=()))
    assert check(*rows(reading)).rejections == ()
