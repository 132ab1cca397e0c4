"""The flow that keeps a warehouse small: old history goes, and the file is written anew without the room it left."""

from dataclasses import dataclass
from datetime import timedelta

from prefect import flow
from prefect.artifacts import create_table_artifact
from prefect.runtime import flow_run

from flows.compact import compact
from flows.history import prune_history
from flows.journal import Stages, journal
from flows.lock import only_run
from flows.notify import notify
from flows.settings import Settings
from flows.warehouse import open_warehouse
from models.clock import now

ARTIFACT_KEY = "sanctionwire-maintenance"


@dataclass(frozen=True, slots=True)
class Maintained:
    """How many rows of history went, and the size of the warehouse before and after, in bytes."""

    pruned: int
    before: int
    after: int


@flow(name="maintenance", on_failure=[notify], on_crashed=[notify])
def maintenance(settings: Settings, wait: float = 0) -> Maintained:
    """Prune the history, checkpoint the warehouse and compact it. The published file is left alone.

    Another run that holds the store is waited for up to `wait` seconds.

    Raises:
        StoreError: the store is in use, or cannot be read or written. The warehouse is then as it was, but for the
            history, which stays pruned where only compacting fails.
    """
    stages = Stages()
    with only_run(settings.store, wait), journal(settings.log_file, str(flow_run.id)):
        with stages("prune"), open_warehouse(settings.warehouse) as connection:
            pruned = prune_history(connection, now() - timedelta(days=settings.keep_history_days))
        with stages("compact"):
            compacted = compact(settings.warehouse)
    done = Maintained(pruned, compacted.before, compacted.after)
    create_table_artifact(
        key=ARTIFACT_KEY,
        table=[{"figure": label, "value": value} for label, value in lines(done)],
        description="What maintenance did to the warehouse",
    )
    return done


def lines(done: Maintained) -> list[tuple[str, str]]:
    """What was done as lines of a label and a value."""
    return [
        ("history pruned", f"{done.pruned} rows"),
        ("warehouse", f"{done.before / 1e6:.1f} MB, was compacted to {done.after / 1e6:.1f} MB"),
    ]
