"""A run that is killed and started again ends where a run left alone ends, and readers never notice."""

from collections.abc import Iterator

import pytest

from tests.kills import STAGES, Scene, disturbed, instants, scene

pytestmark = pytest.mark.slow

COUNT = 30


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with scene(tmp_path_factory.mktemp("resume")) as one:
        yield one


@pytest.fixture(scope="module")
def hits() -> list[str]:
    """What the instants so far have hit."""
    return []


@pytest.mark.parametrize("number", range(COUNT))
def test_a_killed_run_started_again_ends_like_one_left_alone(prepared: Scene, hits: list[str], number: int) -> None:
    outcome = disturbed(prepared, instants(prepared.spans, COUNT)[number], str(number))
    hits.append(outcome.hit)
    assert not outcome.wrong


def test_every_stage_was_hit(hits: list[str]) -> None:
    assert set(STAGES) <= set(hits)
    assert hits.count("ended") <= COUNT // 6
