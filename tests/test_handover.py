from datetime import date, datetime
from importlib.util import find_spec
from pathlib import Path

import fsspec
import pytest

from flows.handover import (
    ResultStoreError,
    folder_of,
    forget_all,
    forget_documents,
    get_documents,
    get_readings,
    put_documents,
    put_readings,
    refer,
)
from flows.settings import Settings
from models.event import Action, Document, Measure
from models.rejection import Rejection
from models.rows import Reading
from tests.dispatches import Act, day, dispatch

QUIET = Document(
    "b.txt", "The river rose.", "Ünïcode ✓", None, "https://example.org/b", "wire", datetime(2025, 1, 2, 3)
)
BUSY = dispatch(
    "On Monday the EU sanctioned Russia, and lifted a ban.",
    Act("sanctioned", date=day("Monday", date(2014, 7, 14)), measures=(Measure.TRADE, Measure.ENERGY)),
    Act("lifted", actors=(), targets=(), action=Action.LIFT, measures=(), confidence=0.1 + 0.2, is_background=True),
)
BROKEN = Rejection("c.txt", None, "document", "not_extracted", "c.txt: the extractor breaks off")
READINGS = [BUSY, Reading(QUIET, False), Reading(QUIET, True), BROKEN]
DOCUMENTS = [BUSY.document, QUIET, QUIET, Document("c.txt", "It rained.")]


@pytest.mark.parametrize("address", ["{tmp_path}/results", "file://{tmp_path}", "memory://bucket/handover"])
def test_documents_and_readings_come_back_as_they_went(address: str, tmp_path: Path) -> None:
    there_and_back(address.format(tmp_path=tmp_path))


@pytest.mark.slow
@pytest.mark.skipif(not find_spec("s3fs"), reason="needs the extra s3: uv sync --extra s3")
def test_an_object_store_holds_them_too() -> None:
    from tests.object_store import object_store  # its server is slow to import

    fsspec.get_filesystem_class("s3").clear_instance_cache()  # which may know another test's store
    with object_store() as bucket:
        there_and_back(f"{bucket}/results")
    with pytest.raises(
        ResultStoreError, match=rf"{bucket}/.* on the result store cannot be used: .*; name another in SA"
    ):
        put_documents(refer(bucket, DOCUMENTS, "1.0"), DOCUMENTS)


def there_and_back(folder: str) -> None:
    batch = refer(folder, DOCUMENTS, "1.0")
    assert get_readings(batch, DOCUMENTS) is None
    put_documents(batch, DOCUMENTS)
    assert get_documents(batch) == DOCUMENTS
    put_readings(batch, READINGS)
    put_readings(batch, READINGS)  # as a cluster does that holds a slow worker for dead
    assert get_readings(batch, DOCUMENTS) == READINGS
    forget_documents(batch)
    files, path = fsspec.url_to_fs(folder)
    assert [Path(name).name for name in files.find(path)] == [f"{batch.key}.readings.parquet"]
    forget_all(folder)
    forget_all(folder)
    assert not files.exists(path)


def test_a_batch_is_known_by_what_is_in_it_and_who_reads_it() -> None:
    batch = refer("results", DOCUMENTS, "1.0")
    assert refer("results", DOCUMENTS, "1.0") == batch
    assert len({refer("results", *other) for other in [(DOCUMENTS, "1.1"), (DOCUMENTS[:2], "1.0")]} | {batch}) == 3


def test_half_a_file_counts_as_none(tmp_path: Path) -> None:
    batch = refer(str(tmp_path), DOCUMENTS, "1.0")
    put_readings(batch, READINGS)
    file = Path(batch.readings)
    for kept in (0, 10, file.stat().st_size - 1):
        file.write_bytes(file.read_bytes()[:kept])
        assert get_readings(batch, DOCUMENTS) is None


def test_stores_share_an_address_but_no_folder(tmp_path: Path) -> None:
    folders = {
        folder_of(Settings(store=tmp_path / store, results=results))
        for store in ("a", "b")
        for results in (None, "memory://bucket/", "memory://bucket")
    }
    assert len(folders) == 4
    assert str(tmp_path / "a" / "results") in folders
    assert sum(folder.startswith("memory:///bucket/") for folder in folders) == 2


def test_a_folder_of_this_machine_is_told_in_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert folder_of(Settings(store=tmp_path, results="here")).startswith(f"file://{tmp_path}/here/")


def test_what_cannot_be_written_or_reached_is_one_line(tmp_path: Path) -> None:
    file = tmp_path / "no folder"
    file.touch()
    batch = refer(str(file), DOCUMENTS, "1.0")
    with pytest.raises(
        ResultStoreError, match=r"on the result store cannot be used: .*name another in SANCTIONWIRE_RES"
    ):
        put_documents(batch, DOCUMENTS)
    with pytest.raises(
        ResultStoreError, match=r"documents.parquet is not there for .*: name a result store that workers"
    ):
        get_documents(refer(str(tmp_path), DOCUMENTS, "1.0"))
    with pytest.raises(ResultStoreError, match="s3x"):
        folder_of(Settings(store=tmp_path, results="s3x://bucket"))
