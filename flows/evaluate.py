"""Accuracy of the extraction on annotated documents."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Group
from rich.table import Table
from spacy.language import Language

from models.errors import UserError
from models.event import Action, Document, Status
from models.extraction.pipeline import extract
from models.records import event_record
from models.scoring import Score, party_keys, score


class GoldError(UserError):
    """The annotated file cannot be used."""


def evaluate_file(nlp: Language, gold: Path) -> Score:
    """Extract from the texts of `gold`, one JSON document with "id", "text" and "events" a line, and score the result.

    Raises:
        GoldError: the file is missing or a line is not an annotated document.
    """
    annotated = read_annotated(gold)
    extracted: dict[str, list[dict[str, Any]]] = {}
    for reading in extract(nlp, (_document(one) for one in annotated)):
        extracted[reading.document.origin] = [event_record(event) for event in reading.events]
    return score(annotated, extracted, party_keys())


def figures_table(score: Score) -> Group:
    """The figures for a terminal."""
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("", "precision", "recall", "F1"):
        table.add_column(heading, justify="left" if not heading else "right")
    for level, figure in score.levels.items():
        table.add_row(level, *(f"{value:.3f}" for value in (figure.precision, figure.recall, figure.f1)))
    right = ", ".join(f"{field} {share:.3f}" for field, share in score.accuracy.items())
    counts, empty = score.counts, score.counts.get("empty", 0)
    totals = f"{counts['documents']} documents, {counts['annotated']} events annotated, {counts['extracted']} extracted"
    alarms = f"{counts['alarms']} of {empty} documents without an event were given one" if empty else ""
    return Group(table, f"right on paired events: {right}", totals, *([alarms] if alarms else []))


def read_annotated(path: Path) -> list[dict[str, Any]]:
    """The annotated documents of a file. Raises GoldError where a line is none, or lacks what is scored."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")  # not splitlines: JSON may hold U+2028 as it is
    except (OSError, UnicodeDecodeError) as error:
        raise GoldError(f"{path}: cannot be read: {error}") from error
    documents = list[dict[str, Any]]()
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                documents.append(_checked(json.loads(line)))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise GoldError(f"{path}:{number}: no annotated document: {error!r}") from error
    if not documents:
        raise GoldError(f"{path}: holds no annotated document")
    return documents


def _checked(document: dict[str, Any]) -> dict[str, Any]:
    """The document, once everything that is scored has been found in it."""
    parties = [party for event in document["events"] for role in ("actor", "target") for party in event[role]]
    needed = [(document, "id"), (document, "text"), *((party, key) for party in parties for key in ("text", "name"))]
    for record, key in needed:
        if not isinstance(record[key], str):
            raise TypeError(f"{key} is no string")
    optional = [(document, key) for key in ("title", "url", "source")]
    optional += [(event.get("date") or {}, key) for event in document["events"] for key in ("text", "start")]
    for record, key in optional:
        if not isinstance(record.get(key), str | None):
            raise TypeError(f"{key} is neither a string nor null")
    _document(document)
    for event in document["events"]:
        if not isinstance(event.get("measure", []), list):
            raise TypeError("measure is no list")
        if event["action"] not in list(Action) or event["status"] not in list(Status):
            raise ValueError(f"unknown action or status in {event}")
    return document


def _document(record: dict[str, Any]) -> Document:
    published = date.fromisoformat(record["published"]) if record.get("published") else None
    title, url, source = (record.get(field) for field in ("title", "url", "source"))
    return Document(str(record["id"]), record["text"], title, published, url, source)
