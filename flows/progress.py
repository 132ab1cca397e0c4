"""How far a run is: a live line on a terminal, plain log lines elsewhere."""

import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

from prefect import get_run_logger
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

Advance = Callable[[int, int], None]


@contextmanager
def progress(total: int | None = None) -> Generator[Advance]:
    """Give a function to call with the number of documents and events so far; `total` documents are expected."""
    start = time.perf_counter()

    def rate(documents: int) -> str:
        return f"{documents / max(time.perf_counter() - start, 1e-9):,.1f} documents/s"

    if not sys.stderr.isatty():
        logger = get_run_logger()
        yield lambda read, found: logger.info("%d documents, %d events, %s", read, found, rate(read))
        return
    columns = (
        SpinnerColumn(),
        BarColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        line = bar.add_task("reading", total=total)

        def advance(documents: int, events: int) -> None:
            description = f"{documents:,} documents, {events:,} events, {rate(documents)}"
            bar.update(line, completed=documents, description=description)

        yield advance
