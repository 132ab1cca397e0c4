"""What could not be used, and why: a source, a document or an event that a stage turned away."""

import json
from dataclasses import dataclass
from typing import Literal

Stage = Literal["read", "document", "event"]
LONGEST_RECORD = 2000  # characters of the offending thing that are kept


@dataclass(frozen=True, slots=True)
class Rejection:
    """One thing turned away at `stage`: while a source is read, or by the contract for documents or for events.

    `origin` is that of the document, or the path of the file. `line` counts from 1: the line of the file, or the row
    in Parquet and .json; None where the whole file is meant. `check` is a short name for programs ("empty",
    "bad_date"), `reason` one line for people: what, where, what to do. `record` holds what was turned away, as
    `as_record` gives it.
    """

    origin: str
    line: int | None
    stage: Stage
    check: str
    reason: str
    record: str | None = None


def as_record(offending: object) -> str:
    """`offending` as JSON, cut to LONGEST_RECORD characters (a cut one no longer parses); always valid Unicode."""
    if isinstance(offending, str):
        offending = offending[:LONGEST_RECORD]
    written = json.dumps(offending, ensure_ascii=False, default=str)[:LONGEST_RECORD]
    return written.encode("utf-8", "backslashreplace").decode("utf-8")[:LONGEST_RECORD]
