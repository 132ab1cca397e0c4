import random
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from models.near_duplicates import BANDS, bands
from tests.newswire import article, edited


def alike(one: str, other: str) -> bool:
    return not set(bands(one)).isdisjoint(bands(other))


def test_case_punctuation_and_white_space_do_not_count():
    assert bands("The EU's ministers met,\nagain.") == bands("the eu s  MINISTERS met again")


def test_the_bands_of_a_text_never_change():
    """They are stored: other ones for the same text would leave what is stored unlinked."""
    assert bands("The European Union imposed sanctions on Russia on Monday.")[:3] == [
        -6630939045681363462,
        -2460658508640477052,
        3775910134580195591,
    ]


@given(st.text())
def test_any_text_has_its_bands(text):
    found = bands(text)
    assert len(found) == BANDS
    assert found == bands(text)
    assert all(-(2**63) <= band < 2**63 for band in found)


def test_a_copy_with_some_words_changed_is_alike_and_another_article_is_not():
    rng = random.Random(7)
    articles = [article(rng) for _ in range(100)]
    assert sum(alike(text, edited(text, rng, words=4)) for text in articles) >= 98
    assert not any(alike(one, other) for one, other in pairwise(articles))


def test_half_of_an_article_is_not_the_article():
    rng = random.Random(8)
    articles = [article(rng) for _ in range(100)]
    assert sum(alike(text, " ".join(text.split()[: len(text.split()) // 2])) for text in articles) <= 3
