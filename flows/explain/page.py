"""An explanation as a page that needs nothing but itself."""

from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby
from typing import Any

from spacy import displacy

from flows.explain import tables
from flows.explain.explanation import Act, Explanation, Word

_COLOURS = {"TRIGGER": "#f4a6a0", "ACTOR": "#9fd8e8", "TARGET": "#dcb3ec", "DATE": "#f3dc8a"}

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>sanctionwire explain</title>
<style>
body {{ font-family: sans-serif; margin: 2rem; max-width: 80rem; }}
table {{ border-collapse: collapse; margin: 0.8rem 0; }}
th, td {{ text-align: left; vertical-align: top; padding: 0.15rem 1rem 0.15rem 0; border-bottom: 1px solid #ddd; }}
.wide {{ overflow-x: auto; }}
</style>
</head>
<body>
{body}
</body>
</html>
"""


def render_page(told: Explanation) -> str:
    """The page in HTML: the parse and the spans of each act drawn by displaCy, all that the text holds escaped."""
    return _PAGE.format(body="\n".join(_parts(told)))


def _parts(told: Explanation) -> Iterator[str]:
    yield f"<h1>{escape(told.title or 'sanctionwire explain')}</h1>"
    yield f"<p>{escape(told.text)}</p>"
    yield f"<p>published: {told.published or 'unknown'}</p>"
    yield f"<h2>gate</h2><p>{escape(tables.gate_line(told))}</p>"
    yield _table(tables.terms(told))
    if told.gate_open:
        yield f"<h2>words</h2>{_table(tables.words(told))}"
        yield from _parses(told.words)
    for number, window in enumerate(told.windows):
        yield f"<h2>{tables.window_line(number, window)}</h2>{_table(tables.act_words(window))}"
    for act in told.acts:
        yield f"<h2>act: {escape(act.trigger)}</h2>{_spans(told.words, act)}"
        for table in (tables.figures(act), tables.spans(act), tables.parties(act), tables.changes(act)):
            yield _table(table)


def _table(told: tables.Table) -> str:
    rows = [("th", told.headings)] if told.headings else []
    rows += [("td", row) for row in told.rows]
    lines = ("".join(f"<{kind}>{escape(cell)}</{kind}>" for cell in cells) for kind, cells in rows)
    return f"<table>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>" if told.rows else ""


def _parses(words: Sequence[Word]) -> Iterator[str]:
    """The parse of each sentence that has one."""
    numbered = [(number, word) for number, word in enumerate(words) if word.dependency and not word.text.isspace()]
    for _, sentence in groupby(numbered, key=lambda pair: pair[1].sentence):
        yield f'<div class="wide">{_render("dep", _parse(list(sentence)), {"compact": True, "distance": 110})}</div>'


def _parse(sentence: list[tuple[int, Word]]) -> dict[str, Any]:
    places = {number: place for place, (number, _) in enumerate(sentence)}
    arcs = [
        {
            "start": min(places[number], places[word.head]),
            "end": max(places[number], places[word.head]),
            "label": escape(word.dependency),
            "dir": "left" if number < word.head else "right",
        }
        for number, word in sentence
        if word.head in places and word.head != number
    ]
    return {"words": [{"text": word.text, "tag": escape(word.tag)} for _, word in sentence], "arcs": arcs}


def _spans(words: Sequence[Word], act: Act) -> str:
    spans = [
        {
            "start_token": next(number for number, word in enumerate(words) if word.end > span.start),
            "end_token": next((number for number, word in enumerate(words) if word.start >= span.end), len(words)),
            "label": span.role.upper(),
        }
        for span in act.spans
    ]
    return _render("span", {"tokens": [word.text for word in words], "spans": spans}, {"colors": _COLOURS})


def _render(style: str, drawn: dict[str, Any], options: dict[str, Any]) -> str:
    # displaCy escapes words, not labels.
    return displacy.render(drawn, style=style, manual=True, page=False, jupyter=False, options=options)
