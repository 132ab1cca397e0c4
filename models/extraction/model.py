"""The trained model behind acts and roles: two ONNX halves, run on one window at a time.

One window at a time, so that the same window gives the same events to the last digit, whatever stands beside it.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import numpy as np
import onnxruntime as ort

from models.errors import SetupError
from models.extraction.encoding import ACTIONS, MEASURES, STATUSES, Ids, Scores, WordPieces
from models.extraction.integers import integer_model

WEIGHTS = Path(__file__).resolve().parents[1] / "weights"


@dataclass(frozen=True, slots=True)
class WindowReading:
    """A window read once: the trunk's states (1, pieces, width) and the first piece of each word within reach."""

    states: Scores
    positions: Ids


@dataclass(frozen=True, slots=True)
class ActReading:
    """A window read for one act: role scores (words, tags) and the probabilities of its labels."""

    roles: Scores
    actions: Scores
    statuses: Scores
    measures: Scores


class Model:
    """Reads windows. `settings` holds the thresholds and the calibration, by name."""

    def __init__(self, folder: Path) -> None:
        """Load weights, tokenizer and settings; raises SetupError where one is missing."""
        self.pieces = WordPieces(_existing(folder / "tokenizer.json"))
        self.settings: dict[str, Any] = json.loads(_existing(folder / "settings.json").read_text(encoding="utf-8"))
        self._trunk, self._branch = _session(folder / "trunk.onnx"), _session(folder / "branch.onnx")

    def read(self, words: Sequence[str], title: Sequence[str]) -> WindowReading:
        """Read a window once, with the title of its document as context."""
        sequence = self.pieces.sequence(words, title)
        ids = np.array([sequence.ids], dtype=np.int64)
        outputs = cast(list[Scores], self._trunk.run(None, {"ids": ids, "mask": np.ones_like(ids)}))
        return WindowReading(outputs[0], np.array(sequence.positions, dtype=np.int64))

    def acts(self, reading: WindowReading) -> Scores:
        """For each word the probability that it tells no act, or an act of each action: (words, 1 + actions)."""
        scores, _, _ = self._run(reading, [()])
        return _softmax(scores[0][reading.positions])

    def roles(self, reading: WindowReading, triggers: Sequence[Sequence[int]]) -> list[ActReading]:
        """Read the window for each act, given the words of its trigger."""
        if not triggers:
            return []
        _, roles, labels = self._run(reading, triggers)
        ends = np.cumsum([len(ACTIONS), len(STATUSES), len(MEASURES)])
        return [
            ActReading(
                _log_softmax(role[reading.positions]),
                _softmax(label[: ends[0]]),
                _softmax(label[ends[0] : ends[1]]),
                1 / (1 + np.exp(-label[ends[1] :])),
            )
            for role, label in zip(roles, labels, strict=True)
        ]

    def _run(self, reading: WindowReading, triggers: Sequence[Sequence[int]]) -> tuple[Scores, Scores, Scores]:
        rows, pieces = len(triggers), reading.states.shape[1]
        marks, position = np.zeros((rows, pieces), dtype=np.float32), np.zeros(rows, dtype=np.int64)
        for row, words in enumerate(triggers):
            if words:
                marks[row, reading.positions[list(words)]] = 1
                position[row] = reading.positions[words[0]]
        inputs = {
            "states": np.repeat(reading.states, rows, axis=0),
            "mask": np.ones((rows, pieces), dtype=np.int64),
            "marks": marks,
            "position": position,
        }
        act, role, label = cast(list[Scores], self._branch.run(None, inputs))
        return act, role, label


@cache
def shared_model() -> Model:
    """One model for all components of a process."""
    return Model(WEIGHTS)


@cache
def fingerprint() -> str:
    """What tells one set of weights and settings from another: 8 hexadecimal digits."""
    digest = sha256()
    for path in sorted(WEIGHTS.glob("*.onnx")) + sorted(WEIGHTS.glob("*.json")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:8]


def _session(path: Path) -> ort.InferenceSession:
    options = cast(Any, ort.SessionOptions())
    # Whoever runs several processes on a machine gives each its share of the cores this way; 0 takes them all.
    options.intra_op_num_threads = int(os.environ.get("OMP_NUM_THREADS") or 0)
    # A thread that waits for work in a loop takes the core from the other half of the model and from other processes.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    model = integer_model(_existing(path)).SerializeToString()
    return ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise SetupError(f"{path}: no such file; a clone holds the weights in models/weights")
    return path


def _softmax(scores: Scores) -> Scores:
    return np.exp(_log_softmax(scores))


def _log_softmax(scores: Scores) -> Scores:
    shifted = scores - scores.max(-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))
