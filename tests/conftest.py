"""What tests share. The large libraries are imported where they are needed: pytest's own process, which hands the
tests out to others, has no use for them.
"""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

from tests.scheduling import FilesTogether, rank
from tests.web import Site, serving

if TYPE_CHECKING:
    from spacy.language import Language

    from flows.client import Web
    from models.rows import Reading

# A busy machine is slow, not wrong.
hypothesis.settings.register_profile("any machine", deadline=None)
hypothesis.settings.load_profile("any machine")

ROOT = Path(__file__).resolve().parents[1]
CASES = ROOT / "tests" / "cases" / "syntax.jsonl"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: Any, log: Any) -> FilesTogether:
    return FilesTogether(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that no process is left with it at the end."""
    items.sort(key=lambda item: rank(item.path))


def pytest_collection_finish() -> None:
    """Set logging up: else Prefect does so within the first test that captures the screen, and writes on to it.

    The last hook before the tests.
    """
    from prefect.logging.configuration import setup_logging

    setup_logging()


@pytest.fixture(scope="session")
def nlp() -> "Language":
    from models.extraction.pipeline import build

    return build()


@pytest.fixture(scope="session")
def prefect_server() -> Iterator[None]:
    """A real Prefect server of its own, on a database of its own."""
    from prefect.testing.utilities import prefect_test_harness

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
def case_readings(nlp: "Language", cases: list[dict[str, Any]]) -> "list[Reading]":
    """What the extraction makes of the syntax cases, in their order."""
    from models.event import Document
    from models.extraction.pipeline import extract

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
def web() -> "Iterator[Web]":
    """A client of its own, for one test."""
    from flows.client import Web

    with Web() as client:
        yield client
