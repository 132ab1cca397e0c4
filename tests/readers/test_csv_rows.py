from pathlib import Path

import pytest

from flows.readers.decoding import LARGEST_DOCUMENT
from tests.reading import CURLY, outcomes, read


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
