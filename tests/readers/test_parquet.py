from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

from flows.sources import documents
from models.event import Document
from tests.reading import TEXT, outcomes, read


def test_parquet_rows_without_text_are_rejections_with_their_row() -> None:
    pl.DataFrame({"id": [1, 2, 3], "text": ["a", None, "c"]}).write_parquet("a.parquet", row_group_size=1)
    found = list(documents(["a.parquet"]))
    assert outcomes(found) == ["a", (2, "no_text"), "c"]
    assert found[1].reason.startswith("a.parquet:2: ")


@pytest.mark.parametrize(
    ("published", "expected"),
    [
        (pl.Series([date(2025, 9, 8)]), date(2025, 9, 8)),
        (pl.Series([datetime(2025, 9, 8, 23, 59, 59, 999)]), date(2025, 9, 8)),
        (pl.Series([datetime(2025, 9, 8, 23)]).dt.cast_time_unit("ns"), date(2025, 9, 8)),
        (pl.Series([datetime(2025, 9, 8, 23)]).dt.replace_time_zone("UTC"), date(2025, 9, 8)),
        (pl.Series(["2025-09-08"]), date(2025, 9, 8)),
        (pl.Series([4_000_000]).cast(pl.Date), "bad_date"),  # in year 12921
        (pl.Series([20250908]), "bad_date"),
    ],
)
def test_parquet_dates(published: pl.Series, expected: date | str) -> None:
    pl.DataFrame({"text": ["a"], "published": published}).write_parquet("a.parquet")
    found = next(documents(["a.parquet"]))
    assert (found.published if isinstance(found, Document) else found.check) == expected


@pytest.mark.parametrize(
    ("data", "check"),
    [(b"", "broken_parquet"), (b"PAR1 no table PAR1", "broken_parquet"), (TEXT.encode(), "broken_parquet")],
)
def test_broken_parquet_is_one_rejection(data: bytes, check: str) -> None:
    assert outcomes(read(Path("a.parquet"), data)) == [(None, check)]


def test_parquet_without_text_or_rows() -> None:
    pl.DataFrame({"body": ["a"]}).write_parquet("a.parquet")
    pl.DataFrame({"text": []}, schema={"text": pl.String}).write_parquet("b.parquet")
    assert outcomes(list(documents(["a.parquet", "b.parquet"]))) == [(None, "no_text_column"), (None, "empty")]
