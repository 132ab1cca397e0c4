"""Our own annotations of texts that stay outside the repository, and passages that we wrote ourselves.

`annotations.jsonl` holds no text: it names a passage by the id of its record in the corpora (and a range of characters
in a long one), and gives spans as offsets into that passage. `written.jsonl` holds whole passages, with invented people
and firms, in the same format as the annotated corpus.
"""

import csv
import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from models.training.passages import Passage, read

HERE = Path(__file__).parent
TEXTS = ("unlabelled.jsonl.gz", "texts_about_sanctions.jsonl.gz")
NEWSWIRE = "ner/gmb_ner_dataset.csv.gz"


def passages(corpora: Path) -> list[Passage]:
    """Every annotated passage of ours, with the texts taken from `corpora`.

    Raises KeyError where the corpora lack a record that is annotated.
    """
    texts = {record["id"]: record for name in TEXTS for record in _records(corpora / name)}
    texts |= {record["id"]: record for record in newswire(corpora / NEWSWIRE)}
    ours = [json.loads(line) for line in (HERE / "annotations.jsonl").read_text(encoding="utf-8").splitlines()]
    return [*(_passage(one, texts[one["record"]]) for one in ours), *read([HERE / "written.jsonl"])]


def write(corpora: Path, path: Path) -> Path:
    """Write `passages` to the file `path` in the format of the corpus, and give the path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = (json.dumps(one, ensure_ascii=False) for one in passages(corpora))
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def passage_text(record: dict[str, Any], span: list[int] | None) -> str:
    """The words of a record that are annotated: a range of them, or the sentence with the one before."""
    words = record["text"][slice(*span)] if span else f"{record.get('prev') or ''} {record['text']}"
    return re.sub(r"\s+", " ", words).strip()


def newswire(path: Path) -> Iterator[dict[str, Any]]:
    """The sentences of the Groningen Meaning Bank, which holds a word a row, as running text."""
    sentences = list[tuple[str, list[str]]]()
    with gzip.open(path, "rt", encoding="latin-1") as lines:
        next(lines)  # the names of the columns
        for sentence, word, *_ in csv.reader(lines):
            if sentence:
                sentences.append((sentence.rpartition(" ")[2], []))
            sentences[-1][1].append(word)
    for number, words in sentences:
        yield {"id": f"gmb-{number}", "source": "gmb_voa", "title": None, "text": _joined(words)}


def _passage(one: dict[str, Any], record: dict[str, Any]) -> Passage:
    text = passage_text(record, one.get("span"))
    return {
        "id": record["id"],
        "source": record["source"],
        "title": record["title"],
        "published": record.get("published") or record.get("date"),
        "text": text,
        "events": [_event(event, text) for event in one["events"]],
    }


def _event(event: dict[str, Any], text: str) -> dict[str, Any]:
    def parties(role: str) -> list[dict[str, str]]:
        return [{"text": text[start:end], "name": name or text[start:end]} for start, end, name in event[role]]

    return {
        "actor": parties("actor"),
        "action": event["action"],
        "status": event["status"],
        "target": parties("target"),
        "measure": event["measure"],
        "date": {"text": text[slice(*event["date"])]} if event["date"] else None,
        "trigger": text[slice(*event["trigger"])],
    }


def _records(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _joined(words: list[str]) -> str:
    text = re.sub(r" (?='(?:s|re|ve|ll|d|m)\b|n't\b|[.,;:?!%)])", "", " ".join(words))
    return re.sub(r"(?<=[($]) ", "", text)
