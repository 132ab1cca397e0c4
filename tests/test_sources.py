import gzip
import json
import logging
import os
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from flows.source_files import Kind, SourceError, files, kind_of, origin_of
from flows.sources import count, documents
from models.event import Document
from models.rejection import LONGEST_RECORD, Rejection, as_record


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(*names: str) -> None:
    for name in names:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"Sanctions, told by {name}.")


def origins(*sources: str | Path) -> list[str]:
    return [found.origin for found in documents(sources)]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.txt", Kind.TEXT),
        ("a.md", Kind.TEXT),
        ("a.HTML", Kind.HTML),
        ("a.htm", Kind.HTML),
        ("a.jsonl", Kind.JSONL),
        ("a.json.gz", Kind.JSON),
        ("a.b.csv", Kind.CSV),
        ("a.parquet.GZ", Kind.PARQUET),
        ("a.pdf", None),
        ("a", None),
        ("a.gz", None),
        ("txt", None),
    ],
)
def test_the_name_tells_the_kind(name: str, kind: Kind | None) -> None:
    assert kind_of(Path(name)) is kind


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        (["b.txt"], ["b.txt"]),
        (["./b.txt"], ["b.txt"]),
        (["in"], ["in/a.txt", "in/z.txt", "in/deep/er/c.txt"]),
        (["in/z.txt", "in"], ["in/z.txt", "in/a.txt", "in/deep/er/c.txt"]),
        (["b.txt", "b.txt", "./in/../b.txt"], ["b.txt"]),
        (["in/*.txt"], ["in/a.txt", "in/z.txt"]),
        (["in/*"], ["in/a.txt", "in/deep/er/c.txt", "in/z.txt"]),
        (["**/*.txt"], ["b.txt", "in/a.txt", "in/deep/er/c.txt", "in/z.txt", "odd[1].txt"]),
        (["odd[1].txt"], ["odd[1].txt"]),
    ],
)
def test_sources_name_files_in_a_fixed_order_each_once(sources: list[str], expected: list[str]) -> None:
    write("b.txt", "in/z.txt", "in/a.txt", "in/deep/er/c.txt", "odd[1].txt")
    assert origins(*sources) == expected


def test_an_origin_is_relative_below_the_current_folder_and_absolute_elsewhere(tmp_path: Path) -> None:
    write("in/a.txt")
    Path("here").mkdir()
    assert origins(tmp_path / "in") == ["in/a.txt"]
    os.chdir("here")
    assert origins(tmp_path / "in") == [f"{tmp_path.as_posix()}/in/a.txt"]
    assert origins(f"{tmp_path}/in/*.txt") == [f"{tmp_path.as_posix()}/in/a.txt"]


def test_an_origin_is_valid_unicode_whatever_the_name() -> None:
    name = os.fsdecode(b"caf\xe9.txt")
    assert origin_of(Path(name)) == "caf\\udce9.txt"


def test_a_folder_gives_no_hidden_files_and_no_other_kinds_and_says_which(caplog: pytest.LogCaptureFixture) -> None:
    write("in/a.txt", "in/.b.txt", "in/.git/c.txt", "in/d.pdf", "in/e.pdf", "in/LICENSE")
    with caplog.at_level(logging.WARNING):
        assert origins("in") == ["in/a.txt"]
    assert [record.getMessage() for record in caplog.records] == [
        "in: files of other kinds passed over: 2 .pdf, 1 LICENSE"
    ]


@pytest.mark.parametrize("source", ["in", "in/**/*.txt", "in/**"])
def test_a_link_that_leads_in_a_circle_is_not_followed(source: str) -> None:
    write("in/a.txt", "in/deep/b.txt")
    Path("in/deep/up").symlink_to(Path("in").resolve())
    Path("in/deep/also").symlink_to(Path("in").resolve())
    Path("in/itself.txt").symlink_to(Path("in/itself.txt").resolve())
    found = {item.origin for item in documents([source]) if isinstance(item, Document)}
    assert found == {"in/a.txt", "in/deep/b.txt"}


@pytest.mark.parametrize(
    ("sources", "line"),
    [
        (["gone.txt"], "gone.txt: no such file or folder; check the path"),
        (["*.txt"], "*.txt: no file matches this pattern"),
        (["in/**.txt"], "in/**.txt: no valid pattern: ** stands for folders, so it must stand alone, as in **/*.txt"),
        (["void"], "void: the folder holds no file that can be read"),
        (["a.pdf"], "a.pdf: this kind of file is not read"),
        (["gone.txt", "void"], "gone.txt: no such file or folder; check the path; void: the folder"),
        ([], "no source given"),
    ],
)
def test_sources_without_any_file_are_an_error_of_one_line(sources: list[str], line: str) -> None:
    Path("void").mkdir()
    write("a.pdf")
    with pytest.raises(SourceError, match=r"^[^\n]*$") as error:
        list(documents(sources))
    assert str(error.value).startswith(line)


@pytest.mark.parametrize(
    "sources", [["gone", "a.txt"], ["a.txt", "gone"], ["gone", "gone.*", "a.txt", "a.pdf"], ["a.txt", "**.txt"]]
)
def test_a_source_without_files_beside_others_is_a_rejection(sources: list[str]) -> None:
    write("a.txt", "a.pdf")
    found = list(documents(sources))
    assert [item.origin for item in found if isinstance(item, Document)] == ["a.txt"]
    checks = {"a.pdf": "unknown_kind", "**.txt": "bad_pattern"}
    assert [(item.origin, item.check) for item in found if isinstance(item, Rejection)] == [
        (source, checks.get(source, "not_found")) for source in sources if source != "a.txt"
    ]


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs Linux's /proc")
def test_a_file_that_cannot_be_read_is_a_rejection_and_the_others_are_read() -> None:
    write("in/a.txt", "in/c.txt")
    Path("in/b.txt").symlink_to("/proc/self/mem")  # a file whose first byte nobody may read, not even root
    found = list(documents(["in"]))
    assert [item.origin for item in found] == ["in/a.txt", "in/b.txt", "in/c.txt"]
    assert isinstance(found[1], Rejection)
    assert found[1].check == "unreadable"
    assert found[1].reason.startswith("in/b.txt: cannot be read: ")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_files_and_folders_without_permission_are_rejections() -> None:
    write("in/a.txt", "in/b.txt", "in/deep/c.txt")
    Path("in/b.txt").chmod(0)
    Path("in/deep").chmod(0)
    rejected = [item for item in documents(["in"]) if isinstance(item, Rejection)]
    Path("in/deep").chmod(0o700)
    assert [(item.origin, item.check) for item in rejected] == [("in/b.txt", "unreadable"), ("in/deep", "unreadable")]


def test_the_given_date_stands_in_where_a_document_has_none() -> None:
    Path("a.jsonl").write_text('{"text": "one"}\n{"text": "two", "published": "2024-01-02"}\n{"text": ""}\n')
    found = list(documents(["a.jsonl"], published=date(2025, 9, 8)))
    assert [item.published for item in found if isinstance(item, Document)] == [date(2025, 9, 8), date(2024, 1, 2)]
    assert isinstance(found[2], Rejection)


def test_sources_are_read_as_they_are_asked_for() -> None:
    line = json.dumps({"text": "Sanctions on banks."}) + "\n"
    Path("a.jsonl").write_text(line * 3)
    write("b.txt")
    stream = documents(["a.jsonl", "b.txt"])
    next(stream)
    Path("b.txt").write_text("Written after the first step.")
    assert [item.text for item in stream if isinstance(item, Document)][-1] == "Written after the first step."


def test_count_is_told_where_it_costs_nothing() -> None:
    write("in/a.txt", "in/b.html")
    pl.DataFrame({"text": ["one", "two", "three"]}).write_parquet("in/c.parquet")
    Path("in/d.parquet").write_bytes(b"no table")
    assert count(["in", "gone"]) == len(list(documents(["in", "gone"]))) == 7
    Path("in/e.txt.gz").write_bytes(gzip.compress(b"one"))
    assert count(["in"]) == 7
    write("in/e.jsonl")
    assert count(["in"]) is None


def test_files_are_found_one_by_one() -> None:
    write("a.txt", "b.txt")
    found = files(["a.txt", "gone", "b.txt"])
    assert next(found) == Path("a.txt")
    assert isinstance(next(found), Rejection)
    assert list(found) == [Path("b.txt")]


@pytest.mark.parametrize(
    ("offending", "record"),
    [
        ({"text": 5, "published": date(2025, 9, 8)}, '{"text": 5, "published": "2025-09-08"}'),
        ("é", '"é"'),
        ("\ud800\x00", '"\\ud800\\u0000"'),
        ({"text": "x" * 5000}, '{"text": "' + "x" * (LONGEST_RECORD - 10)),
    ],
)
def test_a_record_is_json_of_bounded_length_that_can_be_stored(offending: object, record: str) -> None:
    assert as_record(offending) == record
    assert len(as_record(offending).encode()) <= LONGEST_RECORD + 1
