"""What a run takes in: files, or the named sources, each thing with the source that gave it; and a count of both."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain

from flows.client import Web
from flows.collecting import Collected, collect
from flows.collecting.contents import OF_A_DATE
from flows.collecting.ledger import known_fetches
from flows.named_sources import NamedSource
from flows.sources import documents
from flows.warehouse import Warehouse, open_warehouse
from models.clock import now
from models.event import Document
from models.fetches import Fetch, SourceRun
from models.rejection import Rejection

MOST_WAITING = 1000  # documents that `put_off` holds in memory


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that came in, and the named source that gave it: None for files named on the command line."""

    found: Collected
    source: str | None = None


class SourceTally:
    """What one run takes from each of its named sources, counted as it goes."""

    def __init__(self, run_id: str) -> None:
        """No source was asked yet."""
        self._run_id = run_id
        self._runs: dict[str, SourceRun] = {}

    def begin(self, source: str) -> None:
        """The source is asked from now on."""
        self._runs[source] = SourceRun(self._run_id, source, 0, 0, 0, None, now(), now())

    def end(self, source: str) -> None:
        """The source gave all it has."""
        self._runs[source] = replace(self._runs[source], finished_at=now())

    def add(self, items: Sequence[Item], fresh: AbstractSet[str], rejections: Sequence[Rejection]) -> None:
        """Count what came of these: `fresh` are the origins that had to be read, `rejections` what was turned away."""
        source_of = {item.found.origin: item.source for item in items if not isinstance(item.found, Fetch)}
        unread = [one for one in rejections if one.stage != "event" and not _of_a_date(one)]
        reasons = [(source, one.reason) for one in unread if (source := source_of.get(one.origin))]
        failed = {one.origin for one in unread}
        new, unchanged = Counter[str](), Counter[str]()
        for item in items:
            match item:
                case Item(Fetch() as fetch, str(source)):
                    unchanged[source] += fetch.unchanged
                case Item(Document() as document, str(source)) if document.origin not in failed:
                    (new if document.origin in fresh else unchanged)[source] += 1
                case _:
                    pass
        for source, run in self._runs.items():
            failures = [reason for failing, reason in reasons if failing == source]
            self._runs[source] = replace(
                run,
                new=run.new + new[source],
                unchanged=run.unchanged + unchanged[source],
                failed=run.failed + len(failures),
                reason=run.reason or next(iter(failures), None),
            )

    def runs(self) -> tuple[SourceRun, ...]:
        """What each source gave so far, in the order in which they were asked."""
        return tuple(self._runs.values())


def from_files(sources: Sequence[str], published: date | None) -> Iterator[Item]:
    """The documents and rejections of files, folders and globs, as `flows.sources` reads them. Raises SourceError."""
    return (Item(found) for found in documents(sources, published=published))


def from_named(sources: Sequence[NamedSource], warehouse: Warehouse, tally: SourceTally) -> Iterator[Item]:
    """What the named sources give, one source after the other; what fails is a rejection, and the others go on."""
    with Web() as web:
        for source in sources:
            tally.begin(source.name)
            with open_warehouse(warehouse) as connection:
                known = known_fetches(connection, source.name)
            yield from (Item(found, source.name) for found in collect(source, web, known))
            tally.end(source.name)


def put_off(items: Iterable[Item], replaced: AbstractSet[str]) -> Iterator[Item]:
    """The items, but a text that another one once replaced waits whether another one of its origin follows.

    If so, that one stands in its place, so that an input with two texts of one origin has neither read in every run. If
    none does, it comes last: the origin went back to it. `replaced` are the ids of such texts (`history.replaced_ids`).
    """
    waiting: dict[str, list[Item]] = {}  # by origin
    for item in items:
        match item.found:
            case Document(origin=origin) as document:
                told = [replace(former, found=document) for former in waiting.pop(origin, [])] + [item]
                if document.document_id not in replaced:
                    yield from told
                    continue
                waiting[origin] = told
                if len(waiting) > MOST_WAITING:
                    yield from waiting.pop(next(iter(waiting)))
            case Fetch():  # is saved once all before it is loaded, so that nothing may fall behind it
                yield from chain(*waiting.values())
                waiting.clear()
                yield item
            case _:
                yield item
    yield from chain(*waiting.values())


def documents_given(items: Sequence[Item]) -> int:
    """How many documents came in, those that could not be read among them."""
    return sum(not isinstance(item.found, Fetch) and not _of_a_date(item.found) for item in items)


def _of_a_date(found: Document | Rejection) -> bool:
    """Whether only a document's date was turned away: the document came in beside it."""
    return isinstance(found, Rejection) and found.origin.endswith(OF_A_DATE)
