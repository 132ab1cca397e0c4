"""The web report as one HTML file that needs nothing but itself."""

import json
from base64 import b64encode
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import jinja2
import vl_convert

from flows.web_report.charts import charts
from flows.web_report.gather import EVENTS, Reported
from flows.web_report.wording import ACTIONS, MEANINGS, STATUSES
from models.event import Action, Status

FOLDER = Path(__file__).parent
PLACES = 300  # parties to choose from; a longer list helps nobody
_CODED = ("precision", "basis", "actor", "target", "sender", "receiver", "action", "status")
_COLUMNS = (*_CODED, "day", "until", "measures", "episodes", "document_count", "document", "quote")
_SPOKEN = (Status.PLANNED, Status.CONSIDERED, Status.THREATENED, Status.DEMANDED)


def render(reported: Reported, made: date) -> str:
    """The page. What documents say stands in it as text and as JSON alone, so that none of it is read as markup."""
    library, script, style = _library(), _part("page.js"), _part("page.css")
    policy = (
        "default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; "
        f"script-src {_hash(library)} {_hash(script)}; style-src {_hash(style)}"
    )
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, undefined=jinja2.StrictUndefined)
    page = environment.from_string(_part("page.html"))
    drawn = charts()
    return page.render(
        policy=policy,
        events=bool(reported.events),
        documents_read=f"{reported.documents_read:,}",
        event_count=f"{reported.event_count:,}",
        published=_published(reported),
        shown_of=_shown_of(reported),
        places=_places(reported),
        actions=_used(reported, "action", ACTIONS),
        statuses=_used(reported, "status", STATUSES),
        measures=sorted({reported.measures[measure] for event in reported.events for measure in event["measures"]}),
        meanings=MEANINGS,
        charts=drawn,
        made=_written(made),
        data=embedded(_data(reported)),
        specifications=embedded([asdict(chart) for chart in drawn]),
        library=library,
        script=script,
        style=style,
    )


def embedded(value: object) -> str:
    """`value` as JSON that may stand in a script element: it holds no `<`."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _data(reported: Reported) -> dict[str, Any]:
    """The events as rows without the names of their columns, and each word that repeats once."""
    places: dict[str, int] = {}

    def place(word: str | None) -> int | None:
        return None if word is None else places.setdefault(word, len(places))

    translated: dict[str, Callable[[str], str]] = {
        "action": lambda code: ACTIONS[Action(code)],
        "status": lambda code: STATUSES[Status(code)],
    }

    def cell(event: dict[str, Any], column: str) -> object:
        value = event[column]
        if column == "measures":
            return [place(reported.measures[measure]) for measure in value]
        if column in translated:
            value = translated[column](value)
        return place(value) if column in _CODED else value

    rows = [[cell(event, column) for column in _COLUMNS] for event in reported.events]
    return {
        "columns": _COLUMNS,
        "coded": _CODED,
        "events": rows,
        "words": list(places),
        "documents": reported.documents,
        "quotes": reported.quotes,
        "episodes": reported.episodes,
        "nameless": sorted(reported.nameless),
        "done": STATUSES[Status.ENACTED],
        "spoken": [STATUSES[status] for status in _SPOKEN],
        "rejected": STATUSES[Status.REJECTED],
    }


def _shown_of(reported: Reported) -> str:
    """What the page leaves out to stay small, in words; nothing where it leaves out nothing."""
    parts: list[str] = []
    if reported.event_count > EVENTS:
        parts.append(f"This page shows the newest {EVENTS:,} of {reported.event_count:,} events.")
    quoted = sum(event["quote"] is not None for event in reported.events)
    if quoted < len(reported.events):
        parts.append(f"The newest {quoted:,} events are quoted; the sentences of older ones are in the database.")
    return " ".join(parts)


def _published(reported: Reported) -> str:
    if reported.first_published is None:
        return ""
    return f", published {_written(reported.first_published)} to {_written(reported.last_published)},"


def _places(reported: Reported) -> list[str]:
    """The parties to choose from: those with the most events, by name."""
    told = (event[side] for event in reported.events for side in ("sender", "receiver"))
    count = Counter(name for name in told if name and name not in reported.nameless)
    return sorted(name for name, _ in count.most_common(PLACES))


def _used(reported: Reported, column: str, names: dict[Any, str]) -> list[str]:
    used = {event[column] for event in reported.events}
    return [name for code, name in names.items() if code in used]


def _written(day: date | None) -> str | None:
    return f"{day.day} {day:%B %Y}" if day else None


def _part(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


@cache
def _library() -> str:
    """Vega, Vega-Lite and what puts them into a page, as the package vl-convert carries them."""
    return vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_convert.get_vegalite_versions()[-1])


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
