"""Stores to test with: what an input folder holds, and what a run made of it."""

import json
from pathlib import Path
from typing import Any

import duckdb

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
    """All rows of the raw tables and the marts, but for what is different in every run."""
    columns = f"COLUMNS(c -> c NOT IN {OF_A_RUN})"
    names = ask(
        store / "warehouse.duckdb",
        "SELECT schema_name || '.' || table_name FROM duckdb_tables()"
        " WHERE schema_name IN ('raw', 'marts') AND table_name <> 'runs' ORDER BY 1",
    )
    return {name: ask(store / "warehouse.duckdb", f"SELECT {columns} FROM {name} ORDER BY ALL") for (name,) in names}


def ask(path: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(path, read_only=True) as connection:
        return connection.execute(query).fetchall()
