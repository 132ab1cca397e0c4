from collections.abc import Iterator
from pathlib import Path

import pytest
from prefect.testing.utilities import prefect_test_harness
from spacy.language import Language

from models.extraction.pipeline import build

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def nlp() -> Language:
    return build()


@pytest.fixture(scope="session")
def prefect_server() -> Iterator[None]:
    """A real Prefect server of its own, on a database of its own."""
    with prefect_test_harness(server_startup_timeout=120):
        yield


@pytest.fixture(scope="session")
def shared() -> Path:
    """Annotated corpora that only developers' machines have."""
    path = ROOT.parent / "shared"
    if not (path / "corpora").is_dir():
        pytest.skip(f"needs the annotated corpora, which are not part of the project: {path} is missing")
    return path
