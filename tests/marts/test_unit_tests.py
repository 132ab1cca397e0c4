"""The unit tests of the marts: what the models make of made-up rows, such as the life of a case."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from flows.transform import PROJECT, transform
from tests.test_transform import READINGS, warehouse_of


@pytest.mark.slow
def test_the_models_keep_their_rules(tmp_path: Path) -> None:
    warehouse = warehouse_of(tmp_path / "warehouse.duckdb", READINGS[:2])
    transform(warehouse, tmp_path / "work")
    project = ["--project-dir", PROJECT, "--profiles-dir", PROJECT]
    folders = ["--target-path", tmp_path / "target", "--log-path", tmp_path / "logs"]
    done = subprocess.run(
        [Path(sys.executable).with_name("dbt"), "test", "--select", "test_type:unit", *project, *folders],
        env=os.environ | {"SANCTIONWIRE_WAREHOUSE": str(warehouse)}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    written = sum(path.read_text().count("\n    model: ") for path in PROJECT.glob("models/**/*.yml"))
    assert f"PASS={written} WARN=0 ERROR=0" in done.stdout
