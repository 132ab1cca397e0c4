"""One named source to a stream of documents, of rejections, and of what to remember of each request."""

from collections.abc import Iterator, Mapping

from flows.client import Web
from flows.named_sources import NamedSource
from models.event import Document
from models.fetches import Fetch
from models.rejection import Rejection

Collected = Document | Rejection | Fetch


def collect(source: NamedSource, web: Web, known: Mapping[str, Fetch]) -> Iterator[Collected]:
    """The documents of `source` that are new or may have changed, and a rejection for each thing that failed.

    `web` is one client for all sources of a run, so that two sources of one host do not hurry it; `known` is what
    `ledger.known_fetches` gives for this source. A Fetch comes after the documents that were read from its address:
    save it once they are loaded, not before. A Fetch that is `unchanged` stands for what did not need to be read.

    Nothing of the source raises: a feed that hangs, or whose host is gone, is a rejection like a page that is. Every
    document carries the source's name as its `source` and, where it came over the network, `fetched_at`.
    """
    raise NotImplementedError(source, web, known)
