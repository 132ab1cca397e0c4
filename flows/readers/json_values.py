"""A .json file: an array of documents, or documents one after another; read a value at a time, never whole."""

import json
import re
from collections.abc import Iterator
from io import BufferedReader, TextIOWrapper

from flows.readers.decoding import LARGEST_DOCUMENT
from flows.readers.errors import Notes, ReadError, rejection
from flows.readers.jsonl import as_object, fault
from flows.readers.opening import as_utf8
from flows.readers.record import to_document
from models.event import Document
from models.rejection import Rejection

_SPACE = re.compile(r"[ \t\r\n]*")
_CHUNK = 2**16
_DECODER = json.JSONDecoder()


def read_json(stream: BufferedReader, path: str, notes: Notes) -> Iterator[Document | Rejection]:
    """A document or a rejection for each value; rows count from 1.

    Raises ReadError ("broken_json", "encoding", "too_large", "empty") where the file cannot be read on; what stands
    before that place has been given.
    """
    row = 0
    for row, value in enumerate(_values(TextIOWrapper(as_utf8(stream), "utf-8")), start=1):
        try:
            yield to_document(as_object(value), path, row, notes)
        except ReadError as error:
            yield rejection(path, error, row, value)
    if row == 0:
        raise ReadError("empty", "the file holds no document")


def _values(text: TextIOWrapper) -> Iterator[object]:
    window = _Window(text)
    if window.next() != "[":
        while window.next():
            yield window.value()
        return
    window.take()
    yield from _elements(window)
    if window.next():
        raise window.broken("more follows the end of the array; put all documents into one array")


def _elements(window: "_Window") -> Iterator[object]:
    """The values of an array, from behind its opening bracket to behind the closing one."""
    if window.next() == "]":
        window.take()
        return
    while window.next():
        yield window.value()
        mark = window.next()
        if mark not in ("]", ","):
            raise window.broken("a comma or ] is missing after a document")
        window.take()
        if mark == "]":
            return
    raise window.broken("the array is not closed")


class _Window:
    """The part of a text that is looked at: `at` in `held`, which grows until a value fits."""

    def __init__(self, text: TextIOWrapper) -> None:
        self._text = text
        self._held = ""
        self._at = 0
        self._line = 1

    def next(self) -> str:
        """The next character that is no white space, left in place; empty at the end."""
        while True:
            self._move_to(_SPACE.match(self._held, self._at).end())  # pyright: ignore[reportOptionalMemberAccess]
            if self._at < len(self._held):
                return self._held[self._at]
            if not self._grow():
                return ""

    def take(self) -> None:
        """Steps over one character."""
        self._at += 1

    def value(self) -> object:
        """The value that starts here."""
        while True:
            try:
                value, end = _DECODER.raw_decode(self._held, self._at)
            except (ValueError, RecursionError) as error:
                if len(self._held) - self._at > LARGEST_DOCUMENT:
                    largest = f"{LARGEST_DOCUMENT // 2**20} MB"
                    raise ReadError("too_large", f"no document ends within {largest}", self._line) from error
                if self._grow():
                    continue
                raise self.broken(fault(error), getattr(error, "pos", self._at)) from error
            if end < len(self._held) or not self._grow():  # a number at the very end may go on
                self._move_to(end)
                return value

    def broken(self, reason: str, at: int | None = None) -> ReadError:
        """The error for something wrong at the position `at`, else here."""
        line = self._line + self._held.count("\n", self._at, self._at if at is None else at)
        return ReadError("broken_json", f"{reason}; nothing after it was read", line)

    def _move_to(self, at: int) -> None:
        self._line += self._held.count("\n", self._at, at)
        self._at = at

    def _grow(self) -> bool:
        held = self._held[self._at :]
        try:
            more = self._text.read(max(_CHUNK, len(held)))  # doubles, so that a long value is parsed a few times only
        except UnicodeDecodeError as error:
            raise ReadError(
                "encoding", "not UTF-8, as JSON is; save it as UTF-8. Nothing after it was read", self._line
            ) from error
        self._held, self._at = held + more, 0
        return bool(more)
