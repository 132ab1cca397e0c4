"""Batches to load, without all that a run needs: also for the processes that a test starts."""

import duckdb

from flows.warehouse import load, unread
from models.rows import document_rows, mention_rows, rejection_rows
from tests.dispatches import STAMP, Act, dispatch


def load_batch(connection: duckdb.DuckDBPyConnection, *origins: str) -> int:
    """Load a document of each of these origins; how often another writer was quicker."""
    readings = [dispatch(f"The EU sanctioned Russia, says {one}.", Act("sanctioned"), origin=one) for one in origins]
    rows = document_rows(readings, STAMP), mention_rows(readings, STAMP), rejection_rows([], STAMP)
    return load(connection, *rows, unread(connection, [], STAMP.extractor_version)[1], STAMP).conflicts
