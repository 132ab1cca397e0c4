"""Web pages: one document a file, the article without the page around it. Nothing is fetched."""

import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from io import BufferedReader
from typing import Any

from trafilatura import bare_extraction

from flows.readers.decoding import decode
from flows.readers.errors import Notes, ReadError
from flows.readers.opening import whole
from flows.readers.record import to_document
from models.event import Document

LARGEST_PAGE = 5 * 2**20  # bytes; taking a page apart costs far more than reading a text

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # the rejection tells in one line what it tells in three

_DECLARED = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_DECLARED_WITHIN = 4096
_DATES = {  # of htmldate: the first publication, from markup and address; guesses from running text are left out
    "original_date": True,
    "extensive_search": False,
}


def read_webpage(stream: BufferedReader, path: str, notes: Notes) -> Iterator[Document]:
    """The one document of the page. Raises ReadError ("html_without_text" and those of text)."""
    data = whole(stream, LARGEST_PAGE)
    declared = _DECLARED.search(data, 0, _DECLARED_WITHIN)
    page, _ = decode(data, declared.group(1).decode("ascii") if declared else None)
    found = _article(page)
    if found is None or not (found.text or "").strip():
        raise ReadError("html_without_text", "no article text in this page; save the page with its text, or as .txt")
    record = {
        "text": found.text,
        "title": found.title,
        "published": found.date,
        "url": found.url,
        "source": found.sitename,
    }
    yield replace(to_document(record, path, 1, notes), origin=path)


def _article(page: str) -> Any:
    try:
        return bare_extraction(page, with_metadata=True, include_comments=False, date_extraction_params=_DATES)
    except Exception as error:  # whatever a parser meets in a page of the wild web, it must not stop the others
        raise ReadError("broken_html", f"the page cannot be taken apart: {error!r}; save it as .txt") from error
