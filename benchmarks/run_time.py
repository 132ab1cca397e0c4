"""How long a run takes, in a process of its own as users start it: `python -m benchmarks.run_time [--times N]`.

A run on the sample articles is set against an empty Prefect flow, cold both: a fresh process that starts and stops
Prefect's temporary server, on a Prefect home that has been used before. Seconds of wall time, the median of N.
"""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Annotated

import duckdb
import typer
from rich.progress import track
from rich.table import Table

from flows.screen import screen

ROOT = Path(__file__).resolve().parents[1]
ALLOWED = 8.0  # seconds that a cold run may take more than an empty flow
EMPTY = ["-m", "benchmarks.empty_flow"]
RUN = ["-c", "from flows.cli import app; app()", "run", "--json", "--store"]
IMPORT = ["-c", "import flows.ingest"]
LOAD_PIPELINE = [
    "-c",
    "import time; from flows.ingest import Settings, pipeline; start = time.time();"
    "pipeline(Settings().language_model, 0.0); print(time.time() - start)",
]


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds that a run took in all, until its flow began, and in each stage."""

    total: float
    until_flow: float
    stages: dict[str, float]


def main(times: Annotated[int, typer.Option(min=1, help="Take the median of so many runs")] = 3) -> None:
    """Measure and print."""
    empty, imports, loads = list[float](), list[float](), list[float]()
    first, second = list[Timing](), list[Timing]()
    with TemporaryDirectory() as folder:
        os.environ["PREFECT_HOME"] = f"{folder}/prefect"
        os.environ["PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS"] = "120"
        os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] = "false"
        timed(EMPTY)  # the first flow of all makes Prefect's database, once
        for number in track(range(times), "measuring", transient=True):
            empty.append(timed(EMPTY)[0])
            first.append(run(Path(folder, f"store-{number}")))
            second.append(run(Path(folder, f"store-{number}")))
            imports.append(timed(IMPORT)[0])
            loads.append(float(timed(LOAD_PIPELINE)[1]))
    screen().print(table(median(empty), middle(first), middle(second), median(imports), median(loads)))


def run(store: Path) -> Timing:
    """A run of the command on the sample articles."""
    begin = datetime.now(UTC).replace(tzinfo=None)
    total, report = timed([*RUN, str(store)])
    with duckdb.connect(store / "warehouse.duckdb", read_only=True) as connection:
        ((started,),) = connection.execute("SELECT max(started_at) FROM raw.runs").fetchall()
    return Timing(total, (started - begin).total_seconds(), json.loads(report)["seconds"])


def timed(arguments: list[str]) -> tuple[float, str]:
    """Seconds that Python takes with `arguments`, from start to end, and what it prints."""
    begin = time.perf_counter()
    done = subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        sys.exit(f"{' '.join(arguments)} failed:\n{done.stderr}")
    return time.perf_counter() - begin, done.stdout


def middle(timings: list[Timing]) -> Timing:
    """The run of median length."""
    return sorted(timings, key=lambda timing: timing.total)[len(timings) // 2]


def table(empty: float, first: Timing, second: Timing, imports: float, loading: float) -> Table:
    """The totals and their parts, one a row."""
    rows = Table("seconds", "cold run", "again, unchanged")
    for column in rows.columns[1:]:
        column.justify = "right"
    runs = (first, second)
    rows.add_row("in all", *(f"{one.total:.1f}" for one in runs))
    rows.add_row("an empty flow, cold", *(f"{empty:.1f}" for _ in runs))
    rows.add_row(f"more than an empty flow (at most {ALLOWED})", *(f"{one.total - empty:+.1f}" for one in runs))
    rows.add_section()
    rows.add_row("Python and its modules", *(f"{imports:.1f}" for _ in runs))
    rows.add_row("Prefect's server, until the flow begins", *(f"{one.until_flow - imports:.1f}" for one in runs))
    for stage in first.stages:
        rows.add_row(stage, *(f"{one.stages.get(stage, 0):.1f}" for one in runs))
        if stage == "extract":
            rows.add_row("  of it, loading the pipeline", f"{loading:.1f}", "")
    ends = (one.total - one.until_flow - sum(one.stages.values()) for one in runs)
    rows.add_row("the rest: artifacts, the server's end", *(f"{end:.1f}" for end in ends))
    return rows


if __name__ == "__main__":
    typer.run(main)
