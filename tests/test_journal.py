import json
import logging
from pathlib import Path

import pytest

from flows.journal import Stages, journal
from flows.store_errors import StoreError


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_each_stage_is_two_lines_with_run_and_batch(tmp_path: Path) -> None:
    path = tmp_path / "logs" / "runs.jsonl"
    stages = Stages()
    with journal(path, "run-1"), stages("load", 3):
        pass
    begun, ended = lines(path)
    assert {**begun, "time": ""} == {
        "level": "INFO", "message": "begins", "stage": "load", "batch": 3, "run_id": "run-1", "time": "",
    }  # fmt: skip
    assert (ended["message"], ended["seconds"]) == ("ends", round(stages.seconds["load"], 3))


def test_what_the_modules_log_is_in_it_and_a_second_run_goes_on_below(tmp_path: Path) -> None:
    path = tmp_path / "runs.jsonl"
    for run in ("run-1", "run-2"):
        with journal(path, run):
            logging.getLogger("flows.sources").warning("Zürich: files of other kinds passed over")
    assert [(line["run_id"], line["level"], line["message"]) for line in lines(path)] == [
        ("run-1", "WARNING", "Zürich: files of other kinds passed over"),
        ("run-2", "WARNING", "Zürich: files of other kinds passed over"),
    ]


def test_without_a_file_nothing_is_kept(tmp_path: Path) -> None:
    with journal(None, "run-1"), Stages()("read"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    said = "cannot be written: Is a directory; mend SANCTIONWIRE_LOG_FILE"
    with pytest.raises(StoreError, match=said), journal(tmp_path, "run-1"):
        pass
