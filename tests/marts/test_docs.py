"""`dbt docs generate` writes a site that knows every mart and column."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from flows.transform import PROJECT, transform
from tests.test_transform import READINGS, warehouse_of


@pytest.mark.slow
def test_the_docs_know_every_mart(tmp_path: Path) -> None:
    warehouse = warehouse_of(tmp_path / "warehouse.duckdb", READINGS[:2])
    transform(warehouse, tmp_path / "work")
    folders = ["--project-dir", PROJECT, "--profiles-dir", PROJECT, "--target-path", tmp_path / "docs"]
    subprocess.run(
        [Path(sys.executable).with_name("dbt"), "docs", "generate", *folders, "--log-path", tmp_path / "logs"],
        check=True,
        env=os.environ | {"SANCTIONWIRE_WAREHOUSE": str(warehouse)},
    )
    assert (tmp_path / "docs" / "index.html").is_file()
    manifest = json.loads((tmp_path / "docs" / "manifest.json").read_text())
    catalog = json.loads((tmp_path / "docs" / "catalog.json").read_text())
    built = {
        name: node
        for name, node in manifest["nodes"].items()
        if node.get("schema") == "marts" and name.startswith("model")
    }
    assert set(built) <= set(catalog["nodes"])
    for name, node in built.items():
        described = {column for column, about in node["columns"].items() if about["description"]}
        assert described == set(catalog["nodes"][name]["columns"])
        assert (node["group"], node["access"], node["contract"]["enforced"]) == ("reporting", "public", True)
    assert manifest["exposures"]
