"""The speed of the gate, and what it lets through. Run: `python -m benchmarks.gate`."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from time import perf_counter

from rich.table import Table

from flows.screen import screen
from models.extraction.gate import Kind, default_gate, read_terms

WORDS = 400
DOCUMENTS = 20_000
SHARED = Path(__file__).resolve().parents[1].parent / "shared" / "corpora"
_SYLLABLES = ("ba", "do", "fen", "gri", "ka", "lo", "mer", "nu", "pol", "ri", "san", "tar", "ve", "wi", "zon")


def main() -> None:
    """Prints documents a second on one core, and where the shared corpora are present the share that passes."""
    table = Table("documents", "number", "pass", "a second", title="Gate, one core")
    documents = list(synthetic(DOCUMENTS))
    gate = default_gate()
    begin = perf_counter()
    passed = sum(gate.passes(None, document) for document in documents)
    rate = DOCUMENTS / (perf_counter() - begin)
    table.add_row(f"synthetic, {WORDS} words", f"{DOCUMENTS:,}", f"{passed / DOCUMENTS:.2%}", f"{rate:,.0f}")
    for label, rows in _corpora():
        passed = sum(gate.passes(row["title"], row["text"]) for row in rows)
        table.add_row(label, f"{len(rows):,}", f"{passed / len(rows):.2%}", "")
    screen().print(table)


def synthetic(count: int) -> Iterator[str]:
    """Documents of words made of syllables, the same on every run.

    One word in twenty is a cue of the seed that stands there without its object, so that hardly a document passes.
    """
    random = Random(0)  # noqa: S311
    terms = read_terms()
    objects = {term.text for term in terms if term.kind is Kind.OBJECT}
    cues = [term.text for term in terms if term.kind is Kind.CUE and term.text not in objects]
    vocabulary = ["".join(random.choices(_SYLLABLES, k=random.randint(1, 4))) for _ in range(5_000)]
    for _ in range(count):
        sentences = ([*random.choices(vocabulary, k=19), random.choice(cues)] for _ in range(WORDS // 20))
        yield ". ".join(" ".join(sentence).capitalize() for sentence in sentences) + "."


def _corpora() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """The labelled rows of the shared corpora, as far as they are present."""
    passages = SHARED / "passages"
    for name in ("train", "own_train", "dev"):
        file = passages / f"{name}.jsonl"
        if file.is_file():
            with file.open(encoding="utf-8") as lines:
                rows = [json.loads(line) for line in lines]
            yield f"passages with an event, {name}", [row for row in rows if row["events"]]
    news = SHARED / "raw" / "news_without_sanctions.jsonl.gz"
    if news.is_file():
        with gzip.open(news, "rt", encoding="utf-8") as lines:
            yield "ordinary news", [json.loads(line) for line in lines]


if __name__ == "__main__":
    main()
