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
    """A component that mends the spans of actors and targets; it needs the tags and the parse of the windows."""

    def mend(doc: Doc) -> Doc:
        doc._.drafts = [
            replace(draft, actors=phrases(draft.actors), targets=phrases(draft.targets)) for draft in drafts(doc)
        ]
        return doc

    return mend


def phrases(spans: Sequence[Span]) -> tuple[Span, ...]:
    """The spans of one role: neighbours and the parts of a hyphenated word joined, edges mended."""
    joined = list[Span]()
    for span in spans:
        if joined and all(token.text == "-" for token in span.doc[joined[-1].end : span.start]):
            span = span.doc[joined.pop().start : span.end]
        joined.append(span)
    return tuple(mended for span in joined if len(mended := _edges(span)))


def _edges(span: Span) -> Span:
    """The span without function words at its edges; "members of" goes on to what they are members of."""
    start, end = span.start, span.end
    last = span.doc[end - 1]
    if last.pos_ == "ADP":
        end = next((child.i + 1 for child in last.rights if child.dep_ == "pobj"), end)
    while end > start and span.doc[end - 1].pos_ in NO_EDGE:
        end -= 1
    while start < end and span.doc[start].pos_ in NO_EDGE:
        start += 1
    return span.doc[start:end]
