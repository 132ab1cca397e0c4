"""Component `sanctionwire_syntax`: tags, lemmas, parse and entities of the windows, by a pretrained spaCy pipeline.

Only the windows are parsed; the rest of a document stays plain tokens. A word that two windows share keeps its first
parse, and all heads are set at once: a tree that is mixed from two parses, or changed head by head, can crash spaCy.
"""

from collections.abc import Callable

import numpy as np
import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.util import filter_spans

from models.errors import SetupError
from models.extraction.draft import windows


@Language.factory("sanctionwire_syntax", requires=["doc.spans"])
def create(nlp: Language, name: str, model: str) -> Callable[[Doc], Doc]:
    """A component that runs the installed spaCy pipeline `model` over each window.

    Raises SetupError where no such pipeline is installed.
    """
    try:
        syntax = spacy.load(model, vocab=nlp.vocab)
    except OSError as error:
        raise SetupError(f"{model}: no such spaCy pipeline; install it, or name another one") from error

    def parse(doc: Doc) -> Doc:
        entities = list[Span]()
        tree = np.zeros((len(doc), 2), dtype=np.uint64)  # of each token: how far on its head is, and its relation
        done = 0
        for window in sorted(windows(doc), key=lambda window: window.start):
            parsed = window.as_doc()
            for _, component in syntax.pipeline:
                parsed = component(parsed)
            for token, other in zip(window, parsed, strict=True):
                if token.i >= done:
                    token.tag_, token.pos_, token.lemma_ = other.tag_, other.pos_, other.lemma_
                    tree[token.i] = (other.head.i - other.i) % 2**64, other.dep
            done = max(done, window.end)
            entities += [Span(doc, window.start + e.start, window.start + e.end, e.label_) for e in parsed.ents]
        if done:
            doc.from_array(["HEAD", "DEP"], tree)  # pyright: ignore[reportArgumentType] (its stub knows 32 bits only)
        doc.set_ents(filter_spans(entities), default="unmodified")
        return doc

    return parse
