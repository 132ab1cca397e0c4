"""CSV with a header: one document a row, read row by row; commas, semicolons or tabs between the fields.

A row ends where its quotes are closed (RFC 4180). Where they never are, or are misplaced, the row's first line is
turned away and reading goes on at the next line that has as many fields as the header.
"""

import csv
from collections import deque
from collections.abc import Iterator
from io import BufferedReader

from flows.readers.decoding import LARGEST_DOCUMENT, decode_line
from flows.readers.errors import Notes, ReadError, rejection
from flows.readers.opening import as_utf8, lines
from flows.readers.record import to_document
from models.event import Document
from models.rejection import Rejection

_DELIMITERS = (",", ";", "\t")
_LONGEST_ROW = 100_000  # lines; more of them in one text are a quote that nobody closed
_MISQUOTED = "misquoted"


def read_csv(stream: BufferedReader, path: str, notes: Notes) -> Iterator[Document | Rejection]:
    """A document or a rejection for each row that is not blank; a row's number is that of its first line.

    Raises ReadError ("empty", "no_text_column").
    """
    csv.field_size_limit(LARGEST_DOCUMENT)
    rows = _Rows(stream)
    header, delimiter = _header(rows, notes)
    empty, lost = True, False
    while row := rows.next():
        number, data = row
        empty = False
        try:
            fields = _fields(data, delimiter, number, notes)
            if not fields or (lost and len(fields) != len(header)):
                continue
            lost = False
            if len(fields) != len(header):
                raise ReadError(
                    "field_count", f"{len(fields)} fields where the header has {len(header)}; quote the text"
                )
            yield to_document(dict(zip(header, fields, strict=True)), path, number, notes)
        except ReadError as error:
            if not lost:
                yield rejection(path, error, number, data and data.decode("utf-8", "backslashreplace"))
            if error.check == _MISQUOTED:
                lost = rows.step_back() or lost
    if empty:
        raise ReadError("empty", "the table has no rows")


def _header(rows: "_Rows", notes: Notes) -> tuple[list[str], str]:
    """The column names, and the delimiter: the first that gives a column `text`."""
    first = rows.next()
    if first is None:
        raise ReadError("empty", "the file is empty")
    for delimiter in _DELIMITERS:
        names = [name.strip() for name in _fields(first[1], delimiter, first[0], notes)]
        if "text" in names:
            return names, delimiter
    names = _fields(first[1], ",", first[0], notes)
    raise ReadError("no_text_column", f"no column is named text among: {', '.join(names)[:200]}; rename it", first[0])


def _fields(data: bytes | None, delimiter: str, number: int, notes: Notes) -> list[str]:
    text = decode_line(data, number, notes)
    if text.isspace():
        return []
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error as error:
        reason = f"quotes are misplaced or not closed ({error}); reading goes on at the next whole row"
        raise ReadError(_MISQUOTED, reason, number) from error


class _Rows:
    """The lines of a stream, put together into rows."""

    def __init__(self, stream: BufferedReader) -> None:
        self._rest = lines(as_utf8(stream))
        self._ahead: deque[tuple[int, bytes | None]] = deque()  # lines to be read again
        self._row: list[tuple[int, bytes | None]] = []

    def next(self) -> tuple[int, bytes | None] | None:
        """The number of the next row's first line, and the row; a line too long is None. None at the end.

        A row whose quotes stay open to the end, or for longer than any document, is given up to there.
        """
        self._row = []
        size = quotes = 0
        while line := self._ahead.popleft() if self._ahead else next(self._rest, None):
            self._row.append(line)
            if line[1] is None:
                break
            size += len(line[1])
            quotes += line[1].count(b'"')
            if quotes % 2 == 0 or size > LARGEST_DOCUMENT or len(self._row) == _LONGEST_ROW:
                break
        if not self._row:
            return None
        number, first = self._row[0]
        return number, first and b"".join(data for _, data in self._row if data is not None)

    def step_back(self) -> bool:
        """All lines of the last row but its first are to be read again; whether there are any."""
        self._ahead.extendleft(reversed(self._row[1:]))
        return len(self._row) > 1
