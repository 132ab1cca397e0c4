"""The marts, built and tested by dbt in this process."""

import hashlib
import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from flows.lake import Lake
from flows.store_errors import StoreAwayError, explained
from flows.warehouse import Warehouse
from models.errors import UserError

if TYPE_CHECKING:
    from dbt.artifacts.schemas.run import RunResult

PROJECT = Path(__file__).resolve().parents[1] / "dbt_project"

# dbt's words for how a node ended.
_PASSED = {"success", "pass"}
_WARNED = {"warn"}
_FAILED = {"error", "fail", "runtime error", "partial success"}


class TransformError(UserError):
    """dbt could not build the marts, or a test on them failed; the message names the models and tests."""


@dataclass(frozen=True, slots=True)
class Transformed:
    """What dbt built: how many seeds, models and tests passed, and a line for each test that warns."""

    passed: int
    warnings: tuple[str, ...]


def transform(warehouse: Warehouse, work: Path) -> Transformed:
    """Load the seeds, build the models and test them (`dbt build`) in the warehouse, which is closed afterwards.

    dbt's log and compiled SQL go to the folder `work`. Nothing else may have a file open. Incremental marts are
    built anew when the models differ from those of the last build in `work` that passed.

    Raises:
        TransformError: dbt could not start, a model could not be built, or a test failed.
        StoreAwayError: another program has the warehouse open, or it cannot be reached.
    """
    # dbt takes a second or two to import: commands that build nothing need not wait for it.
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.artifacts.schemas.run import RunExecutionResult
    from dbt.cli.main import dbtRunner

    work = work.absolute()  # dbt takes a relative folder to lie in its project
    options = {
        "--project-dir": PROJECT,
        "--profiles-dir": PROJECT,
        "--target-path": work / "target",
        "--log-path": work / "logs",
        "--log-level": "none",
        "--log-level-file": "info",
        "--exclude-resource-type": "unit_test",  # they try the models on made-up rows, whatever the warehouse holds
    }
    arguments = ["build", *(str(part) for option in options.items() for part in option)]
    built, models = work / "models.sha256", _models()
    if not built.is_file() or built.read_text() != models:
        built.unlink(missing_ok=True)  # until this build has passed: one that fails leaves rows of these models
        arguments.append("--full-refresh")
    with _environment(**_target(warehouse)):
        try:
            outcome = dbtRunner().invoke(arguments)  # pyright: ignore[reportUnknownMemberType]
        finally:
            # dbt-duckdb keeps the file open, and so locked, for as long as the process lives; its own
            # close_all_connections only forgets the connection, which then closes whenever it is collected.
            with suppress(Exception):
                DuckDBConnectionManager.env().close()
            DuckDBConnectionManager.close_all_connections()
    if isinstance(outcome.exception, KeyboardInterrupt | SystemExit):
        raise outcome.exception
    if not isinstance(outcome.result, RunExecutionResult):
        reason = str(outcome.exception).strip() or "no reason given"
        raise _failure(warehouse, f"dbt could not start: {_one_line(reason)}; see {work / 'logs' / 'dbt.log'}")
    failures = [_line(one) for one in outcome.result.results if str(one.status) in _FAILED]
    if failures or not outcome.success:
        raise _failure(warehouse, f"dbt: {'; '.join(failures)}; see {work / 'logs' / 'dbt.log'}")
    built.write_text(models)
    return Transformed(
        passed=sum(str(one.status) in _PASSED for one in outcome.result.results),
        warnings=tuple(_line(one) for one in outcome.result.results if str(one.status) in _WARNED),
    )


def _target(warehouse: Warehouse) -> dict[str, str]:
    """What the profile is told: which of its targets, and where that is."""
    if isinstance(warehouse, Lake):
        lake = {"SANCTIONWIRE_WAREHOUSE": str(warehouse), "SANCTIONWIRE_WAREHOUSE_DATA": warehouse.data or ""}
        return lake | {"SANCTIONWIRE_TARGET": "lake"}
    return {"SANCTIONWIRE_WAREHOUSE": str(warehouse.absolute()), "SANCTIONWIRE_TARGET": "local"}


def _failure(warehouse: Warehouse, message: str) -> UserError:
    meant = explained(warehouse, message)
    return meant if isinstance(meant, StoreAwayError) else TransformError(message)


def _models() -> str:
    """A digest of what the rows of incremental marts depend on besides the raw tables: models, macros and variables."""
    paths = [PROJECT / "dbt_project.yml", *sorted(PROJECT.glob("m*/**/*.sql"))]
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in paths)).hexdigest()


def _line(result: "RunResult") -> str:
    """What kind of node said what: "test unique_dim_party_party_id: Got 2 results, configured to fail if != 0"."""
    return f"{result.node.resource_type} {result.node.name}: {_one_line(result.message or result.status)}"


def _one_line(message: str) -> str:
    return " ".join(message.split())


@contextmanager
def _environment(**variables: str) -> Generator[None]:
    """Set environment variables, which is how dbt's profile is told a path, and put back what was there."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
