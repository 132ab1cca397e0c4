"""The data dictionary in docs/, written from dbt's YAML: `python -m flows.dictionary`."""

from collections.abc import Iterator
from typing import Any

import yaml

from flows.transform import PROJECT
from flows.warehouse import RAW_TABLES, SQL_TYPES

DICTIONARY = PROJECT.parent / "docs" / "data-dictionary.md"

_HEAD = """# Data dictionary

Written from the YAML in `dbt_project/` by `python -m flows.dictionary`: change it there.

The published file holds the marts, in the schema `main`. The private warehouse holds everything: each layer below in a
schema of its own name.
"""

_LAYERS = {
    "marts": "Tables for people and BI tools: what is published.",
    "intermediate": "What merges mentions into events, and events into episodes: all but one of the models are views.",
    "staging": "Views that name and key what was loaded.",
}


def dictionary() -> str:
    """The data dictionary in Markdown: every table with the type, meaning and tests of each column."""
    parts = [_HEAD]
    for folder, purpose in _LAYERS.items():
        parts += [f"## {folder}\n\n{purpose}\n", *map(_table, _described(folder, "models"))]
    parts += [
        "## seeds\n\nReference data that people edit, in `seeds/`.\n",
        *map(_table, _described("staging", "seeds")),
    ]
    for source in _described("staging", "sources"):
        columns = {table["name"]: table["columns"] for table in source["tables"]}
        tables = (_table(_typed(table, columns)) for table in source["tables"])
        parts += [f"## {source['name']}\n\n{_text(source)}\n", *tables]
    return "\n".join(parts)


def _described(folder: str, kind: str) -> Iterator[dict[str, Any]]:
    """What the YAML files of a folder of models say about things of one kind: models, seeds or sources."""
    for path in sorted((PROJECT / "models" / folder).glob("*.yml")):
        yield from yaml.safe_load(path.read_text(encoding="utf-8")).get(kind, [])


def _typed(table: dict[str, Any], known: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """A raw table with the types its schema gives its columns; a history has the columns of what it keeps, untested."""
    name = table["name"]
    kept = known[name.removesuffix("_history")] if name.endswith("_history") else []
    described = [{"name": column["name"], "description": column["description"]} for column in kept] + table["columns"]
    schema = RAW_TABLES[name]
    columns = [column | {"data_type": SQL_TYPES[schema[column["name"]]].lower()} for column in described]
    return table | {"columns": columns}


def _table(table: dict[str, Any]) -> str:
    typed = any("data_type" in column for column in table["columns"])
    head = ["column", *(["type"] if typed else []), "meaning", "tests"]
    rows = [
        [
            f"`{column['name']}`",
            *([column.get("data_type", "")] if typed else []),
            _text(column),
            ", ".join(_test(test) for test in column.get("data_tests", [])),
        ]
        for column in table["columns"]
    ]
    lines = [head, ["---"] * len(head), *rows]
    body = "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
    return f"### {table['name']}\n\n{str(table['description']).strip()}\n\n{body}\n"


def _text(described: dict[str, Any]) -> str:
    return " ".join(str(described["description"]).split())


def _test(test: str | dict[str, Any]) -> str:
    """A test in a few words: "unique", "one of a, b", "in dim_party.party_id"."""
    if isinstance(test, str):
        return test.replace("_", " ")
    ((name, settings),) = test.items()
    arguments = settings["arguments"]
    if name == "accepted_values":
        return f"one of {', '.join(arguments['values'])}"
    table = arguments["to"].split("'")[-2]
    return f"in {table}.{arguments['field']}"


if __name__ == "__main__":
    DICTIONARY.write_text(dictionary(), encoding="utf-8")
