"""Contracts for document and mention rows: what must hold before a row may enter the warehouse.

Each check has a name, which is what the `rejected` table and the summary of a run show. A row that fails leaves the
batch as a Rejection; a batch in which nothing holds is a fault of the program or of its input as a whole, and stops
the run.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast

import pandera.polars as pa
import polars as pl
from pandera.errors import SchemaErrors

from models.errors import UserError
from models.event import EARLIEST, Action, Basis, Measure, Precision, Status
from models.rejection import Rejection, Stage, as_record
from models.rows import DOCUMENTS, EVENT_MENTIONS, Schema

# Shortest and longest interval, in days, that a precision may name: "early May" is a month's part, "weekend" a week's.
INTERVAL_DAYS: dict[Precision, tuple[int, int | None]] = {
    Precision.DAY: (1, 1),
    Precision.WEEK: (2, 10),
    Precision.MONTH: (5, 31),
    Precision.QUARTER: (28, 92),
    Precision.SEASON: (59, 93),
    Precision.YEAR: (90, 366),
    Precision.MULTI_YEAR: (367, None),
}

# A smaller batch says nothing about the whole: one bad document must not stop the others.
SMALLEST_FAILED_BATCH = 5


class ContractError(UserError):
    """A whole batch fails its contract."""

    def __init__(self, message: str, rejections: tuple[Rejection, ...] = ()) -> None:
        """`rejections`: one for each row of the batch; none where its columns are wrong."""
        super().__init__(message)
        self.rejections = rejections


@dataclass(frozen=True, slots=True)
class Check:
    """A named check: a row is valid where `holds` is true; NULL counts as false."""

    name: str
    reason: str
    holds: pl.Expr


@dataclass(frozen=True, slots=True)
class Checked:
    """A batch after its contracts: the rows that go on, and the ones that do not."""

    documents: pl.DataFrame
    mentions: pl.DataFrame
    rejections: tuple[Rejection, ...]


def check(documents: pl.DataFrame, mentions: pl.DataFrame) -> Checked:
    """Check one batch: `documents` in the schema DOCUMENTS, and their `mentions` in the schema EVENT_MENTIONS.

    The mentions of a rejected document are rejected with it.

    Raises:
        ContractError: columns are missing, unknown or of another type, or every row of a batch of at least
            SMALLEST_FAILED_BATCH rows is invalid.
    """
    _require("documents", documents, DOCUMENTS)
    _require("event_mentions", mentions, EVENT_MENTIONS)
    good_documents, bad_documents = _validate("document", documents, _DOCUMENT_CHECKS)
    accepted = pl.col("document_id").is_in(good_documents["document_id"].implode()).fill_null(False)
    beside = _beside_documents(mentions.filter(accepted), good_documents)
    good_mentions, bad_mentions = _validate("event", beside, _MENTION_CHECKS)
    origins = dict(documents.select("document_id", "origin").iter_rows())
    orphans = [
        _rejection("event", row | {"origin": origins.get(row["document_id"])}, [_DOCUMENT_ACCEPTED])
        for row in mentions.filter(~accepted).iter_rows(named=True)
    ]
    return Checked(
        good_documents, good_mentions.select(EVENT_MENTIONS.keys()), (*bad_documents, *orphans, *bad_mentions)
    )


def _require(table: str, frame: pl.DataFrame, schema: Schema) -> None:
    wrong = [column for column, kind in schema.items() if frame.schema.get(column) != kind]
    wrong += [column for column in frame.columns if column not in schema]
    if wrong:
        raise ContractError(f"{table}: columns are missing, unknown or of another type: {', '.join(wrong)}")


def _validate(stage: Stage, frame: pl.DataFrame, checks: tuple[Check, ...]) -> tuple[pl.DataFrame, list[Rejection]]:
    """Split `frame` into the rows that pass every check, and a rejection for each other row."""
    try:
        pa.DataFrameSchema(checks=[_as_pandera(one) for one in checks]).validate(frame, lazy=True)
    except SchemaErrors as error:
        failures = cast(pl.DataFrame, error.failure_cases)  # pyright: ignore[reportUnknownMemberType]
    else:
        return frame, []
    if failures["index"].null_count():
        unrun = ", ".join(failures.filter(pl.col("index").is_null())["check"].cast(pl.String).unique().sort())
        raise ContractError(f"{stage} contract: these checks could not run: {unrun}")
    failed: dict[int, list[Check]] = {}
    for one in checks:
        for index in failures.filter(pl.col("check") == one.name)["index"]:
            failed.setdefault(index, []).append(one)
    rejections = [_rejection(stage, frame.row(index, named=True), failed[index]) for index in sorted(failed)]
    if len(failed) == frame.height >= SMALLEST_FAILED_BATCH:
        name, count = Counter(one.check for one in rejections).most_common(1)[0]
        raise ContractError(
            f"{stage} contract: all {frame.height} rows of a batch are invalid, {count} of them by {name}",
            tuple(rejections),
        )
    return frame.filter(~pl.int_range(pl.len()).is_in(list(failed))), rejections


def _as_pandera(one: Check) -> pa.Check:
    def holds(data: pa.PolarsData) -> pl.LazyFrame:
        return data.lazyframe.select(one.holds.fill_null(False))

    return pa.Check(holds, name=one.name)


def _rejection(stage: Stage, row: dict[str, Any], failed: list[Check]) -> Rejection:
    """The first failed check names the rejection; the reason tells all of them."""
    origin = row["origin"] or "unknown origin"
    record = {column: value for column, value in row.items() if column in _RECORDED and value is not None}
    reasons = "; ".join(one.reason for one in failed)
    return Rejection(origin, None, stage, failed[0].name, f"{origin}: {reasons}", as_record(record))


def _beside_documents(mentions: pl.DataFrame, documents: pl.DataFrame) -> pl.DataFrame:
    """Put beside each mention what its checks need of its document, and whether its quotes stand at their offsets.

    The slices are cut in Python, where reaching an offset far into a text costs nothing.
    """
    texts: dict[str, str] = dict(documents.select("document_id", "text").iter_rows())

    def standing(name: str, quote: str, start: str, end: str) -> pl.Series:
        rows = mentions.select("document_id", quote, start, end).iter_rows()
        found = [_stands(texts[of], words, first, last) for of, words, first, last in rows]
        return pl.Series(name, found, dtype=pl.Boolean)

    return mentions.with_columns(
        standing("trigger_stands", "trigger", "trigger_start", "trigger_end"),
        standing("sentence_stands", "sentence", "sentence_start", "sentence_end"),
        standing("actor_stands", "actor_text", "actor_start", "actor_end"),
        standing("target_stands", "target_text", "target_start", "target_end"),
    ).join(
        documents.select("document_id", "origin", "published", "loaded_at"),
        on="document_id",
        how="left",
        maintain_order="left",
    )


def _stands(text: str, quote: str, start: int | None, end: int | None) -> bool:
    return start is not None and end is not None and 0 <= start < end and text[start:end] == quote


def _one_of(column: str, values: type[StrEnum]) -> pl.Expr:
    return pl.col(column).is_in([value.value for value in values])


def _filled(columns: Iterable[str]) -> pl.Expr:
    return pl.all_horizontal(pl.col(column).str.strip_chars() != "" for column in columns)


def _absent_or_stands(side: str) -> pl.Expr:
    absent = pl.all_horizontal(pl.col(f"{side}_{field}").is_null() for field in ("id", "text", "name", "start", "end"))
    return absent | (pl.col(f"{side}_stands") & _filled([f"{side}_name"]))


def _interval_agrees() -> pl.Expr:
    days = (pl.col("date_end") - pl.col("date_start")).dt.total_days() + 1
    return pl.any_horizontal(
        (pl.col("date_precision") == precision.value) & days.is_between(shortest, longest or days)
        for precision, (shortest, longest) in INTERVAL_DAYS.items()
    )


_RECORDED = {column for column in (DOCUMENTS | EVENT_MENTIONS) if column != "text"}

_UNDATED = pl.col("date_start").is_null() & pl.col("date_end").is_null()
_REFERENCE_DAY = pl.coalesce("published", pl.col("loaded_at").dt.date())

_DOCUMENT_ACCEPTED = Check("document_accepted", "its document was rejected", pl.lit(True))

_DOCUMENT_CHECKS = (
    Check("document_id_unique", "the batch holds this document twice", pl.col("document_id").is_first_distinct()),
    Check("origin_given", "it does not say where it comes from", _filled(["document_id", "origin"])),
    Check("text_not_empty", "the text is empty", _filled(["text"]) & (pl.col("word_count") > 0)),
    Check(
        "published_plausible",
        f"the date of publication lies before {EARLIEST.year} or in the future",
        pl.col("published").is_null()
        # A day of grace: it is tomorrow already where the text was written.
        | pl.col("published").is_between(EARLIEST, pl.col("loaded_at").dt.date().dt.offset_by("1d")),
    ),
    Check("run_given", "run or extractor version is missing", _filled(["run_id", "extractor_version"])),
)

_MENTION_CHECKS = (
    Check("mention_id_unique", "the batch holds this mention twice", pl.col("mention_id").is_first_distinct()),
    Check("trigger_in_text", "the trigger does not stand at its offsets", pl.col("trigger_stands")),
    Check("sentence_in_text", "the sentence does not stand at its offsets", pl.col("sentence_stands")),
    Check(
        "trigger_in_sentence",
        "the trigger lies outside the sentence",
        (pl.col("trigger_start") >= pl.col("sentence_start")) & (pl.col("trigger_end") <= pl.col("sentence_end")),
    ),
    Check("actor_in_text", "the actor does not stand at its offsets, or has no name", _absent_or_stands("actor")),
    Check("target_in_text", "the target does not stand at its offsets, or has no name", _absent_or_stands("target")),
    Check("action_known", "the action is not one of the codebook", _one_of("action", Action)),
    Check("status_known", "the status is not one of the codebook", _one_of("status", Status)),
    Check(
        "measures_known",
        "a measure is not one of the codebook",
        pl.col("measures").list.eval(pl.element().is_in([measure.value for measure in Measure])).list.all(),
    ),
    Check(
        "date_described",
        "a date has no known precision or basis, or there is none to describe",
        pl.when(pl.col("date_precision").is_null())
        .then(pl.col("date_basis").is_null() & _UNDATED & pl.col("date_text").is_null())
        .otherwise(_one_of("date_precision", Precision) & _one_of("date_basis", Basis)),
    ),
    Check("date_order", "the date ends before it starts", _UNDATED | (pl.col("date_start") <= pl.col("date_end"))),
    Check("date_precision_agrees", "the interval is not as long as its precision says", _UNDATED | _interval_agrees()),
    Check(
        "date_near_publication",
        f"the event lies more than 10 years after publication or before {EARLIEST.year}",
        _UNDATED | pl.col("date_start").is_between(EARLIEST, _REFERENCE_DAY.dt.offset_by("10y")),
    ),
    Check("confidence_in_range", "the confidence is not between 0 and 1", pl.col("confidence").is_between(0, 1)),
    Check("run_given", "run or extractor version is missing", _filled(["run_id", "extractor_version"])),
)
