"""Maintenance on a real Prefect server and a real warehouse."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from flows.history import retire_unheld
from flows.lock import StoreBusyError, only_run
from flows.maintenance import maintenance
from flows.settings import Settings
from flows.warehouse import load, open_warehouse, unread
from models.clock import now
from models.rows import document_rows, mention_rows, rejection_rows
from tests.dispatches import STAMP, Act, dispatch
from tests.stores import ask

pytestmark = pytest.mark.usefixtures("prefect_server")


def replaced(store: Path) -> None:
    """A warehouse in which one document took the place of another a year ago, and a third of that one now."""
    with open_warehouse(store / "warehouse.duckdb") as connection:
        for number, at in enumerate((now() - timedelta(days=400), now() - timedelta(days=390), now())):
            stamp = replace(STAMP, run_id=f"run-{number}", at=at)
            reading = dispatch(f"The EU sanctioned Russia {number} times.", Act("sanctioned"))
            _, others = unread(connection, [reading.document], stamp.extractor_version)
            rows = document_rows([reading], stamp), mention_rows([reading], stamp), rejection_rows([], stamp)
            load(connection, *rows, others, stamp)
            retire_unheld(connection, stamp)


def test_old_history_goes_and_the_rest_stays(tmp_path: Path) -> None:
    replaced(tmp_path)
    warehouse = tmp_path / "warehouse.duckdb"
    documents = ask(warehouse, "FROM raw.documents")
    done = maintenance(Settings(store=tmp_path, keep_history_days=365))
    assert done.pruned == 2  # a document and its mention
    assert ask(warehouse, "SELECT replaced_by_run FROM raw.documents_history") == [("run-2",)]
    assert ask(warehouse, "FROM raw.documents") == documents
    assert done.after == warehouse.stat().st_size
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run.lock", "warehouse.duckdb"]


def test_it_leaves_a_store_in_use_alone(tmp_path: Path) -> None:
    with only_run(tmp_path), pytest.raises(StoreBusyError):
        maintenance(Settings(store=tmp_path))
