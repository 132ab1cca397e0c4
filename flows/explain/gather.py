"""Why a text gives the events it gives: what each component of the pipeline made of it, as plain values."""

from collections.abc import Iterator, Sequence
from dataclasses import MISSING, Field, fields, replace
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Any, cast

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc, Span

from flows.explain.explanation import (
    Act,
    ActWord,
    Change,
    Explanation,
    FoundDate,
    FoundParty,
    RoleSpan,
    Term,
    Window,
    Word,
)
from models.event import Event, EventDate, Party
from models.extraction.acts import window_words
from models.extraction.assembly import event, same_act
from models.extraction.dates import AHEAD
from models.extraction.draft import Draft, windows
from models.extraction.encoding import ACTIONS, MEASURES, ROLES, STATUSES, Scores
from models.extraction.gate import PARTY, Gate, Kind, default_gate, read_terms
from models.extraction.model import shared_model
from models.extraction.party_trace import Origin, origins
from models.extraction.trace import ActTrace, Trace, trace

LEAST = 0.05  # probabilities below it are not told

_COUNTRY = f"object, {PARTY}, from countries.csv"
_ASSEMBLY = "sanctionwire_assembly"

# The fields of a draft by other words, so that a party is called in it what it is called in the event.
_DRAFT_FIELDS = {
    "actors": "actor words",
    "targets": "target words",
    "when": "date words",
    "is_background": "background",
    "actor_parties": "actors",
    "target_parties": "targets",
}
_EVENT_FIELDS = ("actors", "action", "status", "targets", "measures", "date", "confidence")


def explain(nlp: Language, text: str, title: str | None = None, published: date | None = None) -> Explanation:
    """Run `text` through the pipeline `nlp` and tell what each component made of it."""
    # Bytes of a command line that are no text arrive as lone surrogates, which spaCy does not take.
    text, title = _text(text), None if title is None else _text(title)
    traced = trace(nlp, text, title, published)
    gate_open = default_gate().passes(title, text)
    return Explanation(
        text=text,
        title=title,
        published=published,
        gate_open=gate_open,
        terms=_terms((default_gate(), _single_terms(Kind.MEASURE)), text, title),
        lone=() if gate_open else _terms((_single_terms(Kind.CUE, Kind.OBJECT),), text, title),
        words=_words(traced.doc),
        windows=tuple(_window(*pair) for pair in zip(windows(traced.doc), traced.scores, strict=True)),
        acts=_acts(traced),
    )


def _text(given: str) -> str:
    return given.encode("utf-8", "replace").decode("utf-8")


def _terms(gates: Sequence[Gate], text: str, title: str | None) -> tuple[Term, ...]:
    """The terms that any of the gates finds: a gate alone tells no term that lies inside another match."""
    rows: dict[str, list[str]] = {}
    for term in read_terms():
        told = f"{term.text}{'*' if term.open_ended else ''} ({', '.join((term.kind, *sorted(term.groups)))})"
        rows.setdefault(term.text, []).append(told)
    found = list[Term]()
    for part, in_title in ((title or "", True), (text, False)):
        matches = {match for gate in gates for match in gate.terms(part)}
        for match in sorted(matches, key=lambda match: (match.start, match.end)):
            told = (" or ".join(rows.get(term, [f"{term} ({_COUNTRY})"])) for term in match.terms)
            found.append(Term(part[match.start : match.end], match.start, match.end, in_title, tuple(told)))
    return tuple(found)


def _single_terms(*kinds: Kind) -> Gate:
    """A gate that every term of these kinds in the seed opens alone."""
    return Gate(replace(term, kind=Kind.MEASURE) for term in read_terms() if term.kind in kinds)


def _words(doc: Doc) -> tuple[Word, ...]:
    starts = [0, *(t.i for t in doc if t.i and t.is_sent_start), len(doc)]
    sentences = [number for number, (start, end) in enumerate(pairwise(starts)) for _ in range(start, end)]
    return tuple(
        Word(t.text, t.idx, t.idx + len(t), sentences[t.i], t.tag_, t.lemma_, t.dep_, t.head.i if t.dep_ else t.i)
        for t in doc
    )


def _window(window: Span, scores: Scores) -> Window:
    # The model reads a window only so far: words beyond have no score.
    words = zip(window_words(window), scores, strict=False)
    told = (ActWord(w.i, w.text, _rounded(1 - row[0]), _likely(ACTIONS, row[1:])) for w, row in words)
    return Window(window.start, window.end - 1, tuple(word for word in told if word.probability > LEAST))


def _acts(traced: Trace) -> tuple[Act, ...]:
    standing = [act.draft for act in traced.acts if act.dropped_by is None]
    found = {id(draft): pair for draft, pair in zip(standing, origins(traced.doc, standing), strict=True)}
    free = list(cast(Sequence[Event], traced.doc._.sanctions_events))
    told = list[Act]()
    for act in traced.acts:
        own = None if act.dropped_by else event(act.draft, shared_model().settings["calibration"])
        final = next((e for e in free if own and (e.start, e.end) == (own.start, own.end)), None)
        if final:
            free.remove(final)
        told.append(_act(act, traced.doc, own, final, found.get(id(act.draft), ([], []))))
    return tuple(told)


def _act(
    act: ActTrace, doc: Doc, own: Event | None, final: Event | None, found: tuple[list[Origin], list[Origin]]
) -> Act:
    draft, reading = act.draft, act.reading
    words = [word.i for word in window_words(windows(doc)[draft.window])]
    roles = {"actor": draft.actors, "target": draft.targets, "date": (draft.when,) if draft.when else ()}
    trigger = RoleSpan(
        "trigger", draft.trigger.text, draft.trigger.start_char, draft.trigger.end_char, _rounded(draft.probability)
    )
    return Act(
        trigger=draft.trigger.text,
        outcome=_outcome(act, doc, own, final),
        probability=_rounded(draft.probability),
        certainty=_rounded(draft.certainty),
        confidence=(final or own).confidence if own else None,
        calibration=dict(shared_model().settings["calibration"]),
        spans=(trigger, *(_role_span(r, span, reading.roles, words) for r, spans in roles.items() for span in spans)),
        actions=_likely(ACTIONS, reading.actions),
        statuses=_likely(STATUSES, reading.statuses),
        measures=_likely(MEASURES, reading.measures),
        parties=tuple(
            FoundParty(role, party.text, party.name, party.id, origin.how.value, origin.source)
            for role, parties, several in zip(
                ("actor", "target"), (draft.actor_parties, draft.target_parties), found, strict=True
            )
            for party, origin in zip(parties, several, strict=True)
        ),
        date=_date(draft),
        changes=tuple(_changes(act, own, final)),
    )


def _role_span(role: str, span: Span, scores: Scores, words: Sequence[int]) -> RoleSpan:
    """`scores` are log-probabilities by word and tag; a role has the tags B and I."""
    tag = 1 + 2 * ROLES.index(role)
    places = [place for place, word in enumerate(words[: len(scores)]) if span.start <= word < span.end]
    least = float(np.exp(scores[places, tag : tag + 2].max(-1).min())) if places else 0.0
    return RoleSpan(role, span.text, span.start_char, span.end_char, _rounded(least))


def _date(draft: Draft) -> FoundDate | None:
    if draft.when is None:
        return None
    looked = "ahead or back, whichever is nearer" if draft.status in AHEAD else "back"
    return FoundDate(draft.when.text, looked, _said(draft.date) if draft.date else None)


def _outcome(act: ActTrace, doc: Doc, own: Event | None, final: Event | None) -> str:
    if own is None:
        return f"dropped by {act.dropped_by}"
    if final:
        return "event"
    told = next((e for e in cast(Sequence[Event], doc._.sanctions_events) if same_act(own, e)), None)
    return f"told again: merged with {told.trigger!r} at character {told.start}" if told else "left out"


def _changes(act: ActTrace, own: Event | None, final: Event | None) -> Iterator[Change]:
    """Which component gave and changed each field, of the draft and then of the event that it became."""
    before: dict[str, str] = {}
    for step in act.steps:
        yield from _differences(before, _draft_fields(step.draft), step.component)
    if own:
        yield from _differences(before, before | _event_fields(final or own), _ASSEMBLY)


def _differences(before: dict[str, str], after: dict[str, str], component: str) -> Iterator[Change]:
    """The changes from what the fields were before, which is brought up to date."""
    for name in {**before, **after}:
        if before.get(name) != after.get(name):
            yield Change(name, component, before.get(name), after.get(name, ""))
    before.clear()
    before.update(after)


def _draft_fields(draft: Draft) -> dict[str, str]:
    """What a draft says, by the words for it; nothing of a field that is as every draft begins."""
    said = {field.name: _said(getattr(draft, field.name)) for field in fields(draft) if _is_told(draft, field)}
    return {_DRAFT_FIELDS.get(name, name): text for name, text in said.items() if name != "window"}


def _is_told(draft: Draft, field: Field[Any]) -> bool:
    return field.default is MISSING or getattr(draft, field.name) != field.default


def _event_fields(event: Event) -> dict[str, str]:
    return {name: said for name in _EVENT_FIELDS if (said := _said(getattr(event, name)))}


def _said(value: object) -> str:
    """A field's value in words; nothing where it is empty."""
    if isinstance(value, Span):
        return value.text
    if isinstance(value, Party):
        return f"{value.name} ({value.id or 'no id'})"
    if isinstance(value, EventDate):
        days = f"{value.start} to {value.end}" if value.start else "days unknown"
        return f"{days}, precision {value.precision}, basis {value.basis}"
    if isinstance(value, tuple):
        return "; ".join(map(_said, cast(tuple[object, ...], value)))
    if isinstance(value, float):
        return f"{value:.2f}"
    return "" if value is None else str(value)


def _likely(labels: Sequence[StrEnum], probabilities: Scores) -> dict[str, float]:
    """The labels that are not too unlikely, the likeliest first."""
    told = sorted(zip(map(str, labels), map(_rounded, probabilities), strict=True), key=lambda pair: -pair[1])
    return {label: probability for label, probability in told if probability > LEAST}


def _rounded(probability: float) -> float:
    return round(float(probability), 3)
