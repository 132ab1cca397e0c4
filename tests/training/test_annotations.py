"""Our own annotations hold together: labels exist, and every span is one of the passage it belongs to."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from models.event import Action, Measure, Status
from models.extraction.encoding import WordPieces
from models.extraction.model import WEIGHTS
from models.training.annotations import HERE, newswire, passage_text, passages
from models.training.passages import example, read

RECORD = {"prev": "Ruritania  objected.", "text": "The bloc froze\nassets. It left.", "id": "r"}


@pytest.fixture(scope="module")
def ours(shared: Path) -> list[dict[str, Any]]:
    return passages(shared / "corpora")


def lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (HERE / name).read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(
    ("span", "text"),
    [(None, "Ruritania objected. The bloc froze assets. It left."), ([4, 22], "bloc froze assets.")],
)
def test_a_passage_is_a_range_of_a_record_or_a_sentence_with_the_one_before(span: list[int] | None, text: str) -> None:
    assert passage_text(RECORD, span) == text


def test_newswire_stored_a_word_a_row_is_read_as_running_text(tmp_path: Path) -> None:
    sentences = ["Ruritania 's bank ( frozen ) left .", "It did n't pay $ 5 ."]
    rows = ["Sentence #,Word,POS,Tag"]
    for number, sentence in enumerate(sentences, start=1):
        first, *others = sentence.split()
        rows += [f"Sentence: {number},{first},TAG,O", *(f",{word},TAG,O" for word in others)]
    (tmp_path / "words.csv.gz").write_bytes(gzip.compress("\n".join(rows).encode()))
    told = {one["id"]: one["text"] for one in newswire(tmp_path / "words.csv.gz")}
    assert told == {"gmb-1": "Ruritania's bank (frozen) left.", "gmb-2": "It didn't pay $5."}


@pytest.mark.parametrize("name", ["annotations.jsonl", "written.jsonl"])
def test_every_label_is_one_of_the_codebook_and_every_event_names_a_party(name: str) -> None:
    events = [event for one in lines(name) for event in one["events"]]
    assert len(events) > 500
    for event in events:
        assert event["action"] in set(Action)
        assert event["status"] in set(Status)
        assert event["measure"]
        assert set(event["measure"]) <= set(Measure)
        assert event["actor"] or event["target"]


def test_annotations_hold_no_text() -> None:
    for one in lines("annotations.jsonl"):
        assert set(one) <= {"record", "span", "events"}


def test_what_a_written_passage_names_stands_in_it() -> None:
    for one in read([HERE / "written.jsonl"]):
        for event in one["events"]:
            parts = [event["trigger"], *(party["text"] for party in (*event["actor"], *event["target"]))]
            assert all(part in one["text"] for part in parts), one["id"]


def test_the_model_finds_the_words_of_every_act_in_the_texts(ours: list[dict[str, Any]]) -> None:
    pieces = WordPieces(WEIGHTS / "tokenizer.json")
    assert len(ours) == len(lines("annotations.jsonl")) + len(lines("written.jsonl"))
    for one in ours:
        assert len(example(one, pieces).acts) == len(one["events"]), one["id"]


def test_no_annotated_passage_is_one_of_those_that_accuracy_is_measured_on(
    shared: Path, ours: list[dict[str, Any]]
) -> None:
    measured = {
        line["text"]
        for name in ("dev", "own_dev_articles")
        for line in read([shared / "corpora" / "passages" / f"{name}.jsonl"])
    }
    assert measured.isdisjoint(one["text"] for one in ours)
