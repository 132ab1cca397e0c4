"""Stores to test with: what an input folder holds, and what a run made of it."""

import json
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from flows.warehouse import Warehouse, read_warehouse

# Columns that say which run wrote a row, and when.
OF_A_RUN = ("run_id", "loaded_at", "rejected_at", "replaced_at", "replaced_by_run")
ACT = "The European Union imposed sanctions on Russia on Monday."
OTHER_ACT = "Canada froze the assets of two Iranian banks."
QUIET = "The river rose, and ministers met in Paris to speak of fish."


def write_act(inbox: Path, text: str = ACT) -> None:
    (inbox / "act.txt").write_text(f"---\ntitle: Council acts\npublished: 2024-05-08\n---\n{text}")


def fill(inbox: Path) -> Path:
    """Two articles, one of them without a sanctions term, and a table of one article and a line that is no JSON."""
    inbox.mkdir()
    write_act(inbox)
    (inbox / "quiet.txt").write_text(QUIET)
    lines = [json.dumps({"id": "first", "text": OTHER_ACT, "published": "2024-05-09"}), "{broken", ""]
    (inbox / "table.jsonl").write_text("\n".join(lines))
    return inbox


def tables(store: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of the raw tables and the marts of the store's file, but for what is different in every run."""
    return tables_of(store / "warehouse.duckdb")


def tables_of(warehouse: Warehouse) -> dict[str, list[tuple[Any, ...]]]:
    """As `tables`, of a file or a lake; without the tables that only lakes have."""
    columns = f"COLUMNS(c -> c NOT IN {OF_A_RUN})"
    with read_warehouse(warehouse) as connection:
        names = connection.execute(
            "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE database_name = current_database()"
            " AND schema_name IN ('raw', 'marts') AND table_name NOT IN ('runs', 'turns', 'publications') ORDER BY 1"
        ).fetchall()
        return {name: connection.execute(f"SELECT {columns} FROM {name} ORDER BY ALL").fetchall() for (name,) in names}


# Opens a file of DuckDB, and waits for a line; with a query the file is opened to be read, and then asked.
_HOLDER = """
import sys
import duckdb

connection = duckdb.connect(sys.argv[1], read_only=len(sys.argv) > 2)
print("open", flush=True)
if sys.stdin.readline() and len(sys.argv) > 2:
    print(connection.execute(sys.argv[2]).fetchall())
"""


@contextmanager
def held(path: Path, query: str | None = None) -> Generator[Callable[[], str]]:
    """Another program has the file open while the block runs: to write it, or to read it where there is a query.

    Gives a function that has it ask the query, once, and tells what it then prints.
    """
    command = [sys.executable, "-c", _HOLDER, str(path), *([query] if query else [])]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "open\n"
        yield lambda: program.communicate("\n")[0].strip()


def ask(path: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(path, read_only=True) as connection:
        return connection.execute(query).fetchall()
