"""Annotated passages as what the model learns from: words, and for each act its trigger, roles and labels."""

import json
import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import spacy

from models.event import Action, Measure, Status
from models.extraction.encoding import ACTIONS, MEASURES, STATUSES, ModelInput, WordPieces

ANNOTATED = ("passages/train.jsonl", "passages/own_train.jsonl")  # in the folder of the corpora
HELD_BACK = 12  # one document in so many is kept from the training

Span = tuple[int, int]
Passage = dict[str, Any]

_TOKENIZE = spacy.blank("en")


@dataclass(frozen=True, slots=True)
class Act:
    """One annotated act: spans are word positions, end excluded; labels are positions in the enums."""

    trigger: Span
    action: int
    status: int
    measures: tuple[int, ...]
    roles: tuple[tuple[Span, ...], tuple[Span, ...], tuple[Span, ...]]


@dataclass(frozen=True, slots=True)
class Example:
    """A passage as the model reads it, with the acts that lie within its reach."""

    sequence: ModelInput
    acts: tuple[Act, ...]


def read(paths: Iterable[Path]) -> list[Passage]:
    """All passages of JSONL files in the format of the corpus."""
    return [
        json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines() if line.strip()
    ]


def held_back(passage: Passage) -> bool:
    """Whether a passage is kept from the training, to set thresholds and confidence: one document in twelve."""
    document = str(passage["id"]).split("#")[0]
    return int(sha256(document.encode()).hexdigest()[:8], 16) % HELD_BACK == 0


def example(passage: Passage, pieces: WordPieces, *, with_title: bool = True) -> Example:
    """Align the annotation, given as strings, with the words of the passage."""
    words = [token for token in _TOKENIZE.make_doc(passage["text"]) if not token.is_space]
    starts = [(token.idx, token.idx + len(token)) for token in words]
    title = [t.text for t in _TOKENIZE.make_doc(passage.get("title") or "") if not t.is_space] if with_title else []
    sequence = pieces.sequence([token.text for token in words], title)
    reach = len(sequence.positions)
    acts = (_act(passage["text"], event, starts) for event in passage["events"])
    return Example(sequence, tuple(act for act in acts if act and act.trigger[1] <= reach))


def swap_countries(passage: Passage, forms: Sequence[tuple[str, str, str]], rng: random.Random) -> Passage:
    """The passage told of other countries, so that the model reads syntax and not who is known to sanction whom.

    `forms` holds (name, adjective, capital) of each country.
    """
    content = json.dumps(passage, ensure_ascii=False)
    found = [row for row in forms if any(re.search(rf"\b{re.escape(form)}\b", passage["text"]) for form in row if form)]
    others = rng.sample([row for row in forms if row not in found], len(found))
    swaps = {
        old: new
        for row, other in zip(found, others, strict=True)
        for old, new in zip(row, other, strict=True)
        if old and new
    }
    if not swaps:
        return passage
    either = re.compile("|".join(rf"\b{re.escape(form)}\b" for form in sorted(swaps, key=len, reverse=True)))
    return json.loads(either.sub(lambda match: swaps[match[0]], content))


def _act(text: str, event: dict[str, Any], words: list[Span]) -> Act | None:
    triggers = _occurrences(text, event["trigger"])
    if not triggers:
        return None
    parties = [[_occurrences(text, party["text"]) for party in event[role]] for role in ("actor", "target")]
    arguments = [spans for role in parties for spans in role if spans]

    def distance(trigger: Span) -> int:
        return sum(min(abs(span[0] - trigger[0]) for span in spans) for spans in arguments)

    trigger = min(triggers, key=distance)
    dates = [_occurrences(text, event["date"]["text"])] if event.get("date") else []

    def nearest(role: list[list[Span]]) -> tuple[Span, ...]:
        chosen = [min(spans, key=lambda span: abs(span[0] - trigger[0])) for spans in role if spans]
        return tuple(span for span in (_word_span(c, words) for c in chosen) if span)

    position = _word_span(trigger, words)
    if not position:
        return None
    measures = tuple(MEASURES.index(Measure(m)) for m in event["measure"])
    action, status = ACTIONS.index(Action(event["action"])), STATUSES.index(Status(event["status"]))
    return Act(position, action, status, measures, (nearest(parties[0]), nearest(parties[1]), nearest(dates)))


def _occurrences(text: str, part: str) -> list[Span]:
    """Character spans of `part`, whole words where there are any."""
    spans = [match.span() for match in re.finditer(re.escape(part), text)] if part else []
    whole = [s for s in spans if not re.match(r"\w\w", text[max(s[0] - 1, 0) : s[0] + 1]) or not s[0]]
    whole = [s for s in whole if not re.match(r"\w\w", text[s[1] - 1 : s[1] + 1])]
    return whole or spans


def _word_span(span: Span, words: list[Span]) -> Span | None:
    inside = [i for i, (start, end) in enumerate(words) if start < span[1] and end > span[0]]
    return (inside[0], inside[-1] + 1) if inside else None
