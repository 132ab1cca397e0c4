"""How long the end of a run takes in a large warehouse: `python -m benchmarks.stories [DOCUMENTS]`.

All documents pass the gate, and one in ten is a copy of another with a few words changed. Prints the seconds that it
takes to make the bands of all and link them, to link them again, and to look a batch of known documents up.
"""

import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from flows.stories import link_stories
from flows.warehouse import load, open_warehouse, unread
from models.event import Document
from models.rows import Reading, document_rows, mention_rows, rejection_rows
from tests.dispatches import STAMP
from tests.newswire import article, edited

WORDS, BATCH = 300, 5000


def main(count: int) -> None:
    """Print the seconds of each step."""
    drawn = random.Random(0)  # noqa: S311
    with TemporaryDirectory() as folder, open_warehouse(Path(folder) / "warehouse.duckdb") as connection:
        documents: list[Document] = []
        for start in range(0, count, BATCH):
            documents = list(_documents(drawn, range(start, min(start + BATCH, count))))
            readings = [Reading(document, True) for document in documents]
            rows = document_rows(readings, STAMP), mention_rows([], STAMP), rejection_rows([], STAMP)
            load(connection, *rows, unread(connection, [], STAMP.extractor_version)[1], STAMP)
        with _timed("bands and links"):
            linked = link_stories(connection)
        with _timed("links alone"):
            link_stories(connection)
        with _timed("200 known documents"):
            _, known = unread(connection, documents[:200], STAMP.extractor_version)
            load(connection, document_rows([], STAMP), mention_rows([], STAMP), rejection_rows([], STAMP), known, STAMP)
    print(f"{count:,} documents, {linked:,} of them linked to an earlier one")  # noqa: T201


def _documents(drawn: random.Random, numbers: range) -> Iterator[Document]:
    text = ""
    for number in numbers:
        text = edited(text, drawn, 4) if number % 10 == 9 else article(drawn, WORDS)
        yield Document(f"{number}.txt", text, published=date(2024, 1, 1) + timedelta(days=number // 1000))


@contextmanager
def _timed(what: str) -> Iterator[None]:
    start = perf_counter()
    yield
    print(f"{what}: {perf_counter() - start:.2f} s")  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
