"""What the web report shows, read from the published file."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from flows.query import opened

EVENTS = 10_000  # the newest; a page of more is slow and large
TEXT_BYTES = 3_000_000  # of sentences, headlines and addresses: with these, the page stays below 5 MB
EXCERPT, TITLE, ADDRESS = 320, 140, 400  # characters
WORD = 20  # characters; a longer one is cut

# `bi_events` lies in this order: its newest rows are found in one place.
_NEWEST = f"""
CREATE OR REPLACE TEMP TABLE newest AS
SELECT rowid AS place, event_id
FROM bi_events
ORDER BY coalesce(first_told, date_start) DESC NULLS LAST, date_start DESC NULLS LAST, event_id
LIMIT {EVENTS}
"""  # noqa: S608

_STEPS = """
CREATE OR REPLACE TEMP TABLE newest_steps AS
SELECT DISTINCT event_id, episode_id
FROM fct_episode_steps
SEMI JOIN newest USING (event_id)
"""

_EVENTS = """
WITH episodes_of AS (
    SELECT event_id, list(episode_id) AS episodes
    FROM newest_steps
    GROUP BY event_id
)

SELECT
    date_start::VARCHAR AS day,
    IF(date_precision IN ('quarter', 'season', 'multi_year'), date_end, NULL)::VARCHAR AS until,
    date_precision AS "precision",
    date_basis AS basis,
    actor,
    target,
    sender,
    case_target AS receiver,
    action,
    status,
    coalesce(string_split(measures, ', '), []) AS measures,
    coalesce(episodes, []) AS episodes,
    document_count,
    evidence AS sentence,
    evidence_trigger_start AS trigger_start,
    evidence_trigger_end AS trigger_end,
    document_origin AS origin,
    coalesce(document_title, document_origin) AS title,
    document_source AS source,
    document_url AS url,
    document_published::VARCHAR AS published
FROM (FROM bi_events WHERE rowid IN (SELECT place FROM newest))
LEFT JOIN episodes_of USING (event_id)
ORDER BY coalesce(first_told, date_start) DESC NULLS LAST, date_start DESC NULLS LAST, event_id
"""

_EPISODES = """
SELECT
    episode_id,
    sender,
    target,
    "round",
    replace(state, '_', ' ') AS state,
    first_step_on::VARCHAR AS first_step_on,
    last_step_on::VARCHAR AS last_step_on,
    first_threatened_on::VARCHAR AS first_threatened_on,
    imposed_on::VARCHAR AS imposed_on,
    in_force_from::VARCHAR AS in_force_from_on,
    in_force_until::VARCHAR AS in_force_until_on,
    last_extended_on::VARCHAR AS last_extended_on,
    first_eased_on::VARCHAR AS first_eased_on,
    lifted_on::VARCHAR AS lifted_on,
    first_violated_on::VARCHAR AS first_violated_on,
    event_count
FROM bi_episodes
SEMI JOIN newest_steps USING (episode_id)
WHERE sender IS NOT NULL AND target IS NOT NULL
ORDER BY event_count DESC, episode_id
"""

QUERIES = {  # in this order
    "newest": _NEWEST,
    "steps of the newest": _STEPS,
    "events": _EVENTS,
    "episodes": _EPISODES,
    "measures": "SELECT measure, label FROM dim_measure",
    "parties without a name": "SELECT DISTINCT name FROM dim_party WHERE NOT is_named",
    "number of events": "SELECT count(*) FROM bi_events",
    "documents read": "SELECT count(*), min(published), max(published) FROM dim_document",
}


@dataclass(frozen=True, slots=True)
class Reported:
    """What the page shows.

    `events` are the newest first, at most EVENTS of the `event_count` that are published; an event names the places of
    its document, its quote and its episodes in the other lists. A quote is a sentence, shortened where it is long, with
    the start and the end of the trigger in it. `nameless` are the parties that are only described, such as "allies".
    """

    events: list[dict[str, Any]]
    documents: list[dict[str, Any]]
    quotes: list[tuple[str, int, int]]
    episodes: list[dict[str, Any]]
    measures: dict[str, str]
    nameless: set[str]
    event_count: int
    documents_read: int
    first_published: date | None
    last_published: date | None


def gather(published: Path) -> Reported:
    """Read the published file. Raises QueryError where it is missing, or was published by another version."""
    with opened(published) as connection:

        def rows(name: str) -> list[dict[str, Any]]:
            return connection.execute(QUERIES[name]).pl().to_dicts()

        for table in ("newest", "steps of the newest"):
            connection.execute(QUERIES[table])
        told, episodes = rows("events"), rows("episodes")
        measures = {row["measure"]: row["label"] for row in rows("measures")}
        nameless = {row["name"] for row in rows("parties without a name")}
        ((event_count,),) = connection.execute(QUERIES["number of events"]).fetchall()
        ((documents_read, first, last),) = connection.execute(QUERIES["documents read"]).fetchall()
    documents, quotes = _texts(told)
    _number_episodes(told, episodes)
    nameless &= {event[side] for event in told for side in ("actor", "target", "sender", "receiver")}
    return Reported(told, documents, quotes, episodes, measures, nameless, event_count, documents_read, first, last)


def excerpt(sentence: str, start: int | None, end: int | None) -> tuple[str, int, int]:
    """About EXCERPT characters of `sentence` around its trigger, in whole words, and where the trigger is in them."""
    if start is None or end is None or not 0 <= start <= end <= len(sentence):
        start = end = 0
    if len(sentence) <= EXCERPT:
        return sentence, start, end
    first = max(0, min((start + end - EXCERPT) // 2, len(sentence) - EXCERPT))
    last = min(len(sentence), max(first + EXCERPT, end))
    first = min(first, start)
    if first:
        first = min(start, max(first, sentence.find(" ", first - 1, first + WORD) + 1))
    if last < len(sentence):
        space = sentence.rfind(" ", last - WORD, last + 1)
        last = max(end, last if space < 0 else space)
    before, after = "… " if first else "", " …" if last < len(sentence) else ""
    moved = len(before) - first
    return f"{before}{sentence[first:last]}{after}", start + moved, end + moved


def web_address(url: str | None) -> str | None:
    """The address, if it may stand in a link: http or https, and not too long."""
    return url if url and url.lower().startswith(("http://", "https://")) and len(url) <= ADDRESS else None


def _texts(told: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[tuple[str, int, int]]]:
    """Take the texts out of the events, each once, the newest first, until TEXT_BYTES are spent."""
    documents: dict[str, dict[str, Any]] = {}
    quotes: dict[tuple[str, int, int], int] = {}
    places: dict[str, int] = {}
    spent = 0
    for event in told:
        quote = excerpt(event.pop("sentence"), event.pop("trigger_start"), event.pop("trigger_end"))
        document = {
            "title": _cut(event.pop("title") or ""),
            "source": event.pop("source"),
            "url": web_address(event.pop("url")),
            "published": event.pop("published"),
        }
        key = event.pop("origin")
        if key not in documents:
            spent += _size(document)
            if spent <= TEXT_BYTES:
                places[key] = len(documents)
                documents[key] = document
        if quote not in quotes:
            spent += _size(quote)
            if spent <= TEXT_BYTES:
                quotes[quote] = len(quotes)
        event["document"], event["quote"] = places.get(key), quotes.get(quote)
    return list(documents.values()), list(quotes)


def _cut(title: str) -> str:
    return title if len(title) <= TITLE else f"{title[:TITLE].rstrip()} …"


def _size(value: object) -> int:
    return len(json.dumps(value, ensure_ascii=False).encode())


def _number_episodes(told: list[dict[str, Any]], episodes: list[dict[str, Any]]) -> None:
    """Have the events name their episodes by place in the list, which takes less room than a digest."""
    places = {episode.pop("episode_id"): place for place, episode in enumerate(episodes)}
    for event in told:
        event["episodes"] = sorted(places[episode] for episode in event["episodes"] if episode in places)
