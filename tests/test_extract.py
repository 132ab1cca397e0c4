"""The command `extract`: documents in, events out."""

import io
import json
import logging
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import IO, Any

import pytest
from typer.testing import CliRunner

from flows.cli import app
from flows.extract import extract_lines
from models.extraction.pipeline import build
from tests.stores import ACT, OTHER_ACT, QUIET

COMMAND = [sys.executable, "-c", "from flows.cli import app; app()", "extract"]
ROOT = Path(__file__).resolve().parents[1]


pipeline = cache(build)


def line(text: str, **fields: Any) -> str:
    return json.dumps({"text": text, **fields}) + "\n"


def extract(*lines: str) -> tuple[list[dict[str, Any]], tuple[int, int]]:
    out = io.StringIO()
    data = io.BufferedReader(io.BytesIO("".join(lines).encode()))  # pyright: ignore[reportArgumentType]
    counts = extract_lines(pipeline(), data, "in.jsonl", out)
    return [json.loads(one) for one in out.getvalue().split("\n")[:-1]], counts


def test_each_document_gives_one_line_in_the_same_order_with_its_id() -> None:
    ids = ["b", 7, "7", 0, -1, "row 1", "\u00e9#\u2028\"'", "a#b"]
    records, counts = extract(*(line(QUIET, id=one) for one in ids), line(QUIET), line(QUIET, id=""))
    assert [record["id"] for record in records] == [*ids, "row-9", "row-10"]
    assert [type(record["id"]) for record in records[:8]] == [type(one) for one in ids]
    assert all(record == {"id": record["id"], "events": []} for record in records)
    assert counts == (10, 0)


def test_an_event_has_the_fields_that_are_promised() -> None:
    ((record,), _) = extract(line(ACT, id="a", published="2024-05-08", title="Council acts"))
    assert record["events"]
    for event in record["events"]:
        assert list(event) == [
            "actor", "action", "status", "target", "measure", "date",
            "trigger", "sentence", "start", "end", "confidence",
        ]  # fmt: skip
        assert [list(party) for party in event["actor"] + event["target"]] == [["text", "name", "id"]] * (
            len(event["actor"]) + len(event["target"])
        )
        assert ACT[event["start"] : event["end"]] == event["trigger"]
        assert event["sentence"] == ACT
        assert event["date"] is None or list(event["date"]) == ["text", "start", "end", "precision", "basis"]


def test_blank_lines_are_passed_over_and_broken_ones_named(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        records, counts = extract(
            line(QUIET, id=1), "\n", "{broken\n", "   \n", '["no object"]\n', line("", id=2), line(QUIET, id=3),
            line(QUIET, id=4, published="9999-01-01"), line(QUIET, id=5).rstrip("\n"),
        )  # fmt: skip
    assert [record["id"] for record in records] == [1, 3, 5]
    assert counts == (3, 4)
    assert [message.partition(": ")[0] for message in caplog.messages] == [f"in.jsonl:{n}" for n in (3, 5, 6, 8)]
    assert all("\n" not in message for message in caplog.messages)


@pytest.mark.parametrize("given", [b"", b"\n\n", b"\x00\x01\x02" * 100, b"{broken\n"])
def test_an_input_without_a_document_is_one_line_and_an_error(
    tmp_path: Path, given: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "in.jsonl").write_bytes(given)
    done = CliRunner().invoke(app, ["extract", str(tmp_path / "in.jsonl"), "-o", str(tmp_path / "out.jsonl")])
    assert done.exit_code == 1
    assert done.stderr == f"sanctionwire: {tmp_path}/in.jsonl: no document could be read\n"
    assert len(caplog.messages) == 1
    assert caplog.messages[0].startswith(f"{tmp_path}/in.jsonl:")


@pytest.mark.parametrize(
    ("source", "out", "named"),
    [
        ("gone.jsonl", "out.jsonl", "gone.jsonl: cannot be opened: No such file"),
        (".", "out.jsonl", "cannot be opened: Is a directory"),
        ("in.jsonl", "no folder/out.jsonl", "out.jsonl: cannot be opened: No such file"),
    ],
)
def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path, source: str, out: str, named: str) -> None:
    (tmp_path / "in.jsonl").write_text(line(QUIET))
    done = CliRunner().invoke(app, ["extract", str(tmp_path / source), "-o", str(tmp_path / out)])
    assert done.exit_code == 1
    assert len(done.stderr.splitlines()) == 1
    assert named in done.stderr


@pytest.mark.slow
def test_documents_go_through_a_pipe_one_at_a_time() -> None:
    """The first answer is there before the second question."""
    with subprocess.Popen([*COMMAND, "-"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for number, text in enumerate([ACT, QUIET, OTHER_ACT]):
            process.stdin.write(line(text, id=number).encode())
            process.stdin.flush()
            record = json.loads(process.stdout.readline())
            assert record["id"] == number
            assert bool(record["events"]) == (text != QUIET)
        process.stdin.close()
        assert process.stdout.read() == b""
    assert process.returncode == 0


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's /dev/full")
@pytest.mark.parametrize(
    ("output", "said"), [("full", "sanctionwire: output: No space left on device\n"), ("closed", "")]
)
def test_an_output_that_takes_no_more_ends_without_a_traceback(output: str, said: str) -> None:
    given = line(QUIET).encode() * 100
    with _output(output) as out:
        done = subprocess.run([*COMMAND, "-"], cwd=ROOT, input=given, stdout=out, stderr=subprocess.PIPE, timeout=120)
    assert (done.returncode, done.stderr.decode()) == (1, said)


def _output(name: str) -> IO[bytes]:
    if name == "full":
        return Path("/dev/full").open("wb")
    read, write = os.pipe()
    os.close(read)
    return os.fdopen(write, "wb")


class Generated(io.RawIOBase):
    """A stream of lines that are made as they are read."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._lines = iter(lines)
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._rest = self._rest or next(self._lines, b"")
        taken, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(taken)] = taken
        return len(taken)


class Nowhere(io.TextIOBase):
    def write(self, text: str) -> int:
        return len(text)


def test_memory_does_not_grow_with_the_number_of_documents() -> None:
    kept: list[int] = []

    def documents(before: int, after: int) -> Iterator[bytes]:
        for number in range(before + after):
            if number == before:
                tracemalloc.start()
            yield line(f"{number} " + QUIET * 30, id=number).encode()
        kept.append(tracemalloc.get_traced_memory()[0])

    try:
        stream = io.BufferedReader(Generated(documents(50, 1000)))
        assert extract_lines(pipeline(), stream, "in.jsonl", Nowhere()) == (1050, 0)
    finally:
        tracemalloc.stop()
    assert kept[0] < 1000 * len(QUIET * 30) / 10


HIGHEST = """
import re, sys
from pathlib import Path
from flows.cli import app

try:
    app(["extract", sys.argv[1], "-o", sys.argv[2]])
finally:
    print(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's /proc")
def test_a_text_of_200_000_words_finishes_in_bounded_memory(tmp_path: Path) -> None:
    """Ten times the text takes little more memory: 100 bytes a word, and the text itself takes six."""

    def highest(words: int) -> int:
        paragraph = f"{QUIET * 40} {ACT} {QUIET * 40} {OTHER_ACT}\n\n"
        text = paragraph * (words // len(paragraph.split()))
        (tmp_path / "in.jsonl").write_text(line(text, id=words, published="2024-05-08"))
        command = [sys.executable, "-c", HIGHEST, str(tmp_path / "in.jsonl"), str(tmp_path / "out.jsonl")]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=1200)
        assert done.returncode == 0, done.stderr
        (record,) = map(json.loads, (tmp_path / "out.jsonl").read_text().splitlines())
        assert record["events"]
        return int(done.stdout) * 1024

    assert highest(200_000) < highest(20_000) + 180_000 * 100


def test_the_output_is_not_the_input(tmp_path: Path) -> None:
    path, linked = tmp_path / "in.jsonl", tmp_path / "linked.jsonl"
    path.write_text(line(QUIET))
    linked.symlink_to(path)
    for out in (path, linked, tmp_path / "." / ".." / tmp_path.name / "in.jsonl"):
        result = CliRunner().invoke(app, ["extract", str(path), "-o", str(out)])
        assert result.exit_code == 1
        assert "is the input as well" in result.stderr
        assert path.read_text() == line(QUIET)
