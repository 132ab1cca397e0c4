import csv
import gzip
import json
import logging
import tracemalloc
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.readers.decoding import LARGEST_DOCUMENT
from flows.readers.record import FIELDS
from flows.sources import documents
from models.event import Document
from models.rejection import Rejection

TEXT = "The European Union imposed sanctions on Russian banks on Monday."
CURLY = "Iran\u2019s oil \u201cexports\u201d were sanctioned \u2013 a café in Zürich paid £5."
# cp1251, Russian: the Council of the EU has imposed sanctions on banks, a spokesman said
RUSSIAN = (
    "d1eee2e5f220c5d120e2e2b8eb20f1e0edeaf6e8e820eff0eef2e8e220e1e0edeaeee22c20f1eeeee1f9e8eb20eff0e5e4f1"
    "f2e0e2e8f2e5ebfc2e"
)
HEAD = (
    '<title>EU acts | Example News</title><meta property="og:site_name" content="Example News">'
    '<meta property="article:published_time" content="2025-09-08T23:00:00+02:00">'
    '<link rel="canonical" href="https://news.example/eu-acts">'
)


def page(body: str, head: str = "") -> str:
    return f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>"


def read(path: Path, content: str | bytes) -> list[Document | Rejection]:
    data = content.encode() if isinstance(content, str) else content
    path.write_bytes(gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)
    return list(documents([path]))


def outcomes(found: list[Document | Rejection]) -> list[str | tuple[int | None, str]]:
    """The text of each document, line and check of each rejection."""
    return [item.text if isinstance(item, Document) else (item.line, item.check) for item in found]


def the_document(found: list[Document | Rejection]) -> Document:
    assert [type(item) for item in found] == [Document], found
    assert isinstance(found[0], Document)
    return found[0]


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


# --- every kind, plain and compressed


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


# --- plain text


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (CURLY.encode(), CURLY),
        (CURLY.encode("utf-8-sig"), CURLY),
        (CURLY.encode("utf-16"), CURLY),
        (TEXT.encode("utf-16-le"), TEXT),
        (TEXT.encode("utf-16-be"), TEXT),
        (CURLY.encode("utf-32"), CURLY),
        (CURLY.encode("cp1252"), CURLY),
        (bytes.fromhex(RUSSIAN), None),
        (b"One.\r\nTwo.\rThree.\n", "One.\nTwo.\nThree.\n"),
    ],
)
def test_text_is_read_in_the_encoding_that_it_has(data: bytes, text: str | None) -> None:
    assert the_document(read(Path("a.txt"), data)).text == (text or data.decode("cp1251"))


def test_an_encoding_that_was_found_is_told(caplog: pytest.LogCaptureFixture) -> None:
    read(Path("a.txt"), CURLY.encode("cp1252"))
    assert [record.getMessage() for record in caplog.records] == ["a.txt: not UTF-8; read as cp1252"]


@pytest.mark.parametrize(
    ("data", "line", "check"),
    [
        (b"", None, "empty"),
        (b" \n\t\n", None, "empty"),
        (b"\xef\xbb\xbf", None, "empty"),
        (bytes(range(256)) * 4, None, "binary"),
        (b"PK\x03\x04\x00\x00", None, "binary"),
        (bytes(range(0x80, 0x100)) * 40, None, "encoding"),
        (b"\xff\xfea", None, "encoding"),
        (b"---\ntitle: T\n---\n\n", None, "empty"),
        (b"---\ntitle: T\npublished: 2025-02-30\n---\nText.", 3, "bad_date"),
        (b"---\npublished: 9999-01-01\n---\nText.", 2, "bad_date"),
        (b"x " * (LARGEST_DOCUMENT // 2 + 1), None, "too_large"),
    ],
)
def test_text_that_cannot_be_read_is_one_rejection(data: bytes, line: int | None, check: str) -> None:
    assert outcomes(read(Path("a.txt"), data)) == [(line, check)]


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ("title: EU: new sanctions", {"title": "EU: new sanctions"}),
        ("Title: 'In quotes'\nsource:\n# a comment\n", {"title": "In quotes"}),
        (
            "url: https://a.example/x?y=1\nsource: Example News",
            {"url": "https://a.example/x?y=1", "source": "Example News"},
        ),
        ("published: 2025-09-08 10:30", {"published": date(2025, 9, 8)}),
        ("title: T\ntags:\n  - x\n- y\nauthor: Z", {"title": "T"}),
    ],
)
def test_front_matter_gives_fields(block: str, expected: dict[str, object]) -> None:
    document = the_document(read(Path("a.md"), f"---\n{block}\n---\n\n{TEXT}\n---\nmore"))
    assert document == Document("a.md", f"{TEXT}\n---\nmore", **expected)  # pyright: ignore[reportArgumentType]


def test_a_key_that_is_not_read_is_told_with_its_line(caplog: pytest.LogCaptureFixture) -> None:
    read(Path("a.md"), f"---\ntitle: T\npublishd: 2025-09-08\n---\n{TEXT}")
    assert [record.getMessage() for record in caplog.records] == [
        "a.md:3: key 'publishd' is not read; those read are title, published, url, source"
    ]


@pytest.mark.parametrize("text", ["---\nno closing line", "---\nJust a rule above.\n---\nText.", "---\n\n---\nText."])
def test_what_is_no_front_matter_is_text(text: str) -> None:
    assert the_document(read(Path("a.md"), text)) == Document("a.md", text)


# --- web pages


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_a_page_gives_its_article_title_date_address_and_site(encoding: str) -> None:
    body = f"<nav>Home</nav><article><h1>EU acts</h1><p>{TEXT}</p><p>{CURLY}</p></article><footer>Imprint</footer>"
    html = page(body, f'<meta charset="{encoding}">{HEAD}')
    document = the_document(read(Path("a.html"), html.encode(encoding)))
    assert (document.title, document.published) == ("EU acts", date(2025, 9, 8))
    assert (document.url, document.source) == ("https://news.example/eu-acts", "Example News")
    assert TEXT in document.text
    assert CURLY in document.text
    assert "Imprint" not in document.text


def test_a_date_in_running_text_is_not_taken_for_that_of_publication() -> None:
    body = f"<article><p>{TEXT}</p><p>It had done so on 3 March 2014 as well.</p></article>"
    assert the_document(read(Path("a.html"), page(body))).published is None


@pytest.mark.parametrize(
    ("content", "check"),
    [
        ("", "empty"),
        (page(""), "html_without_text"),
        (page("<script>sanctions()</script><img src='a.png'>"), "html_without_text"),
        ("https://news.example/never-fetched", "html_without_text"),
        ("<<<>>>&&&<div", "html_without_text"),
        ("<div>" * 100_000, "html_without_text"),
        (b"\x00\x01\x02", "binary"),
        (b"x" * 6_000_000, "too_large"),
    ],
)
def test_a_page_without_text_is_one_rejection_and_no_noise(
    content: str | bytes, check: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        assert outcomes(read(Path("a.html"), content)) == [(None, check)]
    assert not caplog.records


# --- JSON lines and JSON


@pytest.mark.parametrize(
    ("line", "check"),
    [
        ('{"text": "cut o', "broken_json"),
        ("{'text': 'x'}", "broken_json"),
        ("[" * 100_000, "broken_json"),
        ('["text"]', "not_an_object"),
        ('"text"', "not_an_object"),
        ('{"title": "T"}', "no_text"),
        ('{"text": null}', "no_text"),
        ("{}", "no_text"),
        ('{"text": 5}', "bad_field"),
        ('{"text": ["a", "b"]}', "bad_field"),
        ('{"text": "x", "source": {"name": "N"}}', "bad_field"),
        ('{"text": "x", "id": true}', "bad_field"),
        ('{"text": " \\n"}', "empty"),
        ('{"text": "x", "published": "yesterday"}', "bad_date"),
        ('{"text": "x", "published": "2025-02-30"}', "bad_date"),
        ('{"text": "x", "published": "9999-12-31"}', "bad_date"),
        ('{"text": "x", "published": 1757289600}', "bad_date"),
        ('{"text": "' + "x" * LARGEST_DOCUMENT + '"}', "too_large"),
    ],
)
def test_a_bad_line_is_named_and_the_others_are_read(line: str, check: str) -> None:
    found = read(Path("a.jsonl"), f'{{"text": "before"}}\n\n{line}\n{{"text": "after"}}')
    assert outcomes(found) == ["before", (3, check), "after"]
    rejected = found[1]
    assert isinstance(rejected, Rejection)
    assert rejected.reason.startswith("a.jsonl:3: ")
    assert "\n" not in rejected.reason
    assert len(rejected.reason) < 250
    assert rejected.stage == "read"


def test_a_line_in_another_encoding_is_read_or_named() -> None:
    lines = [
        b'{"text": "one"}',
        f'{{"text": "{CURLY}"}}'.encode("cp1252"),
        b'{"text": "' + bytes(range(0x80, 0x100)) * 40 + b'"}',
        b'{"text": "z"}',
    ]
    assert outcomes(read(Path("a.jsonl"), b"\n".join(lines))) == ["one", CURLY, (3, "encoding"), "z"]


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


def test_what_no_database_stores_is_replaced_one_for_one(caplog: pytest.LogCaptureFixture) -> None:
    found = read(Path("a.jsonl"), '{"text": "a\\ud800b\\u0000c \\ud83d\\ude00"}\n{"text": "\\u0000"}')
    assert outcomes(found) == ["a\ufffdb\ufffdc 😀", "\ufffd"]
    assert len(caplog.records) == 1


def test_a_field_that_is_not_read_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    read(Path("a.jsonl"), '{"text": "x"}\n{"text": "y", "tittle": "T"}\n{"text": "z", "tittle": "T"}')
    assert [record.getMessage() for record in caplog.records] == [
        "a.jsonl:2: field 'tittle' is not read; those read are id, text, title, published, url, source"
    ]


def test_ids_may_be_numbers_and_rows_without_one_have_their_own_name() -> None:
    found = read(Path("a.jsonl"), '{"text": "x", "id": 2}\n{"text": "y"}\n{"text": "z", "id": ""}')
    assert [item.origin for item in found] == ["a.jsonl#2", "a.jsonl#row-2", "a.jsonl#row-3"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('[{"text": "one"}, {"text": "two"}]', ["one", "two"]),
        ('\n[\n{"text": "one"}\n,\n{"text": "two"}]\n', ["one", "two"]),
        ('{"text": "one"}', ["one"]),
        ('{"text": "one"}\n{"text": "two"}', ["one", "two"]),
        ('[{"text": "one"}, 12, {"text": ""}, {"text": "two"}]', ["one", (2, "not_an_object"), (3, "empty"), "two"]),
        ('{"articles": [{"text": "one"}]}', [(1, "no_text")]),
        ("", [(None, "empty")]),
        ("[]", [(None, "empty")]),
        ('[{"text": "one"},\n{"text": "two",\n,}]', ["one", (3, "broken_json")]),
        ('[{"text": "one"},\n{"text": "cu', ["one", (2, "broken_json")]),
        ('[{"text": "one"}\n{"text": "two"}]', ["one", (2, "broken_json")]),
        ('[{"text": "one"},\n', ["one", (2, "broken_json")]),
        ("[" * 100_000, [(1, "broken_json")]),
        ('[{"text": "' + "x" * 22_000_000 + '"}]', [(1, "too_large")]),
        (b'[{"text": "caf\xe9"}]', [(1, "encoding")]),
        (b"\x00\x01\x02", [(None, "binary")]),
    ],
)
def test_a_json_file_is_read_up_to_where_it_breaks(content: str | bytes, expected: list[object]) -> None:
    assert outcomes(read(Path("a.json"), content)) == expected


# --- CSV


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('text\n"a, ""b""\nc"\nd\n', ['a, "b"\nc', "d"]),
        ("id;text\n1;a, b\n", ["a, b"]),
        ("text\tid\r\na, b\t1\r\n", ["a, b"]),
        ("text,title\na,T\n\nb,\n", ["a", "b"]),
        ('id,text\n1,the "bloc" said\n', ['the "bloc" said']),
        ("id,text\n1,a\n2\n3,c,d\n4,d\n", ["a", (3, "field_count"), (4, "field_count"), "d"]),
        ('id,text\n1,"open\n2,b\n3,"c\nd"\n4,e\n', [(2, "misquoted"), "b", "c\nd", "e"]),
        ('id,text\n1,"a"x\n2,b\n3,"open at the end\n', [(2, "misquoted"), "b", (4, "misquoted")]),
        ("id,text,published\n1,a,2025-02-30\n2,b,\n", [(2, "bad_date"), "b"]),
        ("id,text\n1,\n2,b\n", [(2, "empty"), "b"]),
        ("", [(None, "empty")]),
        ("id,text\n", [(None, "empty")]),
        ("id,body\n1,x\n", [(1, "no_text_column")]),
        (f"text\n{CURLY}\nb\n".encode("cp1252"), [CURLY, "b"]),
        (b"text\n" + b"x" * (LARGEST_DOCUMENT + 1) + b"\nb\n", [(2, "too_large"), "b"]),
        (b'text\n"' + (b"x" * 2000 + b"\n") * (LARGEST_DOCUMENT // 2000), None),
        (b"text\n" + b"long " * 100_000 + b"\n", ["long " * 100_000]),
    ],
)
def test_csv_rows(content: str | bytes, expected: list[object] | None) -> None:
    found = outcomes(read(Path("a.csv"), content))
    if expected is None:  # a quote that is never closed costs one row
        assert found[0] == (2, "misquoted")
        assert set(found[1:]) == {"x" * 2000}
    else:
        assert found == expected


# --- Parquet


def test_parquet_rows_without_text_are_rejections_with_their_row() -> None:
    pl.DataFrame({"id": [1, 2, 3], "text": ["a", None, "c"]}).write_parquet("a.parquet", row_group_size=1)
    found = list(documents(["a.parquet"]))
    assert outcomes(found) == ["a", (2, "no_text"), "c"]
    assert found[1].reason.startswith("a.parquet:2: ")


@pytest.mark.parametrize(
    ("published", "expected"),
    [
        (pl.Series([date(2025, 9, 8)]), date(2025, 9, 8)),
        (pl.Series([datetime(2025, 9, 8, 23, 59, 59, 999)]), date(2025, 9, 8)),
        (pl.Series([datetime(2025, 9, 8, 23)]).dt.cast_time_unit("ns"), date(2025, 9, 8)),
        (pl.Series([datetime(2025, 9, 8, 23)]).dt.replace_time_zone("UTC"), date(2025, 9, 8)),
        (pl.Series(["2025-09-08"]), date(2025, 9, 8)),
        (pl.Series([4_000_000]).cast(pl.Date), "bad_date"),  # in year 12921
        (pl.Series([20250908]), "bad_date"),
    ],
)
def test_parquet_dates(published: pl.Series, expected: date | str) -> None:
    pl.DataFrame({"text": ["a"], "published": published}).write_parquet("a.parquet")
    found = next(documents(["a.parquet"]))
    assert (found.published if isinstance(found, Document) else found.check) == expected


@pytest.mark.parametrize(
    ("data", "check"),
    [(b"", "broken_parquet"), (b"PAR1 no table PAR1", "broken_parquet"), (TEXT.encode(), "broken_parquet")],
)
def test_broken_parquet_is_one_rejection(data: bytes, check: str) -> None:
    assert outcomes(read(Path("a.parquet"), data)) == [(None, check)]


def test_parquet_without_text_or_rows() -> None:
    pl.DataFrame({"body": ["a"]}).write_parquet("a.parquet")
    pl.DataFrame({"text": []}, schema={"text": pl.String}).write_parquet("b.parquet")
    assert outcomes(list(documents(["a.parquet", "b.parquet"]))) == [(None, "no_text_column"), (None, "empty")]


# --- compressed files


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


# --- memory


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


# --- what is written reads back

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
