"""The command line."""

import json
import os
import sys
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import asdict
from datetime import datetime
from importlib import import_module
from io import BufferedReader
from pathlib import Path
from threading import Thread
from typing import IO, TYPE_CHECKING, Annotated, Any, NoReturn, cast

import typer

from flows.screen import screen
from models.errors import UserError

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False, rich_markup_mode="rich")
SAMPLES = Path(__file__).resolve().parents[1] / "seeds" / "articles"

if TYPE_CHECKING:
    from flows.settings import Settings

# Modules are imported inside the commands: `--help` and `sql` should not wait for Prefect, spaCy and dbt to load.


@app.callback()
def main() -> None:
    """Sanctions events from text: who sanctioned whom, when, with what, and was it done or only threatened."""


@app.command()
def run(
    sources: Annotated[
        list[str] | None, typer.Argument(help="Files, folders or globs; without any, the sample articles")
    ] = None,
    store: Annotated[Path | None, typer.Option(help="Folder of the warehouse and the published file")] = None,
    published: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Date of documents that carry none")
    ] = None,
    batch_size: Annotated[int | None, typer.Option(min=1, help="Documents a task run")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes that extract")] = None,
    min_confidence: Annotated[float | None, typer.Option(min=0, max=1, help="Leave out events below it")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON")] = False,
) -> None:
    """Read documents, extract and load their events, build the marts, publish.

    Example: sanctionwire run inbox/ --published 2025-09-08
    """
    _prepare_prefect()
    with _errors():
        from flows.ingest import run as run_flow
        from flows.report import table

        settings = _settings(store=store, batch_size=batch_size, workers=workers, min_confidence=min_confidence)
        Thread(target=_warm_up, daemon=True).start()
        report = run_flow(settings, sources or [str(SAMPLES)], published.date() if published else None)
    if as_json:
        _print_json(asdict(report))
    else:
        screen().print(table(report))
    if report.counts.documents_read and report.counts.documents_read == report.counts.rejected:
        _fail("nothing could be read: every document was rejected (see the table `rejected` of the warehouse)")


@app.command()
def extract(
    source: Annotated[str, typer.Argument(metavar="IN.jsonl", help="Documents, one a line; - for standard input")],
    out: Annotated[str, typer.Option("--out", "-o", metavar="OUT.jsonl", help="- for standard output")] = "-",
    min_confidence: Annotated[float, typer.Option(min=0, max=1, help="Leave out events below it")] = 0.0,
) -> None:
    """Extract events without a store: one line out for each document in, in the same order, as it comes.

    Example: sanctionwire extract news.jsonl -o events.jsonl
    """
    with _errors():
        if source == out != "-":
            raise UserError(f"{out}: is the input as well; name another output")
        from flows.extract import extract_lines
        from models.extraction.pipeline import build

        nlp = build(language_model=_settings().language_model, min_confidence=min_confidence)
        with _input(source) as lines, _output(out) as written:
            documents, rejected = extract_lines(nlp, lines, source, written)
    if rejected and not documents:
        _fail(f"{source}: no document could be read")


@app.command()
def evaluate(
    gold: Annotated[Path, typer.Argument(metavar="GOLD.jsonl", help="Annotated documents, one a line")],
    errors: Annotated[int, typer.Option(min=0, help="Print the first N disagreements")] = 0,
    min_confidence: Annotated[float, typer.Option(min=0, max=1, help="Leave out events below it")] = 0.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON")] = False,
) -> None:
    """Measure the extraction against annotated documents: precision, recall and F1.

    Example: sanctionwire evaluate tests/cases/syntax.jsonl --errors 5
    """
    with _errors():
        from flows.evaluate import evaluate_file, figures_table
        from models.extraction.pipeline import build

        nlp = build(language_model=_settings().language_model, min_confidence=min_confidence)
        score = evaluate_file(nlp, gold)
    for one in score.disagreements[:errors]:
        typer.echo(json.dumps(asdict(one), ensure_ascii=False, indent=1), err=as_json)
    if as_json:
        _print_json(
            {
                "levels": {k: asdict(v) for k, v in score.levels.items()},
                "accuracy": score.accuracy,
                "counts": score.counts,
            }
        )
    else:
        screen().print(figures_table(score))


@app.command()
def explain(
    sentence: Annotated[str, typer.Argument(help="A sentence, or several")],
    published: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Date that words like 'yesterday' count from")
    ] = None,
    title: Annotated[str | None, typer.Option(help="Title of the document")] = None,
    html: Annotated[Path | None, typer.Option(metavar="OUT.html", help="Write a page with the parse drawn")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the explanation as JSON")] = False,
) -> None:
    """Show why a sentence gives the events it gives: terms, parse, probabilities, and what each component did.

    Example: sanctionwire explain "Canada froze the assets of two Iranian banks on Friday." --published 2025-09-08
    """
    with _errors():
        from flows.explain.gather import explain
        from flows.explain.page import render_page
        from flows.explain.terminal import render_terminal
        from models.extraction.pipeline import build

        told = explain(
            build(language_model=_settings().language_model), sentence, title, published.date() if published else None
        )
        if html:
            with _output(str(html)) as page:
                page.write(render_page(told))
    if as_json:
        _print_json(asdict(told))
    else:
        screen().print(render_terminal(told))


@app.command()
def sql(
    query: Annotated[str | None, typer.Argument(help="Without one, a prompt opens")] = None,
    store: Annotated[Path | None, typer.Option(help="Folder of the published file")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the rows as JSON, one a line")] = False,
) -> None:
    """Query the published file, read-only.

    Example: sanctionwire sql "select status, count(*) from bi_events group by all"
    """
    with _errors():
        from flows.query import print_query, prompt

        path = _settings(store=store).published
        if query is None:
            prompt(path)
        else:
            print_query(path, query, as_json=as_json)


@contextmanager
def _errors() -> Generator[None]:
    """Turn what a user can mend into one line and exit code 1."""
    try:
        yield
    except UserError as error:
        _fail(" ".join(str(error).split()))
    except BrokenPipeError:
        _drop_output()
        raise typer.Exit(1) from None
    except OSError as error:
        _drop_output()
        _fail(f"{error.filename or 'output'}: {error.strerror or error}")
    except KeyboardInterrupt:
        _fail("interrupted; what was loaded stays, and the next run goes on from there")


def _drop_output() -> None:
    """Have Python not write, as it ends, what standard output did not take."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _settings(**given: Any) -> "Settings":
    """The settings, those given on the command line before those of the environment. Raises UserError."""
    from pydantic import ValidationError

    from flows.settings import Settings

    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        wrong = "; ".join(f"SANCTIONWIRE_{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors())
        raise UserError(wrong) from error


def _fail(message: str) -> NoReturn:
    typer.echo(f"sanctionwire: {message}", err=True)
    raise typer.Exit(1)


def _input(name: str) -> AbstractContextManager[BufferedReader]:
    """The bytes of the file `name`; for `-` those of standard input."""
    from flows.readers.opening import open_binary

    if name == "-":
        return nullcontext(cast(BufferedReader, sys.stdin.buffer))
    with _opening(name):
        return open_binary(Path(name))


def _output(name: str) -> AbstractContextManager[IO[str]]:
    """The file `name` to write; for `-` standard output."""
    if name == "-":
        return nullcontext(sys.stdout)
    with _opening(name):
        return Path(name).open("w", encoding="utf-8")


@contextmanager
def _opening(name: str) -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise UserError(f"{name}: cannot be opened: {error.strerror}") from error


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, default=str))


def _warm_up() -> None:
    """Import dbt, the slowest import of a run, while Prefect's server starts."""
    import_module("dbt.cli.main")


def _prepare_prefect() -> None:
    """Settings of Prefect for a run by hand; what the environment says already stays.

    Its temporary server is slow to start on small machines, nobody's use is to be reported, and on a terminal the
    progress bar takes the place of log lines.
    """
    os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "120")
    os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", "ERROR" if sys.stderr.isatty() else "INFO")
