"""Settings of a run: from the command line, else from `SANCTIONWIRE_...` in the environment, else these defaults."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from models.extraction import LANGUAGE_MODEL


class Settings(BaseSettings):
    """Where the store lies and how documents are read."""

    model_config = SettingsConfigDict(env_prefix="SANCTIONWIRE_", extra="forbid")

    store: Path = Field(Path("data"), description="folder of the warehouse and of the published file")
    batch_size: int = Field(200, ge=1, description="documents a task run")
    workers: int = Field(1, ge=1, description="processes that extract")
    min_confidence: float = Field(0.0, ge=0, le=1, description="events below it are left out")
    language_model: str = Field(LANGUAGE_MODEL, description="an installed spaCy pipeline for tags, parse and entities")

    @property
    def warehouse(self) -> Path:
        """The private file that a run writes."""
        return self.store / "warehouse.duckdb"

    @property
    def published(self) -> Path:
        """The read-only snapshot that people query."""
        return self.store / "sanctions.duckdb"
