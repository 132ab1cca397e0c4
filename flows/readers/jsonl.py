"""JSON lines: one document a line, read one at a time."""

import json
from collections.abc import Iterator, Mapping
from io import BufferedReader
from typing import Any, cast

from flows.readers.decoding import decode_line
from flows.readers.errors import Notes, ReadError, rejection
from flows.readers.opening import as_utf8, lines
from flows.readers.record import to_document
from models.event import Document
from models.rejection import Rejection


def read_jsonl(stream: BufferedReader, path: str, notes: Notes) -> Iterator[Document | Rejection]:
    """A document or a rejection for each line that is not blank; a row's number is its line.

    Raises ReadError ("empty", "binary").
    """
    return (found for _, found in read_with_ids(stream, path, notes))


def read_with_ids(stream: BufferedReader, path: str, notes: Notes) -> Iterator[tuple[object, Document | Rejection]]:
    """What `read_jsonl` gives, with the id as the line writes it, a number or a string; None where there is none."""
    empty = True
    for number, line in lines(as_utf8(stream)):
        if line is not None and not line.strip():
            continue
        empty = False
        given: object = None
        try:
            record = _record(line, number, notes)
            given = record.get("id")
            yield given, to_document(record, path, number, notes)
        except ReadError as error:
            yield given, rejection(path, error, number, line and line.decode("utf-8", "backslashreplace"))
    if empty:
        raise ReadError("empty", "the file is empty")


def as_object(value: object) -> Mapping[str, object]:
    """`value`, where it is a JSON object. Raises ReadError ("not_an_object")."""
    if not isinstance(value, dict):
        raise ReadError("not_an_object", f'no JSON object but {type(value).__name__}; write {{"text": ...}}')
    return cast(dict[str, Any], value)


def fault(error: Exception) -> str:
    """What is wrong with a JSON text, on one line, with the column."""
    if isinstance(error, json.JSONDecodeError):
        return f"no valid JSON: {error.msg} at column {error.colno}"
    return f"no usable JSON: {error}"


def _record(line: bytes | None, number: int, notes: Notes) -> Mapping[str, object]:
    text = decode_line(line, number, notes)
    try:
        value = json.loads(text.rstrip())
    except (ValueError, RecursionError) as error:
        raise ReadError("broken_json", fault(error)) from error
    return as_object(value)
