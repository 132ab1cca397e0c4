"""A first look at each named source: what it gives, or why it gives nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from rich.table import Table
from rich.text import Text

from flows.client import Web
from flows.collecting.collect import collect
from flows.named_sources import FeedSource, NamedSource, SitemapSource
from models.event import Document
from models.rejection import Rejection

ENOUGH = 3  # documents and rejections of a source that are looked at


@dataclass(frozen=True, slots=True)
class Finding:
    """What the first documents of a source are: how many were read, the newest day, and a title or the first fault."""

    source: str
    kind: str
    works: bool
    documents: int
    newest: date | None
    found: str


def check_source(source: NamedSource, web: Web) -> Finding:
    """Read the first documents of `source`; nothing is stored."""
    if isinstance(source, FeedSource | SitemapSource):
        source = source.model_copy(update={"most": ENOUGH})
    documents: list[Document] = []
    rejections: list[Rejection] = []
    for found in collect(source, web, {}):
        if isinstance(found, Document):
            documents.append(found)
        elif isinstance(found, Rejection):
            rejections.append(found)
        if len(documents) + len(rejections) >= ENOUGH:
            break
    days = [document.published for document in documents if document.published]
    said = [rejections[0].reason] if rejections else []
    if documents:
        said.insert(0, documents[0].title or documents[0].text[:80])
    works = bool(documents) or not rejections
    newest = max(days, default=None)
    return Finding(source.name, source.kind, works, len(documents), newest, "; ".join(said) or "nothing at present")


def findings_table(findings: Sequence[Finding]) -> Table:
    """The findings for a terminal."""
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("source", "kind", "state", "read", "newest", "found"):
        table.add_column(heading, overflow="fold")
    for finding in findings:
        cells: list[Any] = [
            finding.source,
            finding.kind,
            "works" if finding.works else "fails",
            finding.documents,
            finding.newest or "",
            _printable(finding.found),
        ]
        table.add_row(*(Text(str(cell)) for cell in cells))
    return table


def _printable(text: str) -> str:
    """`text` in one line, without what would steer a terminal."""
    return "".join(letter for letter in " ".join(text.split()) if letter.isprintable())
