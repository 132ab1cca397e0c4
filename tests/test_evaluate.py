import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from flows.cli import app
from models.scoring import LEVELS
from tests.conftest import CASES

PARTY = {"text": "EU", "name": "European Union"}
EVENT = {"actor": [PARTY], "action": "impose", "status": "enacted", "target": [], "measure": ["general"], "date": None}
DOCUMENT = {"id": "a", "text": "The EU imposed sanctions.", "published": "2024-05-08", "events": [EVENT]}


def evaluate(gold: Path, *options: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["evaluate", str(gold), *options])
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done.exit_code, done.stdout, done.stderr


def written(path: Path, *documents: dict[str, Any]) -> Path:
    path.write_text("".join(f"{json.dumps(one, ensure_ascii=False)}\n" for one in documents), encoding="utf-8")
    return path


@pytest.fixture
def gold(tmp_path: Path, cases: list[dict[str, Any]]) -> Path:
    """A few of the annotated cases, with an event that no text holds, so that there is something to disagree on."""
    absent = DOCUMENT | {"id": "absent", "text": "It rained.\u2028It rained on."}
    return written(tmp_path / "gold.jsonl", *cases[:5], absent)


def test_figures_are_printed_for_each_level(gold: Path) -> None:
    code, out, err = evaluate(gold)
    assert (code, err) == (0, "")
    assert [line.split()[0] for line in out.splitlines()[1:6]] == list(LEVELS)
    assert "6 documents, " in out


def test_figures_as_json_parse(gold: Path) -> None:
    code, out, _ = evaluate(gold, "--json")
    figures = json.loads(out)
    assert code == 0
    assert list(figures["levels"]) == list(LEVELS)
    for level in figures["levels"].values():
        assert all(0 <= level[name] <= 1 for name in ("precision", "recall", "f1"))
    assert figures["counts"]["documents"] == 6


@pytest.mark.parametrize("as_json", [True, False])
def test_the_first_disagreements_are_shown_beside_the_figures(gold: Path, as_json: bool) -> None:
    code, out, err = evaluate(gold, "--errors", "1000", *(["--json"] if as_json else []))
    assert code == 0
    assert '"document": "absent"' in (err if as_json else out)
    if as_json:
        json.loads(out)
    assert '"document"' not in "".join(evaluate(gold, "--errors", "0")[1:])


def test_the_least_confidence_leaves_events_out(gold: Path) -> None:
    assert json.loads(evaluate(gold, "--json", "--min-confidence", "1")[1])["counts"]["extracted"] == 0
    assert json.loads(evaluate(gold, "--json")[1])["counts"]["extracted"] > 0


@pytest.mark.parametrize(
    ("second", "said"),
    [
        ("{broken", "Expecting property name"),
        ('["a"]', "no annotated document"),
        (json.dumps({"id": "b", "text": "It rained."}), "events"),
        (json.dumps(DOCUMENT | {"id": 5}), "id is no string"),
        (json.dumps(DOCUMENT | {"text": None}), "text is no string"),
        (json.dumps(DOCUMENT | {"events": ["impose"]}), "no annotated document"),
        (json.dumps(DOCUMENT | {"events": [EVENT | {"action": "ban"}]}), "unknown action"),
        (json.dumps(DOCUMENT | {"events": [EVENT | {"target": ["Iran"]}]}), "no annotated document"),
        (json.dumps(DOCUMENT | {"events": [{"action": "impose"}]}), "actor"),
        (json.dumps(DOCUMENT | {"published": "2024-13-01"}), "month"),
        (json.dumps(DOCUMENT | {"published": 2024}), "no annotated document"),
        (json.dumps(DOCUMENT | {"title": 5}), "title is neither a string nor null"),
        (json.dumps(DOCUMENT | {"events": [EVENT | {"date": "2024-05-08"}]}), "no annotated document"),
        (json.dumps(DOCUMENT | {"events": [EVENT | {"date": {"start": 2024}}]}), "start is neither a string nor null"),
        (json.dumps(DOCUMENT | {"events": [EVENT | {"measure": "general"}]}), "measure is no list"),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, second: str, said: str) -> None:
    (tmp_path / "gold.jsonl").write_text(f"{json.dumps(DOCUMENT)}\n{second}\n")
    code, out, err = evaluate(tmp_path / "gold.jsonl")
    assert (code, out) == (1, "")
    assert len(err.splitlines()) == 1
    assert err.startswith(f"sanctionwire: {tmp_path}/gold.jsonl:2: no annotated document")
    assert said in err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read"),
        (b"", "no annotated document"),
        (b"\n \n", "no annotated document"),
        (b"\xff\xfe\x00\xd8", "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, content: bytes | None, said: str) -> None:
    if content is not None:
        (tmp_path / "gold.jsonl").write_bytes(content)
    code, out, err = evaluate(tmp_path / "gold.jsonl", "--json")
    assert (code, out) == (1, "")
    assert len(err.splitlines()) == 1
    assert err.startswith(f"sanctionwire: {tmp_path}/gold.jsonl: ")
    assert said in err


@pytest.mark.slow
def test_all_syntax_cases_are_measured(cases: list[dict[str, Any]]) -> None:
    counts = json.loads(evaluate(CASES, "--json")[1])["counts"]
    assert counts["documents"] == len(cases)
    assert counts["annotated"] == sum(len(case["events"]) for case in cases)
