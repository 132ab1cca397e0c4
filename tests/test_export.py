"""Exports: what is written is what is published, and no spreadsheet runs it."""

import csv
import json
from datetime import date
from pathlib import Path

import duckdb
import openpyxl
import polars as pl
import pytest
from typer.testing import CliRunner

from flows.cli import app

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"]
HARMLESS = ["plain", "1=1", "'quoted", "", 'semi;colon, and "quotes"\nand a line']


@pytest.fixture
def store(tmp_path: Path) -> Path:
    with duckdb.connect(tmp_path / "sanctions.duckdb") as connection:
        connection.execute(
            "CREATE TABLE bi_events"
            " (event_id INTEGER, evidence VARCHAR, measures VARCHAR[], day DATE, confidence DOUBLE)"
        )
        for number, text in enumerate([*FORMULAS, *HARMLESS]):
            connection.execute(
                "INSERT INTO bi_events VALUES (?, ?, ['=trade', 'aid'], DATE '2024-05-06', -0.5)", [number, text]
            )
        connection.execute("INSERT INTO bi_events VALUES (99, NULL, NULL, NULL, NULL)")
    return tmp_path


def run(store: Path, *arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["export", *arguments, "--store", str(store)])
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done.exit_code, done.stdout, done.stderr


def expected() -> list[str]:
    return [f"'{text}" for text in FORMULAS] + HARMLESS


def test_csv_cells_are_no_formulas(store: Path) -> None:
    assert run(store)[0] == 0
    with (store / "bi_events.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["evidence"] for row in rows[:-1]] == expected()
    assert rows[0] | {"evidence": ""} == {
        "event_id": "0", "evidence": "", "measures": "'=trade, aid", "day": "2024-05-06", "confidence": "-0.5",
    }  # fmt: skip
    assert set(rows[-1].values()) == {"99", ""}


def test_excel_cells_are_no_formulas_and_dates_are_dates(store: Path) -> None:
    assert run(store, "--format", "xlsx")[0] == 0
    sheet = openpyxl.load_workbook(store / "bi_events.xlsx").active
    assert sheet is not None
    heading, *rows = sheet.iter_rows(values_only=True)
    assert heading == ("event_id", "evidence", "measures", "day", "confidence")
    assert [(row[1] or "").replace("_x000D_", "\r") for row in rows[:-1]] == expected()
    assert (rows[0][0], rows[0][2], rows[0][3].date(), rows[0][4]) == (0, "'=trade, aid", date(2024, 5, 6), -0.5)
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert rows[-1] == (99, None, None, None, None)


def test_parquet_and_jsonl_keep_every_value_as_it_is(store: Path) -> None:
    assert run(store, "bi_events", "-f", "parquet")[0] == run(store, "bi_events", "-f", "jsonl")[0] == 0
    frame = pl.read_parquet(store / "bi_events.parquet")
    lines = [json.loads(line) for line in (store / "bi_events.jsonl").read_text(encoding="utf-8").splitlines()]
    for rows in (frame.to_dicts(), lines):
        assert [row["evidence"] for row in rows] == [*FORMULAS, *HARMLESS, None]
        assert rows[0]["measures"] == ["=trade", "aid"]


def test_a_path_with_a_quote_is_written(store: Path) -> None:
    out = store / "it's.csv"
    code, printed, _ = run(store, "--out", str(out))
    assert (code, printed) == (0, f"{out}: 13 rows (0.0 MB)\n")
    assert out.is_file()


@pytest.mark.parametrize("kind", ["csv", "xlsx", "jsonl", "parquet"])
def test_what_cannot_be_written_is_one_line_and_leaves_nothing(store: Path, kind: str) -> None:
    for arguments, message in (
        (["--out", f"{store}/missing/out"], "missing"),
        (["nothing"], "nothing: no such table; there are bi_events"),
    ):
        code, _, err = run(store, *arguments, "--format", kind)
        assert (code, err.count("\n")) == (1, 1)
        assert message in err
    assert [path.name for path in store.iterdir()] == ["sanctions.duckdb"]


def test_a_table_too_long_for_excel_says_so(store: Path) -> None:
    with duckdb.connect(store / "sanctions.duckdb") as connection:
        connection.execute("CREATE TABLE long AS FROM range(1048576)")
    code, _, err = run(store, "long", "--format", "xlsx")
    assert (code, err) == (1, "sanctionwire: long: 1,048,576 rows, but Excel takes 1,048,575; use another --format\n")
