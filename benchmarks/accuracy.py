"""Accuracy on every annotated set there is: `python -m benchmarks.accuracy [--check | --record]`.

`--record` writes the figures to accuracy.json beside this file, `--check` fails where event or triple F1 have fallen
more than 0.01 under it. Sets that this machine lacks are named and left out. `--kinds` adds tables of actions and
statuses.
"""

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from flows.evaluate import evaluate_file, read_annotated
from flows.screen import screen
from models.event import Action, Status
from models.extraction.pipeline import build
from models.scoring import FIELDS, LEVELS, Score

ROOT = Path(__file__).resolve().parents[1]
RECORD = Path(__file__).with_name("accuracy.json")
SETS = {
    "cases": ROOT / "tests" / "cases" / "syntax.jsonl",
    "dev": ROOT.parent / "shared" / "corpora" / "passages" / "dev.jsonl",
    "articles": ROOT.parent / "shared" / "corpora" / "passages" / "own_dev_articles.jsonl",
}
CHECKED, ALLOWED = ("event", "triple"), 0.01


def main(
    check: Annotated[bool, typer.Option(help="Fail where figures have fallen")] = False,
    record: Annotated[bool, typer.Option(help="Write the figures down")] = False,
    kinds: Annotated[bool, typer.Option("--kinds", help="Print what is found of each action and status")] = False,
) -> None:
    """Measure, print, and check or record."""
    nlp = build()
    scores = {name: evaluate_file(nlp, path) for name, path in SETS.items() if path.is_file()}
    found = {name: figures(score) for name, score in scores.items()}
    screen().print(table(found))
    for name, score in scores.items():
        if kinds:
            screen().print(table_of_kinds(name, SETS[name], score))
    for name in SETS.keys() - found.keys():
        typer.echo(f"skipped {name}: {SETS[name]} is not on this machine")
    recorded: dict[str, dict[str, float]] = json.loads(RECORD.read_text()) if RECORD.is_file() else {}
    if record:
        RECORD.write_text(json.dumps(recorded | found, indent=1) + "\n", encoding="utf-8")
    fallen = [
        f"{name}: {level} F1 is {found[name][level]:.3f}, recorded {recorded[name][level]:.3f}"
        for name in found
        for level in CHECKED
        if check and found[name][level] < recorded[name][level] - ALLOWED
    ]
    for line in fallen:
        typer.echo(line, err=True)
    sys.exit(bool(fallen))


def figures(score: Score) -> dict[str, float]:
    """F1 by level, shares of right fields, and of documents without an event that were given one; rounded."""
    alarms = score.counts["alarms"] / score.counts["empty"] if score.counts["empty"] else 0.0
    f1: dict[str, float] = {level: score.levels[level].f1 for level in LEVELS}
    return {name: round(value, 4) for name, value in (f1 | score.accuracy | {"alarms": alarms}).items()}


def table(found: dict[str, dict[str, Any]]) -> Table:
    """The figures, one set a row."""
    columns = Table("set", *(f"{level} F1" for level in LEVELS), *(f"{field} right" for field in FIELDS), "alarms")
    for name, row in found.items():
        columns.add_row(name, *(f"{row[column]:.3f}" for column in (*LEVELS, *FIELDS, "alarms")))
    return columns


def table_of_kinds(name: str, path: Path, score: Score) -> Table:
    """Of each action and status: events annotated, found of these, found besides, and the share of right statuses."""
    columns = Table("kind", "annotated", "found", "spurious", "status right", title=name)
    documents = read_annotated(path)
    for field, values in (("action", Action), ("status", Status)):
        annotated = Counter(event[field] for document in documents for event in document["events"])
        missed, spurious, misread = Counter[str](), Counter[str](), Counter[str]()
        for one in score.disagreements:
            if one.annotated is None and one.extracted is not None:
                spurious[one.extracted[field]] += 1
            elif one.annotated is not None and one.extracted is None:
                missed[one.annotated[field]] += 1
            elif one.annotated is not None and one.extracted is not None:
                misread[one.annotated[field]] += one.annotated["status"] != one.extracted["status"]
        for kind in values:
            found = annotated[kind] - missed[kind]
            right = f"{1 - misread[kind] / found:.2f}" if found else ""
            columns.add_row(kind, str(annotated[kind]), str(found), str(spurious[kind]), right)
        columns.add_section()
    return columns


if __name__ == "__main__":
    typer.run(main)
