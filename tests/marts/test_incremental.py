"""Building on what an earlier run built ends in the same rows as building everything anew."""

import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest

from flows.transform import TransformError, transform
from models.event import Action
from tests.dispatches import Act, day, dispatch
from tests.stores import ask
from tests.test_transform import READINGS, UMBRA, warehouse_of

EARLIER = dispatch(
    "The EU had sanctioned Russia on 15 July.",
    Act("sanctioned", date=day("on 15 July", date(2014, 7, 15))),
    origin="earlier.txt",
    source="C",
)
OTHER = dispatch(
    "Washington now lifted the sanctions on Umbra.",
    Act("lifted", (("Washington", "United States", "USA"),), (UMBRA,), Action.LIFT),
    origin="other.txt",
)


@pytest.mark.slow
def test_an_incremental_build_equals_a_full_one(tmp_path: Path) -> None:
    """After a telling that moves the window of its event, a document that left, and one that was read anew."""
    warehouse = warehouse_of(tmp_path / "warehouse.duckdb", READINGS)
    transform(warehouse, tmp_path / "work")
    before = marts(warehouse)
    warehouse_of(warehouse, [EARLIER, OTHER])
    with duckdb.connect(warehouse) as connection:
        gone, anew = "(SELECT document_id FROM raw.documents WHERE origin = 'd.txt')", "'e.txt'"
        connection.execute(f"DELETE FROM raw.event_mentions WHERE document_id = {gone}")
        connection.execute(f"DELETE FROM raw.documents WHERE document_id = {gone}")
        connection.execute(
            "UPDATE raw.event_mentions SET status = 'planned', run_id = 'later'"
            f" WHERE document_id = (SELECT document_id FROM raw.documents WHERE origin = {anew})"
        )
    shutil.copy(warehouse, tmp_path / "anew.duckdb")
    with duckdb.connect(tmp_path / "anew.duckdb") as connection:
        connection.execute("DROP SCHEMA marts CASCADE")

    transform(warehouse, tmp_path / "work")
    transform(tmp_path / "anew.duckdb", tmp_path / "work-anew")

    assert "create" not in (tmp_path / "work" / RUN).read_text(), "built anew"
    assert marts(warehouse) == marts(tmp_path / "anew.duckdb")
    assert marts(warehouse)["fct_event_mentions"] != before["fct_event_mentions"]


@pytest.mark.slow
def test_other_models_build_everything_anew(tmp_path: Path) -> None:
    """A project of another version: what stands in the marts cannot be built on."""
    warehouse = warehouse_of(tmp_path / "warehouse.duckdb", READINGS[:2])
    transform(warehouse, tmp_path / "work")
    (tmp_path / "work" / "models.sha256").write_text("of another version")
    with duckdb.connect(warehouse) as connection:
        connection.execute("ALTER TABLE marts.fct_event_mentions DROP COLUMN trigger_text")
    transform(warehouse, tmp_path / "work")
    assert ask(warehouse, "SELECT trigger_text FROM marts.fct_event_mentions") == [("sanctioned",), ("sanctioned",)]


@pytest.mark.slow
def test_rows_of_a_build_that_failed_are_not_built_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other models built everything anew, a test on them failed, and the old models are back."""
    warehouse = warehouse_of(tmp_path / "warehouse.duckdb", READINGS[:2])
    transform(warehouse, tmp_path / "work")
    with monkeypatch.context() as other, pytest.raises(TransformError):
        other.setattr("flows.transform._models", lambda: "other")
        tell(warehouse, "rumoured")
        transform(warehouse, tmp_path / "work")
    tell(warehouse, "enacted")
    transform(warehouse, tmp_path / "work")
    assert ask(warehouse, "SELECT DISTINCT status FROM marts.fct_event_mentions") == [("enacted",)]


def tell(warehouse: Path, status: str) -> None:
    """Have all mentions tell another status, as if other models had made it of the same rows."""
    with duckdb.connect(warehouse) as connection:
        connection.execute("UPDATE raw.event_mentions SET status = ?", [status])


RUN = Path("target", "run", "sanctionwire", "models", "marts", "fct_event_mentions.sql")


def marts(warehouse: Path) -> dict[str, list[tuple[object, ...]]]:
    names = ask(warehouse, "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'marts'")
    return {name: ask(warehouse, f"FROM marts.{name} ORDER BY ALL") for (name,) in names}
