"""The flow that reads stored documents again after the extractor changed, without their sources."""

from prefect import flow

from flows.ingest import Intake, take_in
from flows.intake import Item, SourceTally
from flows.notify import notify
from flows.outdated import outdated, stored
from flows.report import RunReport
from flows.settings import Settings
from flows.warehouse import open_warehouse
from models.extraction.pipeline import extractor_version


def run(settings: Settings, *, wait: float = 0) -> RunReport:
    """Run the flow. Raises what `flows.ingest.run` raises."""
    return backfill(settings, wait)


@flow(name="backfill", on_failure=[notify], on_crashed=[notify])
def backfill(settings: Settings, wait: float = 0) -> RunReport:
    """Extract again, from the stored texts, what another version of the extractor has read; publish once, at the end.

    A run that was killed left its batches in the warehouse; the next one goes on with those that remain. Another run
    that holds the store is waited for up to `wait` seconds.
    """

    def items(_: SourceTally) -> Intake:
        version = extractor_version(settings.language_model, settings.min_confidence)
        with open_warehouse(settings.warehouse) as connection:
            ids = outdated(connection, version)
        return (Item(document) for document in stored(settings.warehouse, ids)), len(ids)

    return take_in(settings, items, wait=wait)
