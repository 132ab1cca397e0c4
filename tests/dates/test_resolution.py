"""How the words that date an act are read. Unless a row says otherwise they are read on Wednesday, 15 May 2024."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import seeds
from models.contracts import INTERVAL_DAYS
from models.dates.resolution import resolve
from models.dates.words import DateWord, date_words
from models.event import Basis, EventDate, Precision
from models.seeds import SeedError

PUBLISHED = date(2024, 5, 15)

DONE = [
    # Days
    ("today", "2024-05-15", "2024-05-15", "day"),
    ("yesterday evening", "2024-05-14", "2024-05-14", "day"),
    ("tomorrow", "2024-05-16", "2024-05-16", "day"),
    ("overnight", "2024-05-14", "2024-05-14", "day"),
    ("the day before yesterday", "2024-05-13", "2024-05-13", "day"),
    ("this morning", "2024-05-15", "2024-05-15", "day"),
    ("within hours", "2024-05-15", "2024-05-15", "day"),
    ("the same day", "2024-05-15", "2024-05-15", "day"),
    ("with immediate effect from now on", "2024-05-15", "2024-05-15", "day"),
    # A bare weekday is the last one, publication included
    ("on Wednesday", "2024-05-15", "2024-05-15", "day"),
    ("on Thursday", "2024-05-09", "2024-05-09", "day"),
    ("Sunday's", "2024-05-12", "2024-05-12", "day"),
    ("at 8pm New York time on Saturday", "2024-05-11", "2024-05-11", "day"),
    ("in the early hours of Tuesday", "2024-05-14", "2024-05-14", "day"),
    ("since Friday", "2024-05-10", "2024-05-10", "day"),
    ("last Wednesday", "2024-05-08", "2024-05-08", "day"),
    ("this Monday", "2024-05-13", "2024-05-13", "day"),
    ("Thursday of last week", "2024-05-09", "2024-05-09", "day"),
    # Words that look ahead make it the next one
    ("next Monday", "2024-05-20", "2024-05-20", "day"),
    ("next Wednesday", "2024-05-22", "2024-05-22", "day"),
    ("from Thursday", "2024-05-16", "2024-05-16", "day"),
    ("by Friday", "2024-05-17", "2024-05-17", "day"),
    # Days of the year
    ("September 30, 2006", "2006-09-30", "2006-09-30", "day"),
    ("Sept. 30, 2006", "2006-09-30", "2006-09-30", "day"),
    ("the 12th of July 2014", "2014-07-12", "2014-07-12", "day"),
    ("July 12 of last year", "2023-07-12", "2023-07-12", "day"),
    ("2022-03-01", "2022-03-01", "2022-03-01", "day"),
    ("28.05.2021", "2021-05-28", "2021-05-28", "day"),
    ("31/12/2021", "2021-12-31", "2021-12-31", "day"),
    ("on 12 July", "2023-07-12", "2023-07-12", "day"),
    ("on May 1", "2024-05-01", "2024-05-01", "day"),
    ("May 28th", "2024-05-28", "2024-05-28", "day"),  # near at hand
    ("from January 1", "2025-01-01", "2025-01-01", "day"),
    ("29 February", "2024-02-29", "2024-02-29", "day"),
    ("on Christmas Eve", "2023-12-24", "2023-12-24", "day"),
    ("before Thanksgiving", "2024-11-28", "2024-11-28", "day"),
    ("the day after Christmas", "2023-12-26", "2023-12-26", "day"),
    ("since 9/11", "2001-09-11", "2001-09-11", "day"),
    # Weeks
    ("earlier this week", "2024-05-13", "2024-05-19", "week"),
    ("last week", "2024-05-06", "2024-05-12", "week"),
    ("as early as next week", "2024-05-20", "2024-05-26", "week"),
    ("the week of 8 May", "2024-05-06", "2024-05-12", "week"),
    ("two weeks ago", "2024-04-29", "2024-05-05", "week"),
    ("over the weekend", "2024-05-11", "2024-05-12", "week"),
    ("this weekend", "2024-05-18", "2024-05-19", "week"),
    # Months: "early" and "late" leave the whole month
    ("last month", "2024-04-01", "2024-04-30", "month"),
    ("next month", "2024-06-01", "2024-06-30", "month"),
    ("in May", "2024-05-01", "2024-05-31", "month"),
    ("since April", "2024-04-01", "2024-04-30", "month"),
    ("in early September", "2023-09-01", "2023-09-30", "month"),
    ("last December", "2023-12-01", "2023-12-31", "month"),
    ("last May", "2023-05-01", "2023-05-31", "month"),
    ("March of this year", "2024-03-01", "2024-03-31", "month"),
    ("May 2018", "2018-05-01", "2018-05-31", "month"),
    ("2022-03", "2022-03-01", "2022-03-31", "month"),
    ("by March", "2025-03-01", "2025-03-31", "month"),
    ("in the last days of December", "2023-12-01", "2023-12-31", "month"),
    # Quarters and seasons of the north
    ("the second quarter of 2022", "2022-04-01", "2022-06-30", "quarter"),
    ("Q3 2023", "2023-07-01", "2023-09-30", "quarter"),
    ("last quarter", "2024-01-01", "2024-03-31", "quarter"),
    ("before the summer", "2024-06-01", "2024-08-31", "season"),
    ("since spring", "2024-03-01", "2024-05-31", "season"),
    ("last summer", "2023-06-01", "2023-08-31", "season"),
    ("in the winter of 2022", "2022-12-01", "2023-02-28", "season"),
    # Years
    ("since 2014", "2014-01-01", "2014-12-31", "year"),
    ("early last year", "2023-01-01", "2023-12-31", "year"),
    ("earlier this year", "2024-01-01", "2024-12-31", "year"),
    ("two years ago", "2022-01-01", "2022-12-31", "year"),
    ("two decades ago", "2004-01-01", "2004-12-31", "year"),
    ("after the 1989 crackdown", "1989-01-01", "1989-12-31", "year"),
    ("fiscal 2024", "2023-10-01", "2024-09-30", "year"),
    ("FY98", "1997-10-01", "1998-09-30", "year"),
    ("FY2023", "2022-10-01", "2023-09-30", "year"),
    ("in the year to October", "2022-11-01", "2023-10-31", "year"),
    ("in the six months to March", "2023-10-01", "2024-03-31", "year"),
    ("the 1990s", "1990-01-01", "1999-12-31", "multi_year"),
    ("in the last decade", "2010-01-01", "2019-12-31", "multi_year"),
    # A limit is a day
    ("within ten days", "2024-05-25", "2024-05-25", "day"),
    ("within 48 hours", "2024-05-17", "2024-05-17", "day"),
    ("by the end of March", "2025-03-31", "2025-03-31", "day"),
    ("at the end of April", "2024-04-30", "2024-04-30", "day"),
    ("before the end of the year", "2024-12-31", "2024-12-31", "day"),
    ("at the end of 2023", "2023-12-01", "2023-12-31", "month"),
    ("from the start of next year", "2025-01-01", "2025-01-01", "day"),
    # Counted from publication, or from a day that the words name
    ("two days earlier", "2024-05-13", "2024-05-13", "day"),
    ("a couple of days ago", "2024-05-13", "2024-05-13", "day"),
    ("twenty-one days ago", "2024-04-24", "2024-04-24", "day"),
    ("21 days after August 7", "2024-08-28", "2024-08-28", "day"),
    ("in three weeks' time", "2024-06-03", "2024-06-09", "week"),
    # Ranges take the finest precision that holds them
    ("between 2010 and 2017", "2010-01-01", "2017-12-31", "multi_year"),
    ("in 1992 and 1996", "1992-01-01", "1996-12-31", "multi_year"),
    ("2014-2016", "2014-01-01", "2016-12-31", "multi_year"),
    ("from July 2014 to January 2015", "2014-07-01", "2015-01-31", "year"),
    ("between March and September 2017", "2017-03-01", "2017-09-30", "year"),
    ("from November 2022 to March", "2022-11-01", "2023-03-31", "year"),
    ("from Monday to Friday", "2024-05-13", "2024-05-17", "week"),
    ("over the past two weeks", "2024-05-02", "2024-05-15", "month"),
    ("every October since 2019", "2019-10-01", "2024-05-15", "multi_year"),
    # A day that the calendar lacks leaves its month
    ("30 February", "2024-02-01", "2024-02-29", "month"),
    ("the 45th of May", "2024-05-01", "2024-05-31", "month"),
    # The words do not say which days
    ("in three years", None, None, "multi_year"),
    ("in the coming weeks", None, None, "week"),
    ("a few days ago", None, None, "day"),
    ("more than 30 years ago", None, None, "multi_year"),
    ("each June", None, None, "month"),
    ("three days later", None, None, "day"),
    ("two days after the vote", None, None, "day"),
    ("the year 9999", None, None, "year"),
]

TO_COME = [
    # The nearest one: the words may tell when the act was announced
    ("on Friday", "2024-05-17", "2024-05-17", "day"),
    ("on Wednesday", "2024-05-15", "2024-05-15", "day"),
    ("on Monday", "2024-05-13", "2024-05-13", "day"),
    ("in August", "2024-08-01", "2024-08-31", "month"),
    ("in April", "2024-04-01", "2024-04-30", "month"),
    ("October 1", "2024-10-01", "2024-10-01", "day"),
    ("in the autumn", "2024-09-01", "2024-11-30", "season"),
    ("over the weekend", "2024-05-18", "2024-05-19", "week"),
    ("last month", "2024-04-01", "2024-04-30", "month"),
    ("in thirty days", "2024-06-14", "2024-06-14", "day"),
    ("in three months", "2024-08-01", "2024-08-31", "month"),
    ("six months", "2024-11-01", "2024-11-30", "month"),
    ("for five years", "2024-05-15", "2029-05-14", "multi_year"),
]

WITHOUT_PUBLICATION = [
    ("in 1989", "1989-01-01", "1989-12-31", "year"),
    ("29 February 2012", "2012-02-29", "2012-02-29", "day"),
    ("between 2010 and 2017", "2010-01-01", "2017-12-31", "multi_year"),
    ("fiscal 2024", "2023-10-01", "2024-09-30", "year"),
    ("on Wednesday", None, None, "day"),
    ("last month", None, None, "month"),
    ("September 19", None, None, "day"),
    ("last week", None, None, "week"),
    ("each year since 1999", None, None, "multi_year"),
]

NO_DATE = ["", "a", "the Treasury", "9999", "1812", "ago", "in the wake of the invasion"]


def expected(text: str, start: str | None, end: str | None, precision: str) -> EventDate:
    first, last = (date.fromisoformat(day) if day else None for day in (start, end))
    return EventDate(text, first, last, Precision(precision), Basis.TEXT)


@pytest.mark.parametrize(("text", "start", "end", "precision"), DONE)
def test_words_that_date_an_act_that_is_done(text: str, start: str | None, end: str | None, precision: str):
    assert resolve(text, PUBLISHED) == expected(text, start, end, precision)


@pytest.mark.parametrize(("text", "start", "end", "precision"), TO_COME)
def test_words_that_date_an_act_to_come(text: str, start: str | None, end: str | None, precision: str):
    assert resolve(text, PUBLISHED, future=True) == expected(text, start, end, precision)


@pytest.mark.parametrize(("text", "start", "end", "precision"), WITHOUT_PUBLICATION)
def test_words_without_a_day_of_publication(text: str, start: str | None, end: str | None, precision: str):
    assert resolve(text, None) == expected(text, start, end, precision)


@pytest.mark.parametrize("text", NO_DATE)
def test_words_that_hold_no_date(text: str):
    assert resolve(text, PUBLISHED) is None


@pytest.mark.parametrize(
    ("text", "published"),
    [("last week", date.min), ("next decade", date.max), ("on Monday", date.max), ("9999 years ago", PUBLISHED)],
)
def test_beyond_the_end_of_the_calendar_there_is_no_date(text: str, published: date):
    assert resolve(text, published) is None


WORDS = st.lists(
    st.sampled_from(sorted({word for words in date_words().values() for word in words}))
    | st.sampled_from(
        ["of", "to", "and", "between", "in", "end of", "each", "within", "for", "2019", "31", "1/2/2020", "-"]
    )
    | st.from_regex(r"\d{1,5}[-./ ]\d{1,3}[-./ ]?\d{0,5}", fullmatch=True),
    max_size=6,
).map(" ".join)


@settings(deadline=None)  # The first call loads the vocabulary.
@given(WORDS | st.text(), st.none() | st.dates(), st.booleans())
def test_any_words_give_an_interval_of_the_length_of_their_precision_or_none(
    text: str, published: date | None, future: bool
):
    found = resolve(text, published, future=future)
    assert found == resolve(text, published, future=future)
    if found is None:
        return
    assert (found.text, found.start is None) == (text, found.end is None)
    if found.start and found.end:
        shortest, longest = INTERVAL_DAYS[found.precision]
        assert shortest <= (found.end - found.start).days + 1 <= (longest or 3_652_059)


@settings(deadline=None)  # The first call loads the vocabulary.
@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.none() | st.dates())
def test_a_full_date_is_itself_wherever_it_is_read(day: date, published: date | None):
    for form in ("{:%Y-%m-%d}", "{:%d %B %Y}", "{:%B %d, %Y}", "on {:%A, %B %d, %Y}"):
        assert resolve(form.format(day), published) == expected(
            form.format(day), day.isoformat(), day.isoformat(), "day"
        )


def test_a_very_long_text_is_read_no_further_than_a_date_may_be_long():
    assert resolve("x " * 1_000_000 + "on Monday", PUBLISHED) is None


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("lustrum,units,5 year", "date_words.csv:2: kind is 'units'; use one of number"),
        ("lustrum,unit,5", "date_words.csv:2: value '5' is none of kind unit"),
        ("Lustrum,unit,5 year", "date_words.csv:2: word 'Lustrum' is not in lower case"),
        ("lent,holiday,02-30", "date_words.csv:2: value '02-30' is none of kind holiday"),
        ("lustrum,unit", "date_words.csv:2: 2 cells"),
        ("week,unit,1 week\nweek,unit,2 week", "date_words.csv:3: unit 'week' stands at date_words.csv:2 already"),
        ("week,unit,1 week", "date_words.csv: no row of kind number"),
    ],
)
def test_a_wrong_row_of_the_vocabulary_is_named(
    row: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(seeds, "SEEDS", tmp_path)
    (tmp_path / "date_words.csv").write_text(f"word,kind,value\n{row}\n", encoding="utf-8")
    with pytest.raises(SeedError) as error:
        date_words.__wrapped__()
    assert message in str(error.value)


def test_the_vocabulary_covers_every_kind_of_word():
    assert {kind for kind, words in date_words().items() if words} == set(DateWord)


def test_annotated_dates_are_read_as_the_annotators_did(shared: Path):
    pairs = [*annotated(shared, "train.jsonl"), *annotated(shared, "own_train.jsonl")]
    assert sum(agree for agree in pairs) / len(pairs) >= 0.94


def annotated(shared: Path, name: str) -> Sequence[bool]:
    agreement: list[bool] = []
    for line in (shared / "corpora" / "passages" / name).read_text(encoding="utf-8").splitlines():
        document = json.loads(line)
        published = date.fromisoformat(document["published"]) if document["published"] else None
        for event in document["events"]:
            if gold := event.get("date"):
                found = resolve(gold["text"], published, future=event["status"] not in ("enacted", "rejected"))
                agreement.append(agrees(gold, found))
    return agreement


def agrees(gold: dict[str, str | None], found: EventDate | None) -> bool:
    """To the annotated precision; where the annotators placed no day, any reading does."""
    if not gold["start"] or not found or not found.start:
        return found is not None and not gold["start"]
    length = {"year": 4, "month": 7, "quarter": 7}.get(gold["precision"] or "", 10)
    return gold["start"][:length] == found.start.isoformat()[:length]
