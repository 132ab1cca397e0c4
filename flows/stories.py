"""Which documents tell the same story: nearly the same text, published within days of each other.

A renewal repeats the words of the one before, half a year later: without the days between them, both would be one.
"""

from typing import cast

import duckdb
import polars as pl

from flows.transactions import atomically
from models.near_duplicates import bands
from models.rows import STORY_BANDS

DAYS = 3  # between one document of a story and the next
_AT_ONCE = 5000  # texts held in memory

_UNBANDED = """
SELECT document_id, text FROM raw.documents ANTI JOIN raw.story_bands USING (document_id)
WHERE passed_gate LIMIT ?
"""

_ORPHANS = """
DELETE FROM raw.story_bands WHERE document_id NOT IN (SELECT document_id FROM raw.documents WHERE passed_gate)
"""

# Each document of a band beside the first one within reach. A document without a date counts as of the first day of
# those that it shares a band with; it must not link what lies years apart.
_LINKS = f"""
CREATE OR REPLACE TEMP TABLE links AS
WITH told AS (
    SELECT band, document_id, published, min(published) OVER alike AS earliest
    FROM raw.story_bands JOIN raw.documents USING (document_id)
    WINDOW alike AS (PARTITION BY band)
    QUALIFY count(*) OVER alike > 1
),
days AS (
    SELECT document_id, coalesce(any_value(published), min(earliest), DATE '1900-01-01') AS day
    FROM told GROUP BY document_id
),
steps AS (
    SELECT band, document_id, day, day - lag(day, 1, day) OVER (PARTITION BY band ORDER BY day, document_id) AS passed
    FROM told JOIN days USING (document_id)
),
islands AS (
    SELECT
        band, document_id, day,
        count_if(passed > {DAYS}) OVER (PARTITION BY band ORDER BY day, document_id) AS island
    FROM steps
)
SELECT DISTINCT
    document_id, first_value(document_id) OVER (PARTITION BY band, island ORDER BY day, document_id) AS other
FROM islands
QUALIFY document_id <> other
"""  # noqa: S608

# The connected parts of those links: each document takes the smallest label of its neighbours until none changes.
# The first document of each part, by day of publication, gives the story its id.
_STORIES = """
CREATE OR REPLACE TEMP TABLE stories AS
WITH RECURSIVE pairs AS (
    SELECT document_id, other FROM links UNION SELECT other, document_id FROM links
),
labels(document_id, label) USING KEY (document_id) AS (
    SELECT document_id, least(document_id, min(other)) FROM pairs GROUP BY document_id
    UNION
    SELECT pairs.document_id, min(changed.label)
    FROM pairs
    JOIN labels AS changed ON changed.document_id = pairs.other
    JOIN recurring.labels AS own ON own.document_id = pairs.document_id
    WHERE changed.label < own.label
    GROUP BY pairs.document_id
)
SELECT
    document_id,
    first_value(document_id) OVER (PARTITION BY label ORDER BY published NULLS LAST, document_id) AS story_id
FROM labels JOIN raw.documents USING (document_id)
"""

_LINK = """
UPDATE raw.documents SET story_id = linked.story_id FROM (
    SELECT document_id, coalesce(stories.story_id, document_id) AS story_id
    FROM raw.documents LEFT JOIN stories USING (document_id)
) AS linked
WHERE documents.document_id = linked.document_id AND documents.story_id IS DISTINCT FROM linked.story_id
"""


def link_stories(connection: duckdb.DuckDBPyConnection) -> int:
    """Give each document of the warehouse its `story_id`; how many share the story of an earlier one.

    The ids follow from the documents that are there, in whatever order they came.
    """
    while atomically(connection, lambda: _add_bands(connection))[0]:
        pass

    def link() -> None:
        for statement in (_ORPHANS, _LINKS, _STORIES, _LINK):
            connection.execute(statement)

    atomically(connection, link)
    row = connection.execute("SELECT count(*) FROM stories WHERE story_id <> document_id").fetchone()
    return int(row[0]) if row else 0


def _add_bands(connection: duckdb.DuckDBPyConnection) -> int:
    """Add the bands of some documents that have none yet; of how many."""
    texts = connection.execute(_UNBANDED, [_AT_ONCE]).fetchall()
    rows = [(document_id, band) for document_id, text in texts for band in bands(text)]
    connection.register("missing", cast(object, pl.DataFrame(rows, schema=STORY_BANDS, orient="row").to_arrow()))
    connection.execute("INSERT INTO raw.story_bands FROM missing")
    connection.unregister("missing")
    return len(texts)
