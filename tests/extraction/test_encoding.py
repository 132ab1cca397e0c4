import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.extraction.encoding import MAX_PIECES, ROLE_TAGS, WordPieces, best_tags, pad
from models.extraction.model import WEIGHTS
from models.extraction.windows import MAX_WORDS

OUT, B_ACTOR, I_ACTOR, B_TARGET, I_TARGET = range(5)


@pytest.fixture(scope="module")
def pieces() -> WordPieces:
    return WordPieces(WEIGHTS / "tokenizer.json")


def favouring(*tags: int) -> np.ndarray:
    scores = np.full((len(tags), ROLE_TAGS), -5.0, dtype=np.float32)
    scores[range(len(tags)), tags] = 0
    return scores


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ((OUT, B_ACTOR, I_ACTOR, OUT), [OUT, B_ACTOR, I_ACTOR, OUT]),
        ((B_ACTOR, B_ACTOR, OUT, B_TARGET), [B_ACTOR, B_ACTOR, OUT, B_TARGET]),
    ],
)
def test_a_valid_sequence_stays(tags: tuple[int, ...], expected: list[int]) -> None:
    assert best_tags(favouring(*tags)) == expected


def test_an_inside_without_its_beginning_gets_one() -> None:
    scores = favouring(OUT, I_TARGET)
    scores[1, B_TARGET] = -0.5
    assert best_tags(scores) == [OUT, B_TARGET]


@given(arrays(np.float32, st.tuples(st.integers(1, 12), st.just(ROLE_TAGS)), elements=st.floats(-9, 0, width=32)))
def test_an_inside_follows_only_its_own_role(scores: np.ndarray) -> None:
    tags = best_tags(scores)
    assert len(tags) == len(scores)
    for before, tag in zip([OUT, *tags], tags, strict=False):
        assert tag % 2 or not tag or before in (tag - 1, tag)


WORDS = st.lists(st.text(st.characters(exclude_categories=["Cs", "Z", "C"]), min_size=1, max_size=9), max_size=30)


@given(WORDS, WORDS)
def test_every_word_has_a_place_of_its_own(pieces: WordPieces, words: list[str], title: list[str]) -> None:
    sequence = pieces.sequence(words, title)
    assert len(sequence.positions) == len(words)
    assert sequence.positions == sorted(set(sequence.positions))
    assert sequence.ids[0] == pieces.first
    assert sequence.ids[-1] == pieces.last


def test_a_window_of_the_longest_words_is_within_reach(pieces: WordPieces) -> None:
    wallets = [f"0x{number:040x}" for number in range(MAX_WORDS)]
    assert len(pieces.sequence(wallets, wallets).positions) == MAX_WORDS


def test_words_beyond_reach_have_no_place(pieces: WordPieces) -> None:
    sequence = pieces.sequence(["sanctions"] * 600, ["Title"])
    assert len(sequence.positions) == MAX_PIECES - 1
    assert len(sequence.ids) <= 512


def test_a_batch_is_padded_and_masked(pieces: WordPieces) -> None:
    ids, mask = pad([pieces.sequence(["EU"], []), pieces.sequence(["The", "EU", "acts"], [])], pieces.pad)
    assert ids.shape == mask.shape
    assert mask.sum(1).tolist() == [5, 7]
    assert set(ids[mask == 0]) == {pieces.pad}
