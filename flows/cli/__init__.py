"""The command line: one module a command, registered here in the order of `--help`.

Modules that are slow to load (Prefect, spaCy, dbt) are imported inside the commands: `--help` and `sql` need not wait.
"""

import typer

from flows.cli.evaluate import evaluate
from flows.cli.explain import explain
from flows.cli.extract import extract
from flows.cli.run import run
from flows.cli.sql import sql

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False, rich_markup_mode="rich")


@app.callback()
def main() -> None:
    """Sanctions events from text: who sanctioned whom, when, with what, and was it done or only threatened."""


for command in (run, extract, evaluate, explain, sql):
    app.command()(command)
