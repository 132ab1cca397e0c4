"""The flow on a real Prefect server, with a real warehouse and real dbt."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from prefect.client.orchestration import get_client

from flows.ingest import pipeline, run
from flows.lock import only_run
from flows.report import ARTIFACT_KEY, IncompleteError, RunReport
from flows.settings import Settings
from flows.source_files import SourceError
from flows.store_errors import StoreError
from flows.transform import TransformError
from models.errors import UserError
from models.event import Document
from tests.stores import ACT, OTHER_ACT, ask, fill, held, tables, write_act

pytestmark = pytest.mark.usefixtures("prefect_server")

FAR = "The European Union will lift its sanctions on Russia on 3 May 2044."
CHANGED = "The European Union lifted its sanctions on Belarus on Monday."


@dataclass(frozen=True)
class Run:
    """A run that ended: its report, what it left, and whether it asked for the pipeline."""

    report: RunReport
    store: Path
    tables: dict[str, list[tuple[Any, ...]]]
    extracted: bool


def run_on(inbox: Path, store: Path, **settings: Any) -> Run:
    asked = _asked()
    report = run(Settings(store=store, **settings), [str(inbox)])
    return Run(report, store, tables(store), _asked() > asked)


def _asked() -> int:
    info = pipeline.cache_info()
    return info.hits + info.misses


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill(tmp_path_factory.mktemp("ingest") / "inbox")


@pytest.fixture(scope="module")
def first(inbox: Path, prefect_server: None) -> Run:
    return run_on(inbox, inbox.parent / "store")


@pytest.fixture
def store(first: Run, tmp_path: Path) -> Path:
    """A store of one's own in which `first` has run."""
    return Path(shutil.copytree(first.store, tmp_path / "store"))


@pytest.fixture
def changed(inbox: Path) -> Iterator[Path]:
    """The inbox with another text in one article."""
    write_act(inbox, CHANGED)
    yield inbox
    write_act(inbox)


def runs(store: Path) -> list[tuple[Any, ...]]:
    query = "SELECT status, coalesce(failure, '') FROM raw.runs ORDER BY started_at"
    return ask(store / "warehouse.duckdb", query)


def test_a_run_reads_extracts_loads_and_publishes(first: Run) -> None:
    counts = first.report.counts
    assert (counts.documents_read, counts.documents_new, counts.rejected) == (4, 3, 1)
    assert counts.mentions >= counts.events >= 2
    assert first.extracted
    assert set(first.report.seconds) == {"read", "extract", "load", "transform", "publish"}
    assert first.report.published.tables["dim_document"] == 3
    assert ask(first.store / "sanctions.duckdb", "SELECT count(*) FROM dim_document") == [(3,)]
    assert runs(first.store) == [("succeeded", "")]


def test_a_finished_run_leaves_no_drafts_or_results(first: Run) -> None:
    assert sorted(path.name for path in first.store.iterdir()) == [
        "dbt", "run.lock", "sanctions.duckdb", "warehouse.duckdb",
    ]  # fmt: skip


def test_what_cannot_be_read_is_a_row_with_its_reason(first: Run, inbox: Path) -> None:
    query = 'SELECT origin, line, stage, "check", reason, record, run_id FROM raw.rejected'
    ((origin, line, stage, check, reason, record, run_id),) = ask(first.store / "warehouse.duckdb", query)
    assert (origin, line, stage, check) == (f"{inbox}/table.jsonl", 2, "read", "broken_json")
    assert reason.startswith(f"{inbox}/table.jsonl:2: no valid JSON")
    assert (record, run_id) == ('"{broken\\n"', first.report.run_id)
    assert first.report.rejections == {"broken_json": 1}


def test_every_mention_can_be_traced_to_the_text(first: Run) -> None:
    query = """
        SELECT count(*), count(*) FILTER (
            substr(text, trigger_start + 1, trigger_end - trigger_start) = trigger
            AND substr(text, sentence_start + 1, sentence_end - sentence_start) = sentence)
        FROM raw.event_mentions JOIN raw.documents USING (document_id)
    """
    ((mentions, traced),) = ask(first.store / "warehouse.duckdb", query)
    assert mentions == traced == first.report.counts.mentions


def artifacts(run_id: str) -> dict[str, dict[str, Any]]:
    """What Prefect keeps of a run, by key."""
    with get_client(sync_client=True) as client:
        criteria = {"artifacts": {"flow_run_id": {"any_": [run_id]}}}
        return {one["key"]: one for one in client.request("POST", "/artifacts/filter", json=criteria).json()}


def test_prefect_keeps_what_the_run_did(first: Run, inbox: Path) -> None:
    kept = artifacts(first.report.run_id)
    assert {key: one["type"] for key, one in kept.items()} == {
        ARTIFACT_KEY: "table",
        f"{ARTIFACT_KEY}-published": "markdown",
        f"{ARTIFACT_KEY}-rejected": "table",
        f"{ARTIFACT_KEY}-report": "markdown",
        f"{ARTIFACT_KEY}-sources": "table",
    }
    assert "documents read" in str(kept[ARTIFACT_KEY]["data"])
    assert "- `dim_document`: 3 rows" in str(kept[f"{ARTIFACT_KEY}-published"]["data"])
    assert f"{inbox}/table.jsonl:2: no valid JSON" in str(kept[f"{ARTIFACT_KEY}-rejected"]["data"])
    assert (first.store / "sanctions.duckdb").as_uri() in str(kept[f"{ARTIFACT_KEY}-report"]["data"])


@pytest.mark.slow
def test_named_sources_each_have_a_line_and_a_row_whatever_becomes_of_them(inbox: Path, tmp_path: Path) -> None:
    named = tmp_path / "sources.toml"
    lines = ["[sources.inbox]", 'kind = "folder"', f'path = "{inbox}"', "[sources.gone]", 'kind = "folder"']
    named.write_text("\n".join([*lines, f'path = "{tmp_path / "gone"}"']))
    settings = Settings(store=tmp_path / "store", sources=named, log_file=tmp_path / "log.jsonl")
    report = run(settings, [])
    told = [(one.source, one.new, one.unchanged, one.failed) for one in report.sources]
    assert told == [("inbox", 3, 0, 1), ("gone", 0, 0, 1)]
    rows = ask(settings.warehouse, "SELECT source, new, failed, reason FROM raw.source_runs ORDER BY source DESC")
    assert rows == [(one.source, one.new, one.failed, one.reason) for one in report.sources]
    assert "no such file or folder" in str(artifacts(report.run_id)[f"{ARTIFACT_KEY}-sources"]["data"])
    assert {json.loads(line)["run_id"] for line in settings.log_file.read_text().splitlines()} == {report.run_id}

    settings.page.write_text("an old page")
    with pytest.raises(IncompleteError, match="--strict was given, and 2 were rejected") as error:
        run(settings, [], strict=True)
    assert [(one.new, one.unchanged) for one in error.value.report.sources] == [(0, 3), (0, 0)]
    assert "<html" in settings.page.read_text()
    assert settings.page.as_uri() in str(artifacts(error.value.report.run_id)[f"{ARTIFACT_KEY}-report"]["data"])


def test_a_document_that_comes_again_in_the_next_batch_is_read_once(tmp_path: Path) -> None:
    row = json.dumps({"id": "twice", "text": OTHER_ACT, "published": "2024-05-09"})
    (tmp_path / "rows.jsonl").write_text(f"{row}\n{row}\n")
    counts = run_on(tmp_path / "rows.jsonl", tmp_path / "store", batch_size=1).report.counts
    assert (counts.documents_read, counts.documents_new, counts.documents_unchanged) == (2, 1, 1)


@pytest.mark.slow
def test_two_texts_of_one_origin_are_read_once_however_often_they_come(tmp_path: Path) -> None:
    told = {text: json.dumps({"id": "twice", "text": text, "published": "2024-05-09"}) for text in (ACT, OTHER_ACT)}
    rows, store = tmp_path / "rows.jsonl", tmp_path / "store"

    def come(*texts: str) -> tuple[int, int, int, int]:
        rows.write_text("".join(f"{told[text]}\n" for text in texts))
        counts = run_on(rows, store, batch_size=1).report.counts
        read, new, unchanged = counts.documents_read, counts.documents_new, counts.documents_unchanged
        return read, new, unchanged, counts.documents_replaced

    assert come(ACT, OTHER_ACT) == (2, 1, 0, 1)
    for _ in range(2):
        assert come(ACT, OTHER_ACT) == (2, 0, 2, 0)
    assert (held_texts(store, "documents"), held_texts(store, "documents_history")) == ([OTHER_ACT], [ACT])
    assert come(ACT) == (1, 0, 0, 1)
    assert (held_texts(store, "documents"), held_texts(store, "documents_history")) == ([ACT], [ACT, OTHER_ACT])


def held_texts(store: Path, table: str) -> list[str]:
    return [text for (text,) in ask(store / "warehouse.duckdb", f"SELECT text FROM raw.{table} ORDER BY loaded_at")]


def test_a_document_one_of_whose_events_is_rejected_is_read_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "far.txt").write_text(f"---\npublished: 2024-05-08\n---\n{FAR}")
    counts = run_on(tmp_path / "far.txt", tmp_path / "store").report.counts
    assert (counts.documents_read, counts.documents_new, counts.rejected) == (1, 1, 1)


def test_a_document_that_breaks_the_extractor_is_a_row_with_its_reason(
    inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(store=tmp_path / "store")
    monkeypatch.setattr(pipeline(settings.language_model, settings.min_confidence), "max_length", len(OTHER_ACT))
    report = run(settings, [str(inbox)])
    assert report.rejections == {"broken_json": 1, "not_extracted": 1}
    assert report.counts.documents_new == 2
    ((origin, reason),) = ask(
        settings.warehouse, "SELECT origin, reason FROM raw.rejected WHERE \"check\" = 'not_extracted'"
    )
    assert origin == f"{inbox}/act.txt"
    assert reason.startswith(f"{origin}: the extractor breaks off (ValueError: ")


def test_a_run_without_any_source_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no source given: name files or folders, or a file of sources"):
        run(Settings(store=tmp_path / "store"), [])


@pytest.mark.slow
def test_a_second_run_extracts_nothing_and_changes_nothing(first: Run, store: Path, inbox: Path) -> None:
    second = run_on(inbox, store)
    assert not second.extracted
    counts = second.report.counts
    assert (counts.documents_read, counts.documents_new, counts.documents_unchanged) == (4, 0, 3)
    assert (counts.documents_replaced, counts.events, counts.mentions) == (0, 0, 0)
    assert second.tables == first.tables
    assert runs(store) == [("succeeded", "")] * 2


@pytest.mark.slow
def test_neither_two_processes_nor_small_batches_change_the_tables(first: Run, inbox: Path, tmp_path: Path) -> None:
    assert run_on(inbox, tmp_path / "store", batch_size=1, workers=2).tables == first.tables


def test_a_changed_article_replaces_its_events_while_a_reader_reads_on(first: Run, store: Path, changed: Path) -> None:
    published = store / "sanctions.duckdb"
    texts = "SELECT list(sentence ORDER BY sentence) FROM (SELECT DISTINCT sentence FROM fct_event_mentions)"
    before = ask(published, texts)
    assert before == [([OTHER_ACT, ACT],)]
    with held(published, texts) as answer:
        after = run_on(changed, store)
        assert answer() == str(before)
    assert ask(published, texts) == [([OTHER_ACT, CHANGED],)]
    assert (after.report.counts.documents_replaced, after.report.counts.documents_unchanged) == (1, 2)
    gone = Document("", ACT, "Council acts", date(2024, 5, 8)).document_id
    assert gone in str(first.tables)
    assert {name for name, rows in after.tables.items() if gone in str(rows)} == {
        "raw.documents_history",
        "raw.event_mentions_history",
    }


@pytest.mark.slow
def test_a_run_whose_marts_fail_publishes_nothing_and_the_next_takes_up_what_it_extracted(
    first: Run, store: Path, changed: Path, tmp_path: Path
) -> None:
    before = (store / "sanctions.duckdb").read_bytes()
    sound = Path(shutil.copy(store / "warehouse.duckdb", tmp_path))
    spoil(store)
    with pytest.raises(TransformError, match="test accepted_values_fct_event_mentions_status"):
        run_on(changed, store)
    assert (store / "sanctions.duckdb").read_bytes() == before
    assert [path.name for path in store.iterdir() if path.name.endswith((".draft", ".wal"))] == []
    status, failure = runs(store)[-1]
    assert status == "failed"
    assert failure.startswith("dbt: test accepted_values_fct_event_mentions_status")

    shutil.copy(sound, store / "warehouse.duckdb")  # as if it had been killed before anything was loaded
    again = run_on(changed, store)
    assert not again.extracted
    assert again.report.counts.documents_replaced == 1
    assert CHANGED in str(again.tables["raw.event_mentions"])
    assert not (store / "results").exists()


def spoil(store: Path) -> None:
    """Give the mentions a status that no test of the marts accepts, and have all of them built anew."""
    (store / "dbt" / "models.sha256").unlink()
    with duckdb.connect(store / "warehouse.duckdb") as connection:
        connection.execute("UPDATE raw.event_mentions SET status = 'rumoured'")


def test_a_store_in_use_refuses_a_second_run(first: Run, store: Path, inbox: Path) -> None:
    with only_run(store), pytest.raises(StoreError) as error:
        run_on(inbox, store)
    assert str(error.value) == f"{store} is in use by another run: wait for it to end (--wait), or name another --store"
    assert runs(store) == [("succeeded", "")]
    with only_run(store):  # free again
        pass


def test_a_file_that_is_no_warehouse_leaves_what_was_published(first: Run, store: Path, inbox: Path) -> None:
    before = (store / "sanctions.duckdb").read_bytes()
    (store / "warehouse.duckdb").write_bytes(b"no database " * 1000)
    with pytest.raises(StoreError, match=r"warehouse\.duckdb is not a DuckDB file"):
        run_on(inbox, store)
    assert (store / "sanctions.duckdb").read_bytes() == before
    assert (store / "warehouse.duckdb").read_bytes() == b"no database " * 1000


def test_sources_that_name_nothing_are_told_before_anything_is_made(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such file or folder"):
        run_on(tmp_path / "gone", tmp_path / "store")
    assert not (tmp_path / "store").exists()
