"""Component `sanctionwire_phrases`: the parties' spans as whole phrases, where the parse shows that one was cut short.

Each rule is kept for its effect on passages that the model was not trained on (docs/experiments.md).
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from spacy.language import Language
from spacy.tokens import Doc, Span

from models.extraction.draft import drafts

NO_EDGE = frozenset(("ADP", "CCONJ", "SCONJ", "PUNCT"))  # parts of speech that neither begin nor end a party


@Language.factory("sanctionwire_phrases", requires=["doc._.drafts", "token.pos"], assigns=["doc._.drafts"])
def create(nlp: Language, name: str) -> Callable[[Doc], Doc]:
    """A component that mends the spans of actors and targets, by the tags and the parse of the windows."""

    def mend(doc: Doc) -> Doc:
        mended = (replace(one, actors=phrases(one.actors), targets=phrases(one.targets)) for one in drafts(doc))
        doc._.drafts = [draft for draft in mended if draft.actors or draft.targets]
        return doc

    return mend


def phrases(spans: Sequence[Span]) -> tuple[Span, ...]:
    """The spans of one role: edges mended, neighbours and the parts of a hyphenated word joined."""
    whole = list[Span]()
    for span in map(_edges, spans):
        if not len(span) or (whole and span.start < whole[-1].end):
            continue
        if whole and all(token.text == "-" for token in span.doc[whole[-1].end : span.start]):
            span = span.doc[whole.pop().start : span.end]
        whole.append(span)
    return tuple(whole)


def _edges(span: Span) -> Span:
    """The span without function words at its edges; half a name and "members of" go on to what they belong to."""
    start, end = span.start, span.end
    last = span.doc[end - 1]
    head = last.head.i
    if last.dep_ == "compound" and head >= end and all(word.pos_ == "PROPN" for word in span.doc[last.i : head + 1]):
        end = head + 1
    elif last.pos_ == "ADP":
        end = next((child.i + 1 for child in last.rights if child.dep_ == "pobj"), end)
    while end > start and span.doc[end - 1].pos_ in NO_EDGE:
        end -= 1
    while start < end and span.doc[start].pos_ in NO_EDGE:
        start += 1
    return span.doc[start:end]
