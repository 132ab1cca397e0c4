"""Settings of a run: from the command line, else from `SANCTIONWIRE_...` in the environment, else these defaults."""

from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import Field, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from flows.lake import Lake
from models.extraction import LANGUAGE_MODEL


class Runner(StrEnum):
    """What extracts."""

    THREADS = "threads"
    PROCESSES = "processes"
    DASK = "dask"
    RAY = "ray"

    @property
    def clustered(self) -> bool:
        """Whether it may lie on other machines."""
        return self in (Runner.DASK, Runner.RAY)


class Settings(BaseSettings):
    """Where the store lies and how documents are read."""

    model_config = SettingsConfigDict(env_prefix="SANCTIONWIRE_", extra="forbid", hide_input_in_errors=True)

    store: Path = Field(Path("data"), description="folder of the warehouse and of the published file")
    lake: str | None = Field(
        None, description="address of a DuckLake's catalogue; its tables replace the warehouse file"
    )
    lake_data: str | None = Field(None, description="folder or s3:// address of the lake's data")
    batch_size: int = Field(200, ge=1, description="documents per task run")
    workers: int = Field(1, ge=1, description="processes that extract; on a cluster, batches under way at once")
    runner: Runner | None = Field(None, description="what extracts; a thread for one worker, processes for more")
    cluster: str | None = Field(None, description="address of a running Dask or Ray; without, one starts for the run")
    results: str | None = Field(None, description="fsspec address of batches under way; a folder of the store")
    min_confidence: float = Field(0.0, ge=0, le=1, description="events below it are left out")
    language_model: str = Field(LANGUAGE_MODEL, description="an installed spaCy pipeline for tags, parse and entities")
    sources: Path | None = Field(None, description="file of named sources, read where a run names no others")
    notify: str | None = Field(None, description="Prefect notification block that is told of failed runs")
    log_file: Path | None = Field(None, description="file that gets a JSON line for each thing that happens in a run")
    keep_history_days: int = Field(365, ge=0, description="how long maintenance keeps what was replaced")

    @field_validator("runner")
    @classmethod
    def _one_thread(cls, runner: Runner | None, others: ValidationInfo) -> Runner | None:
        if runner is Runner.THREADS and others.data.get("workers", 1) > 1:
            raise ValueError("threads are one worker, as the pipeline cannot be shared; choose processes, dask or ray")
        return runner

    @field_validator("cluster")
    @classmethod
    def _of_a_cluster(cls, cluster: str | None, others: ValidationInfo) -> str | None:
        runner = others.data.get("runner")
        if cluster and not (runner and runner.clustered):
            raise ValueError("an address is for the runners dask and ray; choose one in SANCTIONWIRE_RUNNER")
        return cluster

    @model_validator(mode="before")
    @classmethod
    def _addresses(cls, given: Any) -> Any:
        """The store may be told as an address: of a folder, or of a lake, whose folder is then the default one."""
        if isinstance(given, Settings):
            return given
        store = str(given.get("store", ""))
        if store.startswith("ducklake:"):
            return {name: value for name, value in given.items() if name != "store"} | {"lake": store}
        if store.startswith("duckdb://"):
            return given | {"store": store.removeprefix("duckdb://")}
        return given

    @field_validator("lake")
    @classmethod
    def _without_password(cls, lake: str | None) -> str | None:
        if lake is None:
            return None
        address = lake.removeprefix("ducklake:")
        if not lake.startswith("ducklake:") or not address:
            raise ValueError(
                "an address is wanted: ducklake:postgres://user@host/database, ducklake:sqlite:lake.sqlite"
            )
        if "password" in address or urlsplit(address).password:
            raise ValueError("the password would stand in logs: take it out, and set PGPASSWORD")
        return lake

    @field_validator("lake_data")
    @classmethod
    def _on_a_known_store(cls, data: str | None) -> str | None:
        if data and "://" in data and not data.startswith("s3://"):
            raise ValueError("the data of a lake lies in a folder or at s3://")
        return data

    @property
    def warehouse(self) -> Path | Lake:
        """What a run writes: a private file of the store, or the lake."""
        if self.lake:
            return Lake(self.lake.removeprefix("ducklake:"), self.lake_data)
        return self.store / "warehouse.duckdb"

    @property
    def published(self) -> Path:
        """The read-only snapshot that people query."""
        return self.store / "sanctions.duckdb"

    @property
    def page(self) -> Path:
        """The published file as a web page, where one was asked for."""
        return self.store / "report.html"
