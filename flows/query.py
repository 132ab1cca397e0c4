"""Queries on the published file."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
from rich.table import Table
from rich.text import Text

from flows.screen import screen
from models.errors import UserError


class QueryError(UserError):
    """The published file is missing, or the query fails."""


@contextmanager
def opened(path: Path) -> Generator[duckdb.DuckDBPyConnection]:
    """The published file, read-only, closed at the end.

    Raises:
        QueryError: there is no such file; also for what DuckDB reports inside.
    """
    if not path.is_file():
        raise QueryError(f"{path}: nothing is published there; `sanctionwire run` makes it, --store names another")
    try:
        with duckdb.connect(path, read_only=True) as connection:
            yield connection
    except duckdb.Error as error:
        raise QueryError(str(error)) from error


def rows(path: Path, query: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Column names and rows of a query on the published file. Raises QueryError."""
    query = query.encode("utf-8", "replace").decode("utf-8")  # DuckDB takes no bytes of a command line that are no text
    with opened(path) as connection:
        if not connection.extract_statements(query):
            raise QueryError("the query is empty")
        result = connection.execute(query)
        return [column[0] for column in result.description or ()], result.fetchall()


def print_query(path: Path, query: str, *, as_json: bool = False) -> None:
    """Print the rows of a query as a table, or as JSON, one row a line. Raises QueryError."""
    columns, found = rows(path, query)
    if as_json:
        for row in found:
            print(json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False, default=str))  # noqa: T201
        return
    table = Table()
    for column in columns:
        table.add_column(_cell(column))
    for row in found:
        table.add_row(*map(_cell, row))
    screen().print(table)


def prompt(path: Path) -> None:
    """Answer queries from standard input, each ended by a semicolon, until its end or `exit`. Raises QueryError."""
    rows(path, "select 1")
    console = screen()
    tables = ", ".join(row[0] for row in rows(path, "select table_name from duckdb_tables() order by 1")[1])
    console.print(f"{path}: {tables}. End a query with ; and leave with exit.", markup=False, soft_wrap=True)
    pending = ""
    while (line := _line("   ... " if pending else "sql> ")) is not None:
        if not pending and line.strip().rstrip(";").lower() in ("exit", "quit"):
            return
        pending += f"{line}\n"
        if pending.rstrip().endswith(";"):
            try:
                print_query(path, pending)
            except QueryError as error:
                console.print(str(error), markup=False)
            pending = ""


def _cell(value: object) -> Text:
    """The value as it is: square brackets in it are no markup."""
    return Text("" if value is None else str(value))


def _line(mark: str) -> str | None:
    try:
        return input(mark)
    except EOFError:
        return None
