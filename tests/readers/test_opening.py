import gzip
import json
import tracemalloc
from pathlib import Path

import pytest

from flows.readers.decoding import LARGEST_DOCUMENT
from flows.sources import documents
from models.event import Document
from models.rejection import Rejection
from tests.reading import TEXT, outcomes


def test_a_truncated_file_gives_what_stands_before_the_cut() -> None:
    rows = "".join(json.dumps({"text": f"{TEXT} {row * row}"}) + "\n" for row in range(50_000))
    Path("a.jsonl.gz").write_bytes(gzip.compress(rows.encode(), 1, mtime=0)[:-100_000])
    *read_before, last = list(documents(["a.jsonl.gz"]))
    assert len(read_before) > 1000
    assert all(isinstance(item, Document) for item in read_before)
    assert isinstance(last, Rejection)
    assert last.check == "truncated_gzip"


@pytest.mark.parametrize("name", ["a.txt.gz", "a.html.gz", "a.csv.gz", "a.json.gz", "a.parquet.gz"])
@pytest.mark.parametrize(
    ("data", "check"),
    [
        (b"plain", "broken_gzip"),
        (gzip.compress(TEXT.encode() * 100, mtime=0)[:-12], "truncated_gzip"),
        (gzip.compress(b"x", mtime=0)[:-5] + b"nope!", "broken_gzip"),
    ],
)
def test_a_file_that_does_not_inflate_is_one_rejection(name: str, data: bytes, check: str) -> None:
    Path(name).write_bytes(data)
    assert outcomes(list(documents([name]))) == [(None, check)]


@pytest.mark.parametrize(
    ("name", "check"), [("a.txt.gz", "too_large"), ("a.jsonl.gz", "gzip_bomb"), ("a.parquet.gz", "gzip_bomb")]
)
def test_a_bomb_is_not_inflated(name: str, check: str) -> None:
    with gzip.open(name, "wb", 1) as bomb:
        for _ in range(14):
            bomb.write(bytes(5_000_000).replace(b"\0", b"x"))
    tracemalloc.start()
    last = list(documents([name]))[-1]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert isinstance(last, Rejection)
    assert last.check == check
    assert peak < 4 * LARGEST_DOCUMENT
