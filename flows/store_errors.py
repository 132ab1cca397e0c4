"""What can go wrong with a store, said in one line: what it is, where, and what to do."""

from collections.abc import Generator
from contextlib import contextmanager

import duckdb

from models.errors import UserError

# What DuckDB raises when it is the store that is at fault; a commit to a full disk is a TransactionException.
_FAULTS = (
    duckdb.ConnectionException,
    duckdb.FatalException,
    duckdb.IOException,
    duckdb.OutOfMemoryException,
    duckdb.TransactionException,
)

# What the messages of DuckDB and of what stands behind a lake hold, and what to say instead.
_LOCKED = ("set lock", "database is locked")
_UNREACHABLE = (
    "onnection refused",
    "Could not connect",
    "could not translate host name",
    "Could not resolve host",
    "connection to server",
    "server closed the connection",
    "no connection to the server",
    "terminating connection",
    "the database system is",  # starting up, or shutting down
    'execute query "ROLLBACK"',  # a catalogue that dropped the connection says no more than that this failed, too
    "timeout expired",
    "Timeout was reached",
)
_EXPLANATIONS = {
    "different configuration": "{place} is open elsewhere in this program with other settings: close that connection",
    "not a valid DuckDB": "{place} is not a DuckDB file: move it away, or name another --store",
    "ermission denied": "{place} cannot be written: give yourself the right to, or name another --store",
    "ead-only file system": "{place} lies on a read-only disk: name another --store",
    "No space left": "{place}: the disk is full: make room, or name another --store",
    "File too large": "{place}: the file may not grow any further: raise the limit or quota, or name another --store",
    "password": "{place}: PostgreSQL refuses the user: set PGUSER and PGPASSWORD to those of the catalogue",
    'role "': "{place}: PostgreSQL knows no such user: make it with createuser, or mend SANCTIONWIRE_LAKE",
    'database "': "{place}: PostgreSQL has no such database: make it with createdb, or mend SANCTIONWIRE_LAKE",
    "does not match existing data path": "{place} has its data elsewhere: mend or unset SANCTIONWIRE_LAKE_DATA",
    "DATA_PATH": "{place}: a new catalogue must be told where its data is to lie: set SANCTIONWIRE_LAKE_DATA",
}
_LONGEST = 300  # characters of a message that is passed on as it is


class StoreError(UserError):
    """The store cannot be read or written; the message says what, where and what to do."""


class StoreAwayError(StoreError):
    """The store cannot be had just now: a later try may succeed."""


class StoreLockedError(StoreAwayError):
    """Another program has the file open."""


@contextmanager
def store_errors(place: object) -> Generator[None]:
    """Turn what DuckDB says about the store at `place`, a path or a lake, into a StoreError of one line."""
    try:
        yield
    except duckdb.Error as error:
        # DuckLake passes on what its catalogue says as the plainest of errors.
        if not isinstance(error, _FAULTS) and type(error) is not duckdb.Error:
            raise
        raise explained(place, str(error)) from error


def explained(place: object, message: str) -> StoreError:
    """What DuckDB's message about the store at `place` means."""
    if any(sign in message for sign in _LOCKED):
        return StoreLockedError(
            f"{place} is open in another program: wait for the other run to end, or close that program"
        )
    for sign, explanation in _EXPLANATIONS.items():
        if sign in message:
            return StoreError(explanation.format(place=place))
    if any(sign in message for sign in _UNREACHABLE):
        return StoreAwayError(
            f"{place}: its catalogue or its object store cannot be reached: start it, or mend the address"
        )
    return StoreError(f"{place}: {' '.join(message.split())[:_LONGEST]}")
