"""Transactions on a warehouse that others may write too: all or nothing, and anew where another was quicker."""

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

import duckdb
from tenacity import (
    Retrying,
    retry,
    retry_if_exception,
    retry_if_exception_type,
    stop_after_attempt,
    wait_exponential,
    wait_random_exponential,
)

from flows import lake
from flows.store_errors import StoreAwayError

T = TypeVar("T")

_ATTEMPTS = 20

# For what a run does with the warehouse outside of Prefect's tasks, which have retries of their own.
while_away = retry(
    retry=retry_if_exception_type(StoreAwayError),
    wait=wait_exponential(max=20),
    stop=stop_after_attempt(4),
    reraise=True,
)


def atomically(connection: duckdb.DuckDBPyConnection, work: Callable[[], T]) -> tuple[T, int]:
    """Do `work` in one transaction, all of it anew where another writer was quicker; its result, and how often so.

    The transactions of a lake take turns, as if there were one writer.
    """
    retrying = Retrying(
        retry=retry_if_exception(_is_conflict),
        wait=wait_random_exponential(0.1, max=5),
        stop=stop_after_attempt(_ATTEMPTS),
        reraise=True,
    )
    result = retrying(_in_transaction, connection, work)
    return result, int(retrying.statistics["attempt_number"]) - 1


def _in_transaction(connection: duckdb.DuckDBPyConnection, work: Callable[[], T]) -> T:
    connection.execute("BEGIN")
    try:
        lake.take_turn(connection)
        result = work()
        connection.execute("COMMIT")
    except BaseException:
        # Where the commit itself failed there is nothing left to roll back.
        with suppress(duckdb.Error):
            connection.execute("ROLLBACK")
        raise
    return result


def _is_conflict(error: BaseException) -> bool:
    return isinstance(error, duckdb.TransactionException) and "conflict" in str(error).lower()
