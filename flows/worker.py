"""What a worker does with a batch, wherever it runs: it checks that it reads as the flow would, and reads."""

import textwrap
from functools import cache
from socket import gethostname
from threading import Lock

from spacy.language import Language

from flows.handover import Outcome, Reference, get_documents, put_readings
from models.errors import UserError
from models.event import Document
from models.extraction.pipeline import build, extract, extractor_version
from models.rejection import Rejection

# What the text of one document may bring about. Anything else is no fault of a document, and stops the run: memory that
# runs out, a file of the model that is missing.
_FAULTS = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
_LONGEST = 200  # characters of an error that a reason repeats

_one_at_a_time = Lock()  # the pipeline is not safe to share, and a worker of a cluster may have several threads


class WorkerVersionError(UserError):
    """A worker would read otherwise than the flow says."""


def read_batch(batch: Reference, language_model: str, min_confidence: float, version: str) -> list[Outcome]:
    """Extract the events of a batch, and leave them on the result store. What breaks the extractor is rejected.

    Raises:
        WorkerVersionError: the extractor where this runs is not of the `version` of the flow.
        ResultStoreError: the result store cannot be read or written.
    """
    with _one_at_a_time:
        own = _version(language_model, min_confidence)
        if own != version:
            raise WorkerVersionError(
                f"the worker on {gethostname()} has extractor {own}, the flow {version}: "
                "give both the same release, weights and seeds, and start the worker anew"
            )
        nlp = pipeline(language_model, min_confidence)
        outcomes = [_outcome(nlp, document) for document in get_documents(batch)]
        put_readings(batch, outcomes)
    return outcomes


@cache
def pipeline(language_model: str, min_confidence: float) -> Language:
    """The extraction pipeline, loaded once a process."""
    return build(language_model=language_model, min_confidence=min_confidence)


@cache
def _version(language_model: str, min_confidence: float) -> str:
    """The version of what `pipeline` loads: what lies on the disk may be newer by now."""
    return extractor_version(language_model, min_confidence)


def _outcome(nlp: Language, document: Document) -> Outcome:
    try:
        (reading,) = extract(nlp, [document])
    except _FAULTS as error:
        fault = textwrap.shorten(f"{type(error).__name__}: {error}", _LONGEST, placeholder=" ...")
        reason = f"{document.origin}: the extractor breaks off ({fault}); mend the document, or leave it out"
        return Rejection(document.origin, None, "document", "not_extracted", reason)
    return reading
