"""The extraction pipeline: a spaCy `Language` of registered components, and documents through it."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from hashlib import sha256
from importlib.metadata import version

import spacy
from spacy.language import Language

from models.event import Document, Event, Party
from models.extraction import LANGUAGE_MODEL, assembly
from models.extraction.gate import default_gate
from models.extraction.model import fingerprint
from models.extraction.windows import segments
from models.rows import Reading
from models.seeds import SEEDS

SEGMENT_CHARACTERS = 100_000  # a longer document is tokenised around its terms only, in pieces of at most this


def build(*, language_model: str = LANGUAGE_MODEL, min_confidence: float = 0.0) -> Language:
    """The pipeline in its order. `nlp(text)._.sanctions_events` holds the events of a text.

    Raises SetupError where `language_model` is not an installed spaCy pipeline or the weights are missing.
    """
    nlp = spacy.blank("en")
    nlp.add_pipe("sanctionwire_gate")
    nlp.add_pipe("sanctionwire_windows")
    nlp.add_pipe("sanctionwire_syntax", config={"model": language_model})
    nlp.add_pipe("sanctionwire_acts")
    nlp.add_pipe("sanctionwire_roles")
    nlp.add_pipe("sanctionwire_phrases")
    nlp.add_pipe("sanctionwire_dates")
    nlp.add_pipe("sanctionwire_parties")
    nlp.add_pipe("sanctionwire_assembly", config={"min_confidence": min_confidence})
    return nlp


def extract(nlp: Language, documents: Iterable[Document]) -> Iterator[Reading]:
    """The events of each document, in order. A document without a sanctions term is never tokenised."""
    for document in documents:
        if default_gate().passes(document.title, document.text):
            yield Reading(document, True, events(nlp, document))
        else:
            yield Reading(document, False)


def events(nlp: Language, document: Document) -> tuple[Event, ...]:
    """The events of one document, each once, with offsets into its whole text."""
    told = list[Event]()
    matches = default_gate().terms(document.text)
    for start, end in segments(document.text, matches, SEGMENT_CHARACTERS):
        with nlp.memory_zone():
            doc = nlp.make_doc(document.text[start:end])
            doc._.title, doc._.published = document.title, document.published
            doc._.source, doc._.url = document.source, document.url
            told += [_moved(event, start) for event in nlp(doc)._.sanctions_events]
    return tuple(assembly.merge(told))


def extractor_version(language_model: str = LANGUAGE_MODEL, min_confidence: float = 0.0) -> str:
    """What the events depend on: the program's version and a digest of weights, seeds and settings."""
    digest = sha256(f"{fingerprint()} {language_model} {min_confidence}".encode())
    for path in sorted(SEEDS.glob("*.csv")):
        digest.update(path.read_bytes())
    return f"{version('sanctionwire')}+{digest.hexdigest()[:8]}"


def _moved(event: Event, offset: int) -> Event:
    """The event with offsets `offset` characters further on."""
    if not offset:
        return event
    moved = {name: getattr(event, name) + offset for name in ("start", "end", "sentence_start", "sentence_end")}
    return replace(event, actors=_all_moved(event.actors, offset), targets=_all_moved(event.targets, offset), **moved)


def _all_moved(several: tuple[Party, ...], offset: int) -> tuple[Party, ...]:
    return tuple(replace(party, start=party.start + offset, end=party.end + offset) for party in several)
