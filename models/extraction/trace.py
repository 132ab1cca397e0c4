"""The pipeline one component at a time, keeping what each made of every act: for people who ask why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from spacy.language import Language
from spacy.tokens import Doc

from models.extraction.acts import window_words
from models.extraction.draft import Draft, drafts, windows
from models.extraction.encoding import Scores
from models.extraction.model import ActReading, WindowReading, shared_model
from models.extraction.roles import read_acts

_Key = tuple[int, int, int]  # window and trigger tell one act from another


@dataclass(frozen=True, slots=True)
class Step:
    """An act as one component left it."""

    component: str
    draft: Draft


@dataclass(frozen=True, slots=True)
class ActTrace:
    """An act through the components that had it, what the model reads for it, and which component dropped it."""

    steps: tuple[Step, ...]
    reading: ActReading
    dropped_by: str | None

    @property
    def draft(self) -> Draft:
        """The act as it stood last."""
        return self.steps[-1].draft


@dataclass(frozen=True, slots=True)
class Trace:
    """A document that went through the pipeline, the act scores of each window as `Model.acts` gives them, the acts."""

    doc: Doc
    scores: tuple[Scores, ...]
    acts: tuple[ActTrace, ...]


def trace(nlp: Language, text: str, title: str | None = None, published: date | None = None) -> Trace:
    """Run the components of `nlp` over `text`, looking at the drafts after each."""
    doc = nlp.make_doc(text)
    doc._.title, doc._.published = title, published
    readings: Sequence[WindowReading] = ()
    steps: dict[_Key, list[Step]] = {}
    dropped: dict[_Key, str] = {}
    for name, component in nlp.pipeline:
        doc = component(doc)
        readings = doc._.readings or readings
        if doc._.drafts is None:
            continue
        standing = {_key(draft): draft for draft in drafts(doc)}
        dropped.update({key: name for key in steps if key not in standing and key not in dropped})
        for key, draft in standing.items():
            steps.setdefault(key, []).append(Step(name, draft))
    read = _read([taken[0].draft for taken in steps.values()], doc, readings)
    acts = (ActTrace(tuple(steps[key]), read[key], dropped.get(key)) for key in sorted(steps))
    return Trace(doc, tuple(shared_model().acts(reading) for reading in readings), tuple(acts))


def _key(draft: Draft) -> _Key:
    return draft.window, draft.trigger.start, draft.trigger.end


def _read(acts: Sequence[Draft], doc: Doc, readings: Sequence[WindowReading]) -> dict[_Key, ActReading]:
    """What the model reads for the acts, once more: its component keeps only what it takes from it."""
    read: dict[_Key, ActReading] = {}
    for number, (window, reading) in enumerate(zip(windows(doc), readings, strict=True)):
        here = [act for act in acts if act.window == number]
        read.update(zip(map(_key, here), read_acts(shared_model(), reading, window_words(window), here), strict=True))
    return read
