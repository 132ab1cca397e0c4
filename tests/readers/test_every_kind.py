import csv
import json
import tracemalloc
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.readers.record import FIELDS
from flows.sources import documents
from models.event import Document
from models.rejection import Rejection
from tests.reading import TEXT, outcomes, read, the_document


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize(
    ("name", "content", "origin"),
    [
        ("a.txt", f"---\ntitle: T\npublished: 2025-09-08\n---\n{TEXT}", "a.txt"),
        ("a.md", f'---\ntitle: "T"\npublished: "2025-09-08"\n---\n\n{TEXT}', "a.md"),
        (
            "a.jsonl",
            json.dumps({"id": "x", "text": TEXT, "title": "T", "published": "2025-09-08T10:00:00Z"}),
            "a.jsonl#x",
        ),
        ("a.json", json.dumps([{"text": TEXT, "title": "T", "published": "2025-09-08"}]), "a.json#row-1"),
        ("a.csv", f"id,text,title,published\n7,{TEXT},T,2025-09-08\n", "a.csv#7"),
        ("a.parquet", None, "a.parquet#7"),
    ],
)
def test_every_kind_gives_the_same_document(name: str, content: str | None, origin: str, compressed: bool) -> None:
    data = content.encode() if content else parquet_of(id=7, text=TEXT, title="T", published=date(2025, 9, 8))
    ending = ".gz" if compressed else ""
    document = the_document(read(Path(name + ending), data))
    assert document == Document(origin.replace(name, name + ending), TEXT, "T", date(2025, 9, 8))


def parquet_of(**row: object) -> bytes:
    path = Path("made.bin")
    pl.DataFrame([row]).write_parquet(path)
    return path.read_bytes()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32", "utf-16-le"])
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", '{"text": "one"}\n{"text": "two"}'),
        ("a.json", '[{"text": "one"},{"text": "two"}]'),
        ("a.csv", "text\none\ntwo\n"),
    ],
)
def test_tables_may_have_a_byte_order_mark(name: str, content: str, encoding: str) -> None:
    assert outcomes(read(Path(name), content.encode(encoding))) == ["one", "two"]


@pytest.mark.parametrize("name", ["a.jsonl", "a.json", "a.csv"])
def test_memory_does_not_grow_with_the_table(name: str) -> None:
    rows = [{"id": row, "text": TEXT * 20} for row in range(6_000)]  # 8 MB
    with Path(name).open("w", newline="") as file:
        if name == "a.csv":
            writer = csv.DictWriter(file, ["id", "text"])
            writer.writeheader()
            writer.writerows(rows)
        elif name == "a.json":
            json.dump(rows, file)
        else:
            file.writelines(json.dumps(row) + "\n" for row in rows)
    stream = documents([name])
    next(stream)
    tracemalloc.start()
    assert sum(1 for _ in stream) == len(rows) - 1
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2_000_000


_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
_filled = _text.filter(lambda text: bool(text.strip()))
_rows = st.lists(
    st.builds(
        dict,
        id=st.none() | _filled,
        text=_filled,
        title=st.none() | _filled,
        published=st.none() | st.dates(date(1900, 1, 1), date(2100, 12, 31)),
        url=st.none() | _filled,
        source=st.none() | _filled,
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_rows)
@pytest.mark.parametrize("name", ["a.jsonl", "a.json", "a.csv", "a.parquet"])
def test_documents_that_are_written_read_back_equal(name: str, rows: list[dict[str, object]]) -> None:
    path = Path(name)
    plain = [{**row, "published": row["published"] and str(row["published"])} for row in rows]
    if name == "a.parquet":
        types = {field: pl.Date if field == "published" else pl.String for field in FIELDS}
        pl.DataFrame(rows, schema=types).write_parquet(path)
    elif name == "a.csv":
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, FIELDS, quoting=csv.QUOTE_ALL)
            writer.writeheader()
            writer.writerows(plain)
    elif name == "a.json":
        path.write_text(json.dumps(plain))
    else:
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in plain), newline="")
    found = list(documents([path]))
    assert all(isinstance(item, Document) for item in found), found
    wanted = ("text", "title", "published", "url", "source")
    assert [{field: getattr(item, field) for field in wanted} for item in found] == [
        {field: row[field] for field in wanted} for row in rows
    ]
    assert [item.origin for item, row in zip(found, rows, strict=True) if row["id"]] == [
        f"{name}#{row['id']}" for row in rows if row["id"]
    ]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300))
@pytest.mark.parametrize("name", ["a.txt", "a.html", "a.jsonl", "a.json", "a.csv", "a.parquet", "a.txt.gz"])
def test_any_bytes_give_documents_or_rejections_of_one_line(name: str, data: bytes) -> None:
    Path(name).write_bytes(data)
    found = list(documents([name]))
    assert found or not data.strip() or name == "a.jsonl"
    for item in found:
        if isinstance(item, Rejection):
            assert "\n" not in item.reason
            item.reason.encode()
        else:
            item.text.encode()
