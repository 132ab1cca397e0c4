"""Tables of the published file as files of other programs."""

from collections.abc import Iterator
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import duckdb
import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from flows.drafts import draft_of, quoted
from flows.query import QueryError, opened

FIRST_DAY = "1900-03-01"  # Excel's calendar has a 29th of February before it, which there was not
BATCH = 10_000  # rows that are held at once
SHEET_ROWS, CELL = 1_048_576, 32_767  # Excel's limits: rows of a sheet with the heading, characters of a cell


class Format(StrEnum):
    """A kind of file."""

    PARQUET = "parquet"
    CSV = "csv"
    XLSX = "xlsx"
    JSONL = "jsonl"


_COPY = {
    Format.PARQUET: "FORMAT parquet, COMPRESSION zstd",
    Format.CSV: "FORMAT csv, HEADER",
    Format.JSONL: "FORMAT json",
}


def export(published: Path, table: str, kind: Format, out: Path) -> int:
    """Write `table` of the published file to `out`, which is replaced once it is whole. How many rows it has.

    Spreadsheets run a text that begins with = + - @ as a formula, and a document may hold one: in CSV and Excel files
    such a text, also one behind a tab or a line end, begins with an apostrophe. Lists are joined with commas there.

    Raises:
        QueryError: there is no such file or table, the table is too long for Excel, or `out` cannot be written.
    """
    try:
        with opened(published) as connection:
            rows = _count(connection, table)
            if kind is Format.XLSX and rows >= SHEET_ROWS:
                raise QueryError(f"{table}: {rows:,} rows, but Excel takes {SHEET_ROWS - 1:,}; use another --format")
            with draft_of(out) as draft:
                _write(connection, table, kind, draft)
    except FileCreateError as error:
        raise QueryError(f"{out}: cannot be written: {error}") from error
    return rows


def _write(connection: duckdb.DuckDBPyConnection, table: str, kind: Format, path: Path) -> None:
    if kind is Format.XLSX:
        _write_xlsx(connection.execute(_for_spreadsheets(connection, table)), path)
    else:
        query = _for_spreadsheets(connection, table) if kind is Format.CSV else f'FROM "{table}"'
        connection.execute(f"COPY ({query}) TO {quoted(path)} ({_COPY[kind]})")


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    """Rows of the table, which must be one of the published file."""
    names = [str(row[0]) for row in connection.execute("SELECT table_name FROM duckdb_tables() ORDER BY 1").fetchall()]
    if table not in names:
        raise QueryError(f"{table}: no such table; there are {', '.join(names)}")
    ((rows,),) = connection.execute(f'SELECT count(*) FROM "{table}"').fetchall()  # noqa: S608
    return int(rows)


def _for_spreadsheets(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    """The table as a query whose texts no spreadsheet takes for a formula."""
    columns = connection.execute(
        "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = ? ORDER BY column_index", [table]
    ).fetchall()
    return f'SELECT {", ".join(_cell(str(name), str(kind)) for name, kind in columns)} FROM "{table}"'  # noqa: S608


def _cell(name: str, kind: str) -> str:
    text = f"array_to_string(\"{name}\", ', ')" if kind.endswith("[]") else f'"{name}"'
    if not kind.startswith("VARCHAR"):
        return f'{text} AS "{name}"'
    return f"IF(regexp_matches({text}, '^[-=+@\\t\\r\\n]'), '''' || {text}, {text}) AS \"{name}\""


def _write_xlsx(found: duckdb.DuckDBPyConnection, path: Path) -> None:
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(path, options) as book:
        sheet = book.add_worksheet()
        heading = book.add_format({"bold": True})
        formats: dict[type[object], Any] = {
            date: book.add_format({"num_format": "yyyy-mm-dd"}),
            datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        }
        names = [str(column[0]) for column in found.description or ()]
        sheet.write_row(0, 0, names, heading)
        sheet.freeze_panes(1, 0)
        last = 0
        for last, row in enumerate(_rows(found), start=1):
            for column, value in enumerate(row):
                if value is not None:
                    shown = _shown(value)
                    sheet.write(last, column, shown, formats.get(type(shown)))
        sheet.autofilter(0, 0, last, max(len(names) - 1, 0))


def _shown(value: object) -> object:
    """The value as Excel can hold it: it cuts long texts, and shows no day before FIRST_DAY, which becomes a text."""
    if isinstance(value, str):
        return value[:CELL]
    if isinstance(value, date) and (day := value.isoformat()) < FIRST_DAY:
        return day
    return value


def _rows(found: duckdb.DuckDBPyConnection) -> Iterator[tuple[object, ...]]:
    while batch := found.fetchmany(BATCH):
        yield from batch
