"""`sanctionwire extract`: documents in, events out, without a store."""

from typing import Annotated

import typer

from flows.cli import shell
from models.errors import UserError


def extract(
    source: Annotated[str, typer.Argument(metavar="IN.jsonl", help="Documents, one a line; - for standard input")],
    out: Annotated[str, typer.Option("--out", "-o", metavar="OUT.jsonl", help="- for standard output")] = "-",
    min_confidence: Annotated[float, typer.Option(min=0, max=1, help="Leave out events below it")] = 0.0,
) -> None:
    """Extract events without a store: one line out for each document in, in the same order, as it comes.

    Example: sanctionwire extract news.jsonl -o events.jsonl
    """
    with shell.errors():
        if source == out != "-":
            raise UserError(f"{out}: is the input as well; name another output")
        from flows.extract import extract_lines
        from models.extraction.pipeline import build

        nlp = build(language_model=shell.settings().language_model, min_confidence=min_confidence)
        with shell.opened_input(source) as lines, shell.opened_output(out) as written:
            documents, rejected = extract_lines(nlp, lines, source, written)
    if rejected and not documents:
        shell.fail(f"{source}: no document could be read")
