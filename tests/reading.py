"""Files to read, and what came out of them."""

import gzip
from pathlib import Path

from flows.sources import documents
from models.event import Document
from models.rejection import Rejection

TEXT = "The European Union imposed sanctions on Russian banks on Monday."
CURLY = "Iran\u2019s oil \u201cexports\u201d were sanctioned \u2013 a café in Zürich paid £5."


def read(path: Path, content: str | bytes) -> list[Document | Rejection]:
    data = content.encode() if isinstance(content, str) else content
    path.write_bytes(gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)
    return list(documents([path]))


def outcomes(found: list[Document | Rejection]) -> list[str | tuple[int | None, str]]:
    """The text of each document, line and check of each rejection."""
    return [item.text if isinstance(item, Document) else (item.line, item.check) for item in found]


def the_document(found: list[Document | Rejection]) -> Document:
    assert [type(item) for item in found] == [Document], found
    assert isinstance(found[0], Document)
    return found[0]
