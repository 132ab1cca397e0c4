"""The queries of the README and the SQL tour, on the sample articles, print what the pages say."""

from pathlib import Path

import pytest

from flows.tour import PAGES, publish_samples, queries, rewritten


@pytest.fixture(scope="module")
def published(prefect_server: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish_samples(tmp_path_factory.mktemp("samples"))


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_queries_print_what_the_page_shows(published: Path, page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert text == rewritten(text, published), "run: python -m flows.tour"


def test_the_pages_show_their_queries() -> None:
    """So that a changed layout does not leave them untested."""
    readme, tour = (queries(page.read_text(encoding="utf-8")) for page in PAGES)
    assert len(readme) == 5
    assert len(tour) == 20
