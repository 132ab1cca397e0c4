"""Component `sanctionwire_roles`: for each act its actors, targets and date words, its action, status and measures."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc, Span, Token

from models.extraction.acts import window_words
from models.extraction.assembly import least_probability
from models.extraction.draft import Draft, drafts, windows
from models.extraction.encoding import ACTIONS, MEASURES, ROLES, STATUSES, Scores, best_tags
from models.extraction.model import ActReading, Model, WindowReading, shared_model


@Language.factory("sanctionwire_roles", requires=["doc._.drafts"], assigns=["doc._.drafts"])
def create(nlp: Language, name: str) -> Callable[[Doc], Doc]:
    """A component that fills the drafts of the acts; one without any party, or too unlikely, is dropped."""
    model = shared_model()
    least = least_probability(model.settings)

    def find_roles(doc: Doc) -> Doc:
        readings: Sequence[WindowReading] | None = doc._.readings
        if readings is None:  # no component has looked for acts
            return doc
        filled = list[Draft]()
        for number, (window, reading) in enumerate(zip(windows(doc), readings, strict=True)):
            acts = [draft for draft in drafts(doc) if draft.window == number and draft.probability >= least]
            words = window_words(window)
            for act, read in zip(acts, read_acts(model, reading, words, acts), strict=True):
                filled.append(fill(act, read, words, model.settings["measure_threshold"]))
        doc._.readings = None
        doc._.drafts = [draft for draft in filled if draft.actors or draft.targets]
        return doc

    return find_roles


def read_acts(model: Model, reading: WindowReading, words: Sequence[Token], acts: Sequence[Draft]) -> list[ActReading]:
    """What the model reads for the acts of one window, all at once: its 8-bit form reads them a little apart alone."""
    places = {word.i: place for place, word in enumerate(words)}
    return model.roles(reading, [[places[token.i] for token in act.trigger if token.i in places] for act in acts])


def fill(act: Draft, read: ActReading, words: list[Token], measure_threshold: float) -> Draft:
    """The act with what the model read for it. Its action joins both readings: of the word, and of the marked act."""
    spans, certainty = role_spans(read.roles, words)
    votes = read.actions + np.eye(len(ACTIONS), dtype=np.float32)[ACTIONS.index(act.action)] * 0.5
    chosen = {int(read.measures.argmax()), *np.flatnonzero(read.measures > measure_threshold).tolist()}
    return replace(
        act,
        action=ACTIONS[int(votes.argmax())],
        status=STATUSES[int(read.statuses.argmax())],
        measures=tuple(measure for place, measure in enumerate(MEASURES) if place in chosen),
        actors=tuple(spans["actor"]),
        targets=tuple(spans["target"]),
        when=spans["date"][0] if spans["date"] else None,
        certainty=certainty,
    )


def role_spans(scores: Scores, words: list[Token]) -> tuple[dict[str, list[Span]], float]:
    """The spans of each role, and the probability of the least certain word in them (1 where there is none)."""
    tags = best_tags(scores)
    spans: dict[str, list[Span]] = {role: [] for role in ROLES}
    for place, tag in enumerate(tags):
        if tag % 2 == 1:
            end = place + 1
            while end < len(tags) and tags[end] == tag + 1:
                end += 1
            spans[ROLES[tag // 2]].append(words[0].doc[words[place].i : words[end - 1].i + 1])
    told = [float(np.exp(scores[place, tag])) for place, tag in enumerate(tags) if tag]
    return spans, min(told, default=1.0)
