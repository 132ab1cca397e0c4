"""One named source to a stream of documents, of rejections, and of what to remember of each request."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import replace

from flows.client import Web
from flows.collecting.articles import Collected, Link, reach, read_articles
from flows.collecting.feed import read_feed
from flows.collecting.query import read_query
from flows.collecting.remote import read_remote
from flows.collecting.sitemap import read_sitemap
from flows.collecting.warc import read_warc
from flows.named_sources import (
    FeedSource,
    FolderSource,
    GlobSource,
    NamedSource,
    PagesSource,
    QuerySource,
    RemoteSource,
    SitemapSource,
    WarcSource,
)
from flows.sources import documents
from models.errors import UserError
from models.event import Document
from models.fetches import Fetch
from models.rejection import Rejection

_log = logging.getLogger(__name__)


def collect(source: NamedSource, web: Web, known: Mapping[str, Fetch]) -> Iterator[Collected]:
    """The documents of `source` that are new or may have changed, and a rejection for each thing that failed.

    `web` is one client for all sources of a run, so that two sources of one host do not hurry it; `known` is what
    `ledger.known_fetches` gives for this source. A Fetch comes after the documents that were read from its address:
    save it once they are loaded, not before. A Fetch that is `unchanged` stands for what did not need to be read.

    Nothing of the source raises: a feed that hangs, or whose host is gone, is a rejection like a page that is. Every
    document carries the source's name as its `source` and, where it came over the network, `fetched_at`.
    """
    try:
        for found in _found(source, web, known):
            yield replace(found, source=source.name) if isinstance(found, Document) else found
    except UserError as error:  # no file to read, a secret that is not set
        yield Rejection(source.name, None, "read", "no_source", f"{source.name}: {error}")
    except Exception as error:  # whatever a library meets in the wild, it must not stop the other sources
        _log.exception("%s: reading broke off", source.name)
        reason = f"{source.name}: reading broke off: {type(error).__name__}; the log tells where"
        yield Rejection(source.name, None, "read", "broke_off", reason)


def _found(source: NamedSource, web: Web, known: Mapping[str, Fetch]) -> Iterator[Collected]:
    match source:
        case FolderSource():
            return documents([source.path])
        case GlobSource():
            return documents([source.pattern])
        case RemoteSource():
            return read_remote(source, known)
        case FeedSource():
            return read_feed(source, web, known)
        case SitemapSource():
            return read_sitemap(source, web, known)
        case PagesSource():
            return read_articles(reach(source, web, known), map(Link, source.urls))
        case QuerySource():
            return read_query(source)
        case WarcSource():
            return read_warc(source, known)
