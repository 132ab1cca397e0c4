"""DuckDB's extensions, out of the packages that bring them: nothing is downloaded while a run is on."""

from importlib.util import find_spec
from pathlib import Path

import duckdb

from flows.drafts import quoted


def load_extension(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Load the extension `name`, such as "postgres_scanner": from its package, else from where DuckDB keeps its own.

    Raises:
        duckdb.Error: it is in neither place.
    """
    package = find_spec(f"duckdb_extension_{name}")
    if package and package.origin:
        file = Path(package.origin).parent / "extensions" / f"v{duckdb.__version__}" / f"{name}.duckdb_extension"
        connection.execute(f"LOAD {quoted(file)}")
    else:
        connection.execute(f"LOAD {name}")
