"""`sanctionwire evaluate`: the extraction against annotated documents."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from flows.cli import shell
from flows.screen import screen


def evaluate(
    gold: Annotated[Path, typer.Argument(metavar="GOLD.jsonl", help="Annotated documents, one a line")],
    errors: Annotated[int, typer.Option(min=0, help="Print the first N disagreements")] = 0,
    min_confidence: Annotated[float | None, typer.Option(min=0, max=1, help="Leave out events below it")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON")] = False,
) -> None:
    """Measure the extraction against annotated documents: precision, recall and F1.

    Example: sanctionwire evaluate tests/cases/syntax.jsonl --errors 5
    """
    with shell.errors():
        from flows.evaluate import evaluate_file, figures_table
        from models.extraction.pipeline import build

        settings = shell.settings(min_confidence=min_confidence)
        nlp = build(language_model=settings.language_model, min_confidence=settings.min_confidence)
        score = evaluate_file(nlp, gold)
    for one in score.disagreements[:errors]:
        typer.echo(json.dumps(asdict(one), ensure_ascii=False, indent=1), err=as_json)
    if as_json:
        shell.print_json(
            {
                "levels": {k: asdict(v) for k, v in score.levels.items()},
                "accuracy": score.accuracy,
                "counts": score.counts,
            }
        )
    else:
        screen().print(figures_table(score))
