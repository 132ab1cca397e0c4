"""Articles to test with, made of invented words, and copies of them as other papers print them."""

import random

_SYLLABLES = ("ba", "do", "fi", "gu", "ka", "le", "mo", "nu", "pa", "ri", "so", "ti", "va", "wo", "ze")


def article(rng: random.Random, words: int = 300) -> str:
    return " ".join(_word(rng) for _ in range(words))


def edited(text: str, rng: random.Random, words: int) -> str:
    """The text with some of its words replaced."""
    copy = text.split()
    for place in rng.sample(range(len(copy)), words):
        copy[place] = _word(rng)
    return " ".join(copy)


def _word(rng: random.Random) -> str:
    return "".join(rng.choices(_SYLLABLES, k=3))
