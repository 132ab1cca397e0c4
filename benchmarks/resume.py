"""Runs killed at random instants, as tests/test_resume.py does it, but 200 of them: `python -m benchmarks.resume`.

`--first` goes on where an earlier part ended; a part that is stopped tells what it has tried.
"""

import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from flows.screen import screen
from tests.kills import SEED, STAGES, Instant, Outcome, disturbed, instants, scene


def main(
    count: Annotated[int, typer.Option("--instants", min=1, help="How many runs to kill")] = 200,
    first: Annotated[int, typer.Option(min=1, help="The first of these instants, in the order in which they come")] = 1,
    seed: Annotated[int, typer.Option(help="Which instants are drawn")] = SEED,
) -> None:
    """Kill runs at random instants of every stage, a line each; exit code 1 where one left something wrong."""
    tried: list[tuple[Instant, Outcome]] = []
    # A run that is still on as this is stopped writes while the folder goes.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, scene(Path(folder)) as prepared:
        chosen = instants(prepared.spans, first - 1 + count, seed)[first - 1 :]
        try:
            for number, instant in enumerate(chosen, first):
                outcome = disturbed(prepared, instant, str(number))
                tried.append((instant, outcome))
                screen().print(f"{number:4}  {_line(instant, outcome)}", highlight=False)
        finally:
            screen().print(_table(tried))
    raise typer.Exit(any(outcome.wrong for _, outcome in tried))


def _line(instant: Instant, outcome: Outcome) -> str:
    aimed = f"{instant.delay:6.3f} s into {instant.stage} {instant.batch or ''}".ljust(28)
    said = "; ".join(outcome.wrong) or "as if undisturbed"
    return f"{aimed} hit {outcome.hit:<16}{outcome.seconds:4.0f} s  {said}"


def _table(tried: list[tuple[Instant, Outcome]]) -> Table:
    """By stage: how many instants were aimed at it, how many hit it, and how many ended like a run left alone."""
    table = Table()
    for heading in ("stage", "aimed at", "hit", "as if undisturbed"):
        table.add_column(heading, justify="left" if heading == "stage" else "right")
    hits = [outcome.hit for _, outcome in tried]
    for stage in (*STAGES, *sorted(set(hits) - set(STAGES))):
        aimed = [outcome for instant, outcome in tried if instant.stage == stage]
        equal = sum(not outcome.wrong for outcome in aimed)
        table.add_row(stage, str(len(aimed)), str(hits.count(stage)), str(equal))
    table.add_section()
    table.add_row("all", str(len(tried)), str(len(hits)), str(sum(not outcome.wrong for _, outcome in tried)))
    return table


if __name__ == "__main__":
    typer.run(main)
