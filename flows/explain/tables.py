"""An explanation as tables of words, the same for the terminal and the page."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from flows.explain.explanation import Act, Explanation, Window


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of words under `headings`; a table without headings names each row in its first column."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def gate_line(told: Explanation) -> str:
    """Whether the gate opened, and what the table of terms is about."""
    if told.gate_open:
        return "The gate opened for these terms:"
    shut = "The gate stayed shut: no sanctions term in the text or its title, so nothing was read."
    return f"{shut} These count only beside another term of their group:" if told.lone else shut


def terms(told: Explanation) -> Table:
    """The terms that opened the gate, or those that would have with another one beside them."""
    rows = (
        (term.text, "title" if term.in_title else f"character {term.start}", " + ".join(term.rows))
        for term in told.terms or told.lone
    )
    return _table(("term", "where", "rows of terms.csv"), rows)


def words(told: Explanation) -> Table:
    """The tokens with their syntax; those outside the windows have none."""
    heads = [f"{told.words[word.head].text} ({word.head})" if word.dependency else "" for word in told.words]
    rows = (
        (str(number), word.text, word.tag, word.lemma, word.dependency, head)
        for number, (word, head) in enumerate(zip(told.words, heads, strict=True))
        if not word.text.isspace()
    )
    return _table(("number", "word", "tag", "lemma", "dependency", "head"), rows)


def window_line(number: int, window: Window) -> str:
    """Which words a window holds."""
    return f"window {number}: words {window.first} to {window.last}"


def act_words(window: Window) -> Table:
    """The words of a window that may tell an act."""
    rows = ((str(word.word), word.text, f"{word.probability:.2f}", _likely(word.actions)) for word in window.act_words)
    return _table(("number", "word", "tells an act", "action"), rows)


def figures(act: Act) -> Table:
    """What became of an act, the model's probabilities for it, its date and its confidence."""
    return _table((), _figures(act))


def spans(act: Act) -> Table:
    """The words of an act by role."""
    return _table(("role", "words", "probability"), ((s.role, s.text, f"{s.probability:.2f}") for s in act.spans))


def parties(act: Act) -> Table:
    """Who the actors and targets of an act are, and how that was found."""
    rows = (
        (party.role, party.text, party.name, party.id or "", ": ".join(filter(None, (party.how, party.source))))
        for party in act.parties
    )
    return _table(("role", "words", "name", "id", "found by"), rows)


def changes(act: Act) -> Table:
    """Which component gave or changed each field of an act."""
    rows = ((change.field, change.component, change.before or "", change.after) for change in act.changes)
    return _table(("field", "component", "before", "after"), rows)


def _figures(act: Act) -> Iterator[tuple[str, str]]:
    yield "outcome", act.outcome
    yield "action", _likely(act.actions)
    yield "status", _likely(act.statuses)
    yield "measures", _likely(act.measures)
    if act.date:
        yield "date", f"{act.date.text!r}, {act.date.looked}: {act.date.means or 'no date'}"
    if act.confidence is not None:
        slopes = ", ".join(f"{name} {number:g}" for name, number in act.calibration.items())
        parts = f"act {act.probability:.2f}, least certain argument {act.certainty:.2f}, calibration {slopes}"
        yield "confidence", f"{act.confidence:.2f} ({parts})"


def _likely(probabilities: dict[str, float]) -> str:
    return ", ".join(f"{label} {probability:.2f}" for label, probability in probabilities.items())


def _table(headings: Sequence[str], rows: Iterable[tuple[str, ...]]) -> Table:
    return Table(tuple(headings), tuple(rows))
