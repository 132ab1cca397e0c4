from datetime import date
from pathlib import Path

import pytest

from flows.readers.decoding import LARGEST_DOCUMENT
from models.event import Document
from tests.reading import CURLY, TEXT, outcomes, read, the_document

# cp1251, Russian: the Council of the EU has imposed sanctions on banks, a spokesman said
RUSSIAN = (
    "d1eee2e5f220c5d120e2e2b8eb20f1e0edeaf6e8e820eff0eef2e8e220e1e0edeaeee22c20f1eeeee1f9e8eb20eff0e5e4f1"
    "f2e0e2e8f2e5ebfc2e"
)


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
