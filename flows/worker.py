"""What a worker does with a batch, wherever it runs: it checks that it reads as the flow would, and reads."""

from functools import cache
from socket import gethostname
from threading import Lock

from spacy.language import Language

from flows.handover import Reference, get_documents, put_readings
from models.errors import UserError
from models.extraction.pipeline import build, extract, extractor_version
from models.rows import Reading

_one_at_a_time = Lock()  # the pipeline is not safe to share, and a worker of a cluster may have several threads


class WorkerVersionError(UserError):
    """A worker would read otherwise than the flow says."""


def read_batch(batch: Reference, language_model: str, min_confidence: float, version: str) -> list[Reading]:
    """Extract the events of a batch, and leave them on the result store.

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
        readings = list(extract(pipeline(language_model, min_confidence), get_documents(batch)))
        put_readings(batch, readings)
    return readings


@cache
def pipeline(language_model: str, min_confidence: float) -> Language:
    """The extraction pipeline, loaded once a process."""
    return build(language_model=language_model, min_confidence=min_confidence)


@cache
def _version(language_model: str, min_confidence: float) -> str:
    """The version of what `pipeline` loads: what lies on the disk may be newer by now."""
    return extractor_version(language_model, min_confidence)
