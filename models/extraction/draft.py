"""An event on its way through the pipeline: each component adds what it knows and hands on a new draft."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from spacy.tokens import Doc, Span

from models.event import Action, EventDate, Measure, Party, Status
from models.extraction import extensions

extensions.register(drafts=None)


@dataclass(frozen=True, slots=True)
class Draft:
    """One act in a window, with the spans that the model gave it and what later components made of them."""

    window: int
    trigger: Span
    probability: float
    action: Action
    status: Status | None = None
    measures: tuple[Measure, ...] = ()
    actors: tuple[Span, ...] = ()
    targets: tuple[Span, ...] = ()
    when: Span | None = None
    certainty: float = 1.0
    date: EventDate | None = None
    is_background: bool = False
    actor_parties: tuple[Party, ...] = ()
    target_parties: tuple[Party, ...] = ()


def drafts(doc: Doc) -> Sequence[Draft]:
    """The drafts of a document; none before `sanctionwire_acts` has run."""
    return cast(Sequence[Draft], doc._.drafts or ())


def windows(doc: Doc) -> Sequence[Span]:
    """The windows of a document; none before `sanctionwire_windows` has run, or where the gate stays shut."""
    return cast(Sequence[Span], doc.spans.get("windows", ()))
