from pathlib import Path

import pytest

from tests.reading import outcomes, read


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
        ('[{"text": "one"}]\n[{"text": "two"}]', ["one", (2, "broken_json")]),
        ('[{"text": "one"}] and more', ["one", (1, "broken_json")]),
        ('[]\n{"text": "two"}', [(2, "broken_json")]),
        ('[{"text": "one"}]' + " \n" * 100_000, ["one"]),
        ("[" * 100_000, [(1, "broken_json")]),
        ('[{"text": "' + "x" * 22_000_000 + '"}]', [(1, "too_large")]),
        (b'[{"text": "caf\xe9"}]', [(1, "encoding")]),
        (b"\x00\x01\x02", [(None, "binary")]),
    ],
)
def test_a_json_file_is_read_up_to_where_it_breaks(content: str | bytes, expected: list[object]) -> None:
    assert outcomes(read(Path("a.json"), content)) == expected
