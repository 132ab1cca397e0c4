"""Documents in, events out, line by line, without a store."""

import json
import logging
from io import BufferedReader
from typing import IO

from spacy.language import Language

from flows.readers.errors import Notes, ReadError, rejection
from flows.readers.jsonl import read_with_ids
from models.event import Document
from models.extraction.pipeline import extract
from models.records import event_record

_log = logging.getLogger(__name__)


def extract_lines(nlp: Language, lines: BufferedReader, name: str, out: IO[str]) -> tuple[int, int]:
    """Write one JSON line for each document in `lines`, as it is read; count documents and rejected lines.

    A line that is no document is logged, by the name of the input and its number, and gives no line.
    """
    documents = rejected = 0
    try:
        for given, found in read_with_ids(lines, name, Notes(name)):
            if isinstance(found, Document):
                (reading,) = extract(nlp, [found])
                record = {
                    "id": given if isinstance(given, int) else found.origin.removeprefix(f"{name}#"),
                    "events": [event_record(e) for e in reading.events],
                }
                out.write(json.dumps(record, ensure_ascii=False) + "\n")
                out.flush()
                documents += 1
            else:
                _log.warning("%s", found.reason)
                rejected += 1
    except ReadError as error:
        _log.warning("%s", rejection(name, error).reason)
        rejected += 1
    return documents, rejected
