"""The marts, built and tested by dbt in this process."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from dbt.artifacts.schemas.results import NodeStatus, TestStatus
from dbt.artifacts.schemas.run import RunExecutionResult
from dbt.cli.main import dbtRunner

PROJECT = Path(__file__).resolve().parents[1] / "dbt_project"


@dataclass(frozen=True, slots=True)
class Transformed:
    """What dbt did: how many nodes passed, and a line for each that warns or failed."""

    passed: int
    warnings: tuple[str, ...]
    failures: tuple[str, ...]


class TransformError(Exception):
    """dbt could not build the marts, or a test on them failed."""


def transform(warehouse: Path, work: Path) -> Transformed:
    """Load the seeds, build the models and test them (`dbt build`) in the file `warehouse`, which is closed afterwards.

    dbt's compiled project and log go to the folder `work`. Nothing else may have the warehouse open.

    Raises:
        TransformError: a model or a test failed; the message names each.
    """
    arguments = ["build", "--quiet", "--no-use-colors", "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
    arguments += ["--target-path", str(work / "target"), "--log-path", str(work / "logs")]
    with _environment(SANCTIONWIRE_WAREHOUSE=str(warehouse), DO_NOT_TRACK="1"):
        outcome = dbtRunner().invoke(arguments)
