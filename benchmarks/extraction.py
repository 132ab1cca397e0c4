"""Speed and memory of the extraction: `python -m benchmarks.extraction [--documents N]`, on Linux.

All texts are our own: the sample articles, the test sentences, and the words without meaning of `benchmarks.gate`.
Memory and time to load are those of an installation without the training extra: spaCy loads torch where there is one.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from os import sysconf
from pathlib import Path
from random import Random
from resource import RUSAGE_SELF, getrusage
from statistics import median
from time import perf_counter
from typing import Annotated

import spacy
import typer
from rich.progress import track
from rich.table import Table
from spacy.language import Language
from spacy.tokens import Doc

from benchmarks.gate import WORDS, synthetic
from flows.screen import screen
from flows.sources import documents
from models.event import Document
from models.extraction.gate import default_gate
from models.extraction.pipeline import LANGUAGE_MODEL, build, extract
from models.extraction.windows import mark_sentences

ROOT = Path(__file__).resolve().parents[1]
ARTICLES = ROOT / "seeds" / "articles"
SENTENCES = ROOT / "tests" / "cases" / "syntax.jsonl"

PASSAGE_TOKENS = 80
ROUNDS = 3  # each passage is read so many times
EVERY = 50  # one document in so many concerns sanctions
COMPARED = 1_000  # documents that the bare pipeline reads too
SAMPLES = 1_000  # of resident memory

LOAD = """
from time import perf_counter
from models.extraction.pipeline import build
begin = perf_counter()
build()
print(perf_counter() - begin)
"""


def main(documents: Annotated[int, typer.Option(help="Documents of the memory run", min=1_000)] = 100_000) -> None:
    """Measure, and print one table."""
    table = Table("figure", "measured", "target", title="Speed and memory")
    nlp = build()
    first, last, peak = memory(nlp, documents)
    size, whole, model = passages_a_second(nlp)
    ours, bare = documents_a_second(nlp)
    started, built = load_seconds()
    table.add_row(f"passages of {size:.0f} tokens a second, acts and roles", f"{model:.1f}", "30")
    table.add_row(f"passages of {size:.0f} tokens a second, whole pipeline", f"{whole:.1f}", "")
    table.add_row(f"documents a second, 1 in {EVERY} on sanctions", f"{ours:,.0f}", "")
    table.add_row("the same by a bare en_core_web_sm", f"{bare:.1f}", "")
    table.add_row("ratio", f"{ours / bare:.1f}", "8, stretch 15")
    table.add_row("seconds to load", f"{built:.1f}", "under 3")
    table.add_row("the same in a fresh process, with Python's start and imports", f"{started:.1f}", "")
    table.add_row(f"resident MB, first tenth of {documents:,} documents", f"{first:,.0f}", "")
    table.add_row("resident MB, last tenth", f"{last:,.0f}", "")
    table.add_row("growth", f"{last / first - 1:+.1%}", "at most 5 %")
    table.add_row("resident MB at most", f"{peak:,.0f}", "under 1,200")
    screen().print(table)
    if "torch" in sys.modules:
        typer.echo("spaCy has loaded torch, which comes with the training extra: measure memory and loading without it")


def passages_a_second(nlp: Language) -> tuple[float, float, float]:
    """The mean length of a passage in tokens, and passages a second by all components and by acts and roles alone."""
    read = [doc for doc in _passages(nlp) if default_gate().passes(None, doc.text)]
    texts = [doc.text for doc in read]
    begin = perf_counter()
    for _ in range(ROUNDS):
        for text in texts:
            nlp(text)
    middle = perf_counter()
    model = sum(_model_seconds(nlp, text) for _ in range(ROUNDS) for text in texts)
    count = ROUNDS * len(texts)
    return sum(map(len, read)) / len(read), count / (middle - begin), count / model


def documents_a_second(nlp: Language) -> tuple[float, float]:
    """Documents of the stream a second, by us and by `nlp.pipe` of the bare language model over all of them."""
    read = list(stream(COMPARED))
    bare = spacy.load(LANGUAGE_MODEL)
    begin = perf_counter()
    _exhaust(extract(nlp, read))
    middle = perf_counter()
    _exhaust(bare.pipe(document.text for document in read))
    return COMPARED / (middle - begin), COMPARED / (perf_counter() - middle)


def load_seconds() -> tuple[float, float]:
    """How long a fresh process takes from its start to its end, and of that to load; medians of three."""
    started, built = list[float](), list[float]()
    for _ in range(3):
        begin = perf_counter()
        done = subprocess.run([sys.executable, "-c", LOAD], check=True, cwd=ROOT, stdout=subprocess.PIPE)  # noqa: S603
        started.append(perf_counter() - begin)
        built.append(float(done.stdout))
    return median(started), median(built)


def memory(nlp: Language, count: int) -> tuple[float, float, float]:
    """The most resident MB in the first tenth of a stream of `count` documents, in the last tenth, and ever.

    The first two are the greatest of samples; the last is what the system noted, of this whole process.
    """
    resident = list[float]()
    for number, _ in enumerate(track(extract(nlp, stream(count)), "memory", count)):
        if number % (count // SAMPLES) == 0:
            resident.append(_resident_mb())
    tenth = len(resident) // 10
    peak = getrusage(RUSAGE_SELF).ru_maxrss * 1024 / 1e6  # Linux tells it in KiB
    return max(resident[:tenth]), max(resident[-tenth:]), peak


def stream(count: int) -> Iterator[Document]:
    """Documents of 400 words, the same on every run; one in `EVERY` is made of whole sample articles, in any order."""
    random = Random(0)  # noqa: S311
    articles = _articles()
    for number, text in enumerate(synthetic(count)):
        if number % EVERY:
            yield Document(str(number), text)
        else:
            told = random.sample(articles, len(articles))
            words = islice((word for article in told for word in article.text.split(" ")), WORDS)
            yield Document(str(number), " ".join(words), told[0].title, told[0].published)


def _articles() -> list[Document]:
    return [found for found in documents([ARTICLES]) if isinstance(found, Document)]


def _passages(nlp: Language) -> Iterator[Doc]:
    """The sentences of articles and tests in passages of about `PASSAGE_TOKENS`."""
    with SENTENCES.open(encoding="utf-8") as lines:
        sentences = "\n\n".join(json.loads(line)["text"] for line in lines)
    for text in [*(article.text for article in _articles()), sentences]:
        passage, size = list[str](), 0
        for sentence in mark_sentences(nlp.make_doc(text)):
            passage.append(sentence.text.strip())
            size += len(sentence)
            if size > PASSAGE_TOKENS - 10:  # half a sentence less
                yield nlp.make_doc(" ".join(passage))
                passage, size = [], 0


def _model_seconds(nlp: Language, text: str) -> float:
    doc = _through(nlp, ("sanctionwire_gate", "sanctionwire_windows"), nlp.make_doc(text))
    begin = perf_counter()
    _through(nlp, ("sanctionwire_acts", "sanctionwire_roles"), doc)
    return perf_counter() - begin


def _through(nlp: Language, components: Sequence[str], doc: Doc) -> Doc:
    for component in components:
        doc = nlp.get_pipe(component)(doc)
    return doc


def _exhaust(read: Iterator[object]) -> None:
    for _ in read:
        pass


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    typer.run(main)
