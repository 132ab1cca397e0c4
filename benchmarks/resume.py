"""Runs killed at random instants, as tests/test_resume.py does it, but 200 of them: `python -m benchmarks.resume`."""

import tempfile
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from flows.screen import screen
from tests.kills import SEED, disturbed, instants, scene


def main(
    count: Annotated[int, typer.Option("--instants", min=1, help="How many runs to kill")] = 200,
    seed: Annotated[int, typer.Option(help="Which instants are drawn")] = SEED,
) -> None:
    """Kill runs at random instants of every stage, a line each; exit code 1 where one left something wrong."""
    hits, wrong = Counter[str](), 0
    with tempfile.TemporaryDirectory() as folder, scene(Path(folder)) as prepared:
        for number, instant in enumerate(instants(prepared.spans, count, seed), 1):
            outcome = disturbed(prepared, instant, str(number))
            hits[outcome.hit] += 1
            wrong += bool(outcome.wrong)
            said = "; ".join(outcome.wrong) or "as if undisturbed"
            screen().print(f"{number:4} {instant}: hit {outcome.hit}, {outcome.seconds:.0f} s, {said}", highlight=False)
    screen().print(f"{count} instants, {wrong} wrong; hit: {dict(hits)}", highlight=False)
    raise typer.Exit(bool(wrong))


if __name__ == "__main__":
    typer.run(main)
