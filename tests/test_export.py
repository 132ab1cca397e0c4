"""Exports: what is written is what is published, and no spreadsheet runs it."""

import csv
import json
import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import duckdb
import openpyxl
import polars as pl
import pytest
from typer.testing import CliRunner

from flows.cli import app

ROOT = Path(__file__).resolve().parents[1]
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


def test_where_something_else_than_a_file_is_nothing_is_written(store: Path) -> None:
    (store / "folder").mkdir()
    (store / "loop").symlink_to("loop")
    os.mkfifo(store / "pipe")
    before = sorted(store.iterdir())
    for name in ("folder", "loop", "pipe"):
        code, _, err = run(store, "--out", f"{store}/{name}")
        assert (code, err.count("\n")) == (1, 1)
        assert f"{store}/{name} cannot be put in place: " in err
    assert sorted(store.iterdir()) == before


OTHER = """
import sys
from pathlib import Path
from flows.drafts import draft_of

with draft_of(Path(sys.argv[1])) as draft:
    draft.write_text("of the other")
    print("written", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def other(out: Path) -> Generator["subprocess.Popen[str]"]:
    """Another program that has written its draft of `out`, and waits for a line to put it in place."""
    with subprocess.Popen(
        [sys.executable, "-c", OTHER, str(out)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout
        assert program.stdout.readline() == "written\n"
        yield program


def test_two_exports_at_once_each_put_their_own_in_place(store: Path) -> None:
    out = store / "bi_events.csv"
    with other(out) as program:
        assert run(store)[0] == 0
        assert out.read_text(encoding="utf-8").startswith("event_id,")
        program.communicate("\n")
    assert program.returncode == 0
    assert out.read_text() == "of the other"
    assert sorted(path.name for path in store.iterdir()) == ["bi_events.csv", "sanctions.duckdb"]


def test_what_a_killed_export_left_is_removed(store: Path) -> None:
    with other(store / "bi_events.csv") as program:
        program.kill()
    assert len(list(store.glob(".bi_events.csv.*.draft"))) == 1
    assert run(store)[0] == 0
    assert sorted(path.name for path in store.iterdir()) == ["bi_events.csv", "sanctions.duckdb"]


def test_days_before_the_calendar_of_excel_are_texts(store: Path) -> None:
    days = ["1812-06-18", "1900-02-28", "1900-03-01"]
    with duckdb.connect(store / "sanctions.duckdb") as connection:
        connection.execute("CREATE TABLE days AS SELECT unnest(?)::DATE AS day", [days])
        connection.execute("ALTER TABLE days ADD COLUMN moment TIMESTAMP; UPDATE days SET moment = day")
    assert run(store, "days", "--format", "xlsx")[0] == 0
    sheet = openpyxl.load_workbook(store / "days.xlsx").active
    assert sheet is not None
    first = datetime(1900, 3, 1)
    assert list(sheet.iter_rows(min_row=2, values_only=True)) == [
        ("1812-06-18", "1812-06-18T00:00:00"), ("1900-02-28", "1900-02-28T00:00:00"), (first, first),
    ]  # fmt: skip


def test_a_table_too_long_for_excel_says_so(store: Path) -> None:
    with duckdb.connect(store / "sanctions.duckdb") as connection:
        connection.execute("CREATE TABLE long AS FROM range(1048576)")
    code, _, err = run(store, "long", "--format", "xlsx")
    assert (code, err) == (1, "sanctionwire: long: 1,048,576 rows, but Excel takes 1,048,575; use another --format\n")
