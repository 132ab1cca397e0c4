"""The log for machines: one JSON object a line, with the run, the stage and the batch that it is about."""

import logging
import time
from collections import defaultdict
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from pythonjsonlogger.json import JsonFormatter

from flows.store_errors import StoreError

log = logging.getLogger(__name__)
log.addHandler(logging.NullHandler())
log.propagate = False  # people have Prefect's lines


@contextmanager
def journal(path: Path | None, run_id: str) -> Generator[None]:
    """Append to the file `path`, where one is named, what goes to `log` from here on, and the warnings of `flows`.

    Raises:
        StoreError: the file cannot be written.
    """
    if path is None:
        yield
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = logging.FileHandler(path, encoding="utf-8")
    except OSError as error:
        raise StoreError(f"{path}: cannot be written: {error.strerror}; mend SANCTIONWIRE_LOG_FILE") from error
    handler.setFormatter(
        JsonFormatter(
            ["levelname", "message"],
            rename_fields={"levelname": "level"},
            static_fields={"run_id": run_id},
            timestamp="time",
            json_ensure_ascii=False,
        )
    )
    log.setLevel(logging.INFO)
    loggers = (log, logging.getLogger("flows"))
    for logger in loggers:
        logger.addHandler(handler)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeHandler(handler)
        handler.close()


class Stages:
    """The stages of one run: what each took in `seconds`, all its batches together; begin and end are logged."""

    def __init__(self) -> None:
        """Nothing has begun."""
        self.seconds = defaultdict[str, float](float)

    @contextmanager
    def __call__(self, stage: str, batch: int | None = None) -> Generator[None]:
        """Time what happens inside as `stage`, of the batch with this number where it is about one."""
        told = {"stage": stage} | ({} if batch is None else {"batch": batch})
        log.info("begins", extra=told)
        start = time.perf_counter()
        try:
            yield
        finally:
            took = time.perf_counter() - start
            self.seconds[stage] += took
            log.info("ends", extra=told | {"seconds": round(took, 3)})
