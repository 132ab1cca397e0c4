"""`sanctionwire extract`: documents in, events out, without a store."""

from pathlib import Path
from typing import Annotated

import typer

from flows.cli import shell
from models.errors import UserError


def extract(
    source: Annotated[str, typer.Argument(metavar="IN.jsonl", help="Documents, one a line; - for standard input")],
    out: Annotated[str, typer.Option("--out", "-o", metavar="OUT.jsonl", help="- for standard output")] = "-",
    min_confidence: Annotated[float | None, typer.Option(min=0, max=1, help="Leave out events below it")] = None,
) -> None:
    """Extract events without a store: one line out for each document in, in the same order, as it comes.

    Example: sanctionwire extract news.jsonl -o events.jsonl
    """
    with shell.errors():
        if source != "-" and Path(source).exists() and Path(out).exists() and Path(out).samefile(source):
            raise UserError(f"{out}: is the input as well; name another output")
        from flows.extract import extract_lines
        from models.extraction.pipeline import build

        settings = shell.settings(min_confidence=min_confidence)
        nlp = build(language_model=settings.language_model, min_confidence=settings.min_confidence)
        with shell.opened_input(source) as lines, shell.opened_output(out) as written:
            documents, rejected = extract_lines(nlp, lines, source, written)
    if rejected and not documents:
        shell.fail(f"{source}: no document could be read")
