"""Component `sanctionwire_syntax`: tags, lemmas, parse and entities of the windows, by a pretrained spaCy pipeline.

Only the windows are parsed; the rest of a document stays plain tokens.
"""

from collections.abc import Callable

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
        for window in windows(doc):
            parsed = window.as_doc()
            for _, component in syntax.pipeline:
                parsed = component(parsed)
            for token, other in zip(window, parsed, strict=True):
                token.tag_, token.pos_, token.lemma_ = other.tag_, other.pos_, other.lemma_
                token.dep_, token.head = other.dep_, doc[window.start + other.head.i]
            entities += [Span(doc, window.start + e.start, window.start + e.end, e.label_) for e in parsed.ents]
        doc.set_ents(filter_spans(entities), default="unmodified")  # windows may share sentences
        return doc

    return parse
