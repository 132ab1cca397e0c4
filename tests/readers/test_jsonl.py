from pathlib import Path

import pytest

from flows.readers.decoding import LARGEST_DOCUMENT
from models.rejection import Rejection
from tests.reading import CURLY, outcomes, read


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
