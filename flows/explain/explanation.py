"""What `sanctionwire explain` tells of a text, as plain values."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Term:
    """A sanctions term at characters `start` to `end`, of the title or of the text, and its rows of the seeds."""

    text: str
    start: int
    end: int
    in_title: bool
    rows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Word:
    """A token at characters `start` to `end`; only those of a window are parsed. `head` is the number of a word."""

    text: str
    start: int
    end: int
    sentence: int
    tag: str
    lemma: str
    dependency: str
    head: int


@dataclass(frozen=True, slots=True)
class ActWord:
    """How likely a word tells an act, and which action."""

    word: int
    text: str
    probability: float
    actions: dict[str, float]


@dataclass(frozen=True, slots=True)
class Window:
    """What the model read at once: words `first` to `last`, and those that may tell an act."""

    first: int
    last: int
    act_words: tuple[ActWord, ...]


@dataclass(frozen=True, slots=True)
class RoleSpan:
    """Words at characters `start` to `end` with a role in an act; `probability` is that of the least certain one."""

    role: str
    text: str
    start: int
    end: int
    probability: float


@dataclass(frozen=True, slots=True)
class FoundParty:
    """A party, how it was found, and the name or antecedent it was found by."""

    role: str
    text: str
    name: str
    id: str | None
    how: str
    source: str | None


@dataclass(frozen=True, slots=True)
class FoundDate:
    """The words that date an act, the side of publication that a bare day is looked for on, and what they mean."""

    text: str
    looked: str
    means: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """A field of an act that a component gave (`before` is None) or changed."""

    field: str
    component: str
    before: str | None
    after: str


@dataclass(frozen=True, slots=True)
class Act:
    """An act: its spans (the trigger first), the model's probabilities, what became of it and by which component.

    `confidence` is None for an act that was dropped; `calibration` holds the intercept and the slopes of
    its curve.
    """

    trigger: str
    outcome: str
    probability: float
    certainty: float
    confidence: float | None
    calibration: dict[str, float]
    spans: tuple[RoleSpan, ...]
    actions: dict[str, float]
    statuses: dict[str, float]
    measures: dict[str, float]
    parties: tuple[FoundParty, ...]
    date: FoundDate | None
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """The whole way of a text through the pipeline. `lone` are terms that count only beside another one."""

    text: str
    title: str | None
    published: date | None
    gate_open: bool
    terms: tuple[Term, ...]
    lone: tuple[Term, ...]
    words: tuple[Word, ...]
    windows: tuple[Window, ...]
    acts: tuple[Act, ...]
