"""Plain text and Markdown: one document a file, which may open with a front-matter block.

The block stands between two lines `---` at the top of the file and holds lines `key: value` with the keys title,
published, url and source. What is indented under a key, lists and comments are not read.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from io import BufferedReader

from flows.readers.decoding import decode
from flows.readers.errors import Notes, ReadError
from flows.readers.opening import whole
from flows.readers.record import to_date, to_document
from models.event import Document

_KEYS = ("title", "published", "url", "source")
_FENCE = "---"
_LONGEST_BLOCK = 100  # lines
_KEY = re.compile(r"([A-Za-z][\w .-]*?)\s*:(?:\s+(.*))?$")
_NOT_READ = re.compile(r"\s|-|#|$")


def read_plain(stream: BufferedReader, path: str, notes: Notes) -> Iterator[Document]:
    """The one document of the file; line ends become `\\n`. Raises ReadError."""
    text, encoding = decode(whole(stream))
    if encoding:
        notes.say("encoding", f"not UTF-8; read as {encoding}")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    front, body = _front_matter(text, notes)
    yield replace(to_document({**front, "text": body}, path, 1, notes), origin=path)


def _front_matter(text: str, notes: Notes) -> tuple[dict[str, str], str]:
    """The fields of the block, none where there is none, and the text after it."""
    first, *lines = text.split("\n", _LONGEST_BLOCK)
    if first.rstrip() != _FENCE:
        return {}, text
    fences = [number for number, line in enumerate(lines) if line.rstrip() == _FENCE]
    if not fences:
        notes.say("fence", "a front-matter block opens and no line --- closes it; read as text", 1)
        return {}, text
    block = lines[: fences[0]]
    found: dict[str, str] = {}
    for number, line in enumerate(block, start=2):
        key = _KEY.match(line)
        if key is None and not _NOT_READ.match(line):
            notes.say(
                "front matter", f"no front matter, since this is no `key: value`: {line[:40]!r}; read as text", number
            )
            return {}, text
        if key:
            _take(found, key.group(1).lower(), key.group(2) or "", number, notes)
    if not found and not any(line.strip() for line in block):
        return {}, text
    body = "\n".join(lines[fences[0] + 1 :]).lstrip("\n")
    if not body.strip():
        raise ReadError("empty", "there is no text after the front matter")
    return found, body


def _take(found: dict[str, str], key: str, value: str, line: int, notes: Notes) -> None:
    if key not in _KEYS:
        notes.say(f"key {key}", f"key {key!r} is not read; those read are {', '.join(_KEYS)}", line)
        return
    value = value.strip()
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1]
    if key == "published":
        _check_date(value, line)
    found[key] = value


def _check_date(value: str, line: int) -> None:
    try:
        to_date(value)
    except ReadError as error:
        raise ReadError(error.check, error.reason, line) from error
