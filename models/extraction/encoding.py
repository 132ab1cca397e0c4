"""Words of a window as the sub-word ids that the model reads, and its labels. Shared by training and run time."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from models.event import Action, Measure, Status

ACTIONS, STATUSES, MEASURES = list(Action), list(Status), list(Measure)
ROLES = ("actor", "target", "date")
ROLE_TAGS = 1 + 2 * len(ROLES)  # O, then B and I of each role
MAX_TITLE_WORDS = 24
MAX_PIECES, MAX_INPUT = 500, 511  # of the words, and with the title; MPNet's positions end at 512
PIECES_A_WORD = 6  # the first of an address or a number of a wallet, so that a window of 80 words is read whole

Ids = NDArray[np.int64]
Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ModelInput:
    """One model input: sub-word ids, and for each word of the window the position of its first sub-word."""

    ids: list[int]
    positions: list[int]


class WordPieces:
    """Sub-word ids of words, one word at a time, so that every word keeps its place."""

    def __init__(self, path: Path) -> None:
        """Read a `tokenizer.json` with MPNet's special tokens."""
        self._tokenizer = Tokenizer.from_file(str(path))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self.first, self.last, self.pad, self._unknown = map(self._id, ("<s>", "</s>", "<pad>", "[UNK]"))

    def sequence(self, words: Sequence[str], title: Sequence[str]) -> ModelInput:
        """`<s> words </s> </s> title </s>`; words beyond the model's reach have no position."""
        ids, positions = [self.first], list[int]()
        for pieces in self._pieces(words):
            if len(ids) + len(pieces) > MAX_PIECES:
                break
            positions.append(len(ids))
            ids += pieces
        tail = [self.last, self.last]
        for pieces in self._pieces(title[:MAX_TITLE_WORDS]):
            tail += pieces
        return ModelInput([*ids, *tail[: MAX_INPUT - 1 - len(ids)], self.last], positions)

    def _id(self, token: str) -> int:
        number = self._tokenizer.token_to_id(token)
        if number is None:
            raise ValueError(f"the tokenizer lacks {token}: it is none of MPNet's")
        return number

    def _pieces(self, words: Sequence[str]) -> list[list[int]]:
        encoded = self._tokenizer.encode_batch(list(words), add_special_tokens=False)
        return [e.ids[:PIECES_A_WORD] or [self._unknown] for e in encoded]


def pad(sequences: Sequence[ModelInput], padding: int) -> tuple[Ids, Ids]:
    """Ids and attention mask of a batch, each (sequences, longest)."""
    longest = max(len(s.ids) for s in sequences)
    ids = np.full((len(sequences), longest), padding, dtype=np.int64)
    mask = np.zeros_like(ids)
    for row, sequence in enumerate(sequences):
        ids[row, : len(sequence.ids)], mask[row, : len(sequence.ids)] = sequence.ids, 1
    return ids, mask


def best_tags(scores: Scores) -> list[int]:
    """The likeliest sequence in which an I follows only its own B or I (Viterbi). `scores`: (words, ROLE_TAGS)."""
    best, back = scores[0] + _START, list[NDArray[np.int64]]()
    for row in scores[1:]:
        paths = best[:, None] + _STEP
        back.append(paths.argmax(0))
        best = paths.max(0) + row
    tags = [int(best.argmax())]
    for previous in reversed(back):
        tags.append(int(previous[tags[-1]]))
    return tags[::-1]


def _transitions() -> tuple[Scores, Scores]:
    start, step = np.zeros(ROLE_TAGS, np.float32), np.zeros((ROLE_TAGS, ROLE_TAGS), np.float32)
    for inside in range(2, ROLE_TAGS, 2):
        start[inside] = -1e4
        step[[tag for tag in range(ROLE_TAGS) if tag not in (inside - 1, inside)], inside] = -1e4
    return start, step


_START, _STEP = _transitions()
