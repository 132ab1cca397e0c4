"""What goes wrong while a file is read, and the notes that a reader leaves on what it read all the same."""

import logging

from models.rejection import Rejection, as_record

_log = logging.getLogger(__name__)
_MOST_NOTES = 20  # per file


class ReadError(Exception):
    """A file or a record that cannot be read."""

    def __init__(self, check: str, reason: str, line: int | None = None) -> None:
        """`check` is for programs, `reason` for people; `line` where one is meant."""
        super().__init__(reason)
        self.check = check
        self.reason = reason
        self.line = line


class Notes:
    """Warnings about one file, each said once: what was read in spite of a fault that its owner should know of."""

    def __init__(self, origin: str) -> None:
        """`origin` is the path of the file."""
        self._origin = origin
        self._said: set[str] = set()

    def say(self, subject: str, message: str, line: int | None = None) -> None:
        """Warns of `message`, unless `subject` was warned of before in this file."""
        if subject not in self._said and len(self._said) < _MOST_NOTES:
            self._said.add(subject)
            _log.warning("%s: %s", _place(self._origin, line), message)


def rejection(origin: str, error: ReadError, line: int | None = None, offending: object = None) -> Rejection:
    """`error` as a row of what was turned away; `line` where the error itself names none."""
    line = line if error.line is None else error.line
    reason = f"{_place(origin, line)}: {' '.join(error.reason.split())}"
    record = None if offending is None else as_record(offending)
    return Rejection(origin, line, "read", error.check, reason, record)


def _place(origin: str, line: int | None) -> str:
    return origin if line is None else f"{origin}:{line}"
