"""Documents that another version of the extractor has read: what a backfill reads again, from the stored texts."""

from collections.abc import Iterator

import duckdb

from flows.warehouse import Warehouse, open_warehouse
from models.event import Document

_AT_ONCE = 1000  # texts held in memory

_TEXTS = """
SELECT origin, text, title, published, url, source, fetched_at
FROM raw.documents SEMI JOIN (SELECT unnest(?) AS document_id) USING (document_id) ORDER BY document_id
"""


def outdated(connection: duckdb.DuckDBPyConnection, version: str) -> list[str]:
    """The ids of the documents that another version than this has read, in order; only those an origin still holds."""
    rows = connection.execute(
        "SELECT document_id FROM raw.documents SEMI JOIN raw.origins USING (origin, document_id)"
        " WHERE extractor_version <> ? ORDER BY document_id",
        [version],
    ).fetchall()
    return [str(document_id) for (document_id,) in rows]


def stored(warehouse: Warehouse, document_ids: list[str]) -> Iterator[Document]:
    """The documents with these ids, from the warehouse, which is open only while some are fetched.

    Raises:
        StoreError: the warehouse cannot be read.
    """
    for start in range(0, len(document_ids), _AT_ONCE):
        with open_warehouse(warehouse) as connection:
            rows = connection.execute(_TEXTS, [document_ids[start : start + _AT_ONCE]]).fetchall()
        yield from (Document(*row) for row in rows)
