"""What dbt-duckdb loads for the profile's target `lake`: it attaches the lake as a run does."""

import os

import duckdb
from dbt.adapters.duckdb.plugins import BasePlugin

from flows.lake import Lake, attach


class Plugin(BasePlugin):
    """Attaches the lake that the environment names. The class has the name that dbt-duckdb looks for."""

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Called once for each database that dbt opens."""
        address = os.environ["SANCTIONWIRE_WAREHOUSE"].removeprefix("ducklake:")
        attach(conn, Lake(address, os.environ["SANCTIONWIRE_WAREHOUSE_DATA"] or None))
