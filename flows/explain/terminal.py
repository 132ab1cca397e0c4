"""An explanation for a terminal: what a colour says there, a table says in words."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from flows.explain import tables
from flows.explain.explanation import Act, Explanation

_STYLES = {"trigger": "bold red", "actor": "bold cyan", "target": "bold magenta", "date": "bold yellow"}


def render_terminal(told: Explanation) -> Group:
    """The gate, the words, the windows and the acts, one below the other."""
    return Group(*_parts(told))


def _parts(told: Explanation) -> Iterator[RenderableType]:
    yield _heading("gate")
    yield Text(tables.gate_line(told))
    yield from _table(tables.terms(told))
    if told.gate_open:
        yield _heading("words")
        yield from _table(tables.words(told))
    for number, window in enumerate(told.windows):
        yield _heading(tables.window_line(number, window))
        yield from _table(tables.act_words(window))
    for act in told.acts:
        yield _heading(f"act: {act.trigger}")
        yield _coloured(told, act)
        for table in (tables.figures(act), tables.spans(act), tables.parties(act), tables.changes(act)):
            yield from _table(table)


def _heading(title: str) -> Rule:
    return Rule(_plain(title), align="left")


def _coloured(told: Explanation, act: Act) -> Text:
    text = _plain(told.text)
    for span in reversed(act.spans):  # the trigger comes first and shows where a role holds it
        text.stylize(_STYLES[span.role], span.start, span.end)
    return text


def _table(told: tables.Table) -> Iterator[RenderableType]:
    """A table, or nothing where it would be empty."""
    if told.rows:
        table = Table(show_header=bool(told.headings), box=None, padding=(0, 2, 0, 0))
        for heading in told.headings or ("",) * len(told.rows[0]):
            table.add_column(heading, overflow="fold")
        for row in told.rows:
            table.add_row(*map(_plain, row))
        yield table
        yield Text()


def _plain(text: str) -> Text:
    """`text` without what would steer the terminal, every character in its place."""
    return Text("".join(char if char.isprintable() else " " for char in text))
