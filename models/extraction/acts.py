"""Component `sanctionwire_acts`: the words of each window that tell an act, as drafts with action and probability."""

from collections.abc import Callable
from itertools import groupby

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc, Span, Token

from models.extraction import extensions
from models.extraction.draft import Draft, windows
from models.extraction.encoding import ACTIONS, Scores
from models.extraction.model import WindowReading, shared_model

MAX_TITLE = 1000  # characters: more than the words of it that the model reads

extensions.register(title=None, readings=None)


@Language.factory("sanctionwire_acts", requires=["doc.spans"], assigns=["doc._.drafts"])
def create(nlp: Language, name: str) -> Callable[[Doc], Doc]:
    """A component that reads `doc.spans["windows"]`, sets `doc._.drafts`, and keeps the readings for the roles."""
    model = shared_model()

    def find_acts(doc: Doc) -> Doc:
        title = [token.text for token in nlp.make_doc((doc._.title or "")[:MAX_TITLE]) if not token.is_space]
        readings, found = list[WindowReading](), list[Draft]()
        for number, window in enumerate(windows(doc)):
            words = window_words(window)
            reading = model.read([word.text for word in words], title)
            found += find(doc, number, words, model.acts(reading), model.settings["act_threshold"])
            readings.append(reading)
        doc._.readings, doc._.drafts = readings, found
        return doc

    return find_acts


def find(doc: Doc, window: int, words: list[Token], scores: Scores, threshold: float) -> list[Draft]:
    """Runs of neighbouring words of a sentence that tell an act of the same action; `scores` as of `Model.acts`."""
    told = np.where(1 - scores[:, 0] > threshold, scores[:, 1:].argmax(-1), -1)
    sentences = [word.sent.start if doc.has_annotation("SENT_START") else 0 for word in words]
    acts = list[Draft]()
    for (action, _), run in groupby(range(len(told)), key=lambda i: (int(told[i]), sentences[i])):
        if action >= 0:
            inside = list(run)
            trigger = doc[words[inside[0]].i : words[inside[-1]].i + 1]
            probabilities = 1 - scores[inside, 0]
            acts.append(Draft(window, trigger, float(probabilities.max()), ACTIONS[action]))
    return acts


def window_words(window: Span) -> list[Token]:
    """The tokens of a window that the model reads: all but white space."""
    return [token for token in window if not token.is_space]
