"""The warehouse without the room that replaced rows left: DuckDB reuses it but never gives it back."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from flows import lake
from flows.drafts import draft_of, quoted
from flows.lake import Lake
from flows.store_errors import StoreError, store_errors
from flows.warehouse import Warehouse, open_warehouse


@dataclass(frozen=True, slots=True)
class Compacted:
    """The size of the warehouse before and after, in bytes."""

    before: int
    after: int


def compact(warehouse: Warehouse) -> Compacted:
    """Make the warehouse as small as what it holds.

    Raises:
        StoreError: it is open elsewhere, or cannot be read or written; it is then as it was.
    """
    return _compact_lake(warehouse) if isinstance(warehouse, Lake) else _compact_file(warehouse)


def _compact_lake(warehouse: Lake) -> Compacted:
    with open_warehouse(warehouse) as connection:
        before = lake.size(connection)
        lake.tidy(connection)
        return Compacted(before, lake.size(connection))


def _compact_file(path: Path) -> Compacted:
    """Rewrite the DuckDB file `path` with all it holds, and put the new one in its place by one rename.

    A process that is killed at any instant leaves the file as it was, or the new one. Nothing else may have it open.
    """
    with open_warehouse(path) as connection:
        connection.execute("CHECKPOINT")
    log = path.with_name(f"{path.name}.wal")
    if log.exists():  # it would be taken for the log of the new file
        raise StoreError(f"{log} is in use by another program: close that program, then try again")
    before = path.stat().st_size
    with store_errors(path), duckdb.connect() as connection:
        # Under the name that its views know it by. It stays attached, and so locked, until the new file is in place.
        connection.execute(f'ATTACH {quoted(path)} AS "{path.stem}" (READ_ONLY)')
        with draft_of(path) as draft, store_errors(draft):
            connection.execute(f"ATTACH {quoted(draft)} AS draft")
            connection.execute(f'COPY FROM DATABASE "{path.stem}" TO draft')
            connection.execute("DETACH draft")
    return Compacted(before, path.stat().st_size)
