import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from prefect.logging.configuration import setup_logging
from prefect.testing.utilities import prefect_test_harness
from spacy.language import Language

from flows.client import Web
from models.event import Document
from models.extraction.pipeline import build, extract
from models.rows import Reading
from tests.web import Site, serving

# Else Prefect does it inside the first test that captures the screen, and goes on writing to what that test closed.
setup_logging()

# A busy machine is slow, not wrong.
hypothesis.settings.register_profile("any machine", deadline=None)
hypothesis.settings.load_profile("any machine")

ROOT = Path(__file__).resolve().parents[1]
CASES = ROOT / "tests" / "cases" / "syntax.jsonl"


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


@pytest.fixture(scope="session")
def cases() -> list[dict[str, Any]]:
    """The annotated syntax cases."""
    return [json.loads(line) for line in CASES.read_text(encoding="utf-8").split("\n") if line]


@pytest.fixture(scope="session")
def case_readings(nlp: Language, cases: list[dict[str, Any]]) -> list[Reading]:
    """What the extraction makes of the syntax cases, in their order."""
    documents = (
        Document(case["id"], case["text"], case.get("title"), date.fromisoformat(case["published"])) for case in cases
    )
    return list(extract(nlp, documents))


@pytest.fixture
def site() -> Iterator[Site]:
    """A web server on loopback, for one test."""
    with serving() as served:
        yield served


@pytest.fixture
def web() -> Iterator[Web]:
    """A client of its own, for one test."""
    with Web() as client:
        yield client
