"""The command line: one module a command, registered here in the order of `--help`.

Modules that are slow to load (Prefect, spaCy, dbt) are imported inside the commands: `--help` and `sql` need not wait.
"""

import typer

from flows.cli.backfill import backfill
from flows.cli.evaluate import evaluate
from flows.cli.explain import explain
from flows.cli.export import export
from flows.cli.extract import extract
from flows.cli.maintain import maintain
from flows.cli.report import report
from flows.cli.run import run
from flows.cli.serve import serve
from flows.cli.sources import app as sources
from flows.cli.sql import sql
from flows.cli.status import status

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False, rich_markup_mode="rich")


@app.callback()
def main() -> None:
    """Sanctions events from text: who sanctioned whom, when, with what, and was it done or only threatened."""


for command in (run, extract, evaluate, explain, sql, report, export, serve, status, backfill, maintain):
    app.command()(command)
app.add_typer(sources, name="sources")
