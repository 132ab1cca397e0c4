"""The queries in README.md and docs/sql-tour.md with what they print: `python -m flows.tour` runs and rewrites them."""

import re
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from flows.query import print_query

ROOT = Path(__file__).resolve().parents[1]
PAGES = (ROOT / "README.md", ROOT / "docs" / "sql-tour.md")

# A command line with its output below it, or a block of SQL with a block of its output.
_SHOWN = re.compile(
    r"""
    (?P<head> \$\ uv\ run\ sanctionwire\ sql\ "(?P<line>[^\n]+)"\n | ```sql\n(?P<block>.+?)\n```\n\n```text\n )
    (?P<output> .*?) (?=\n```)
    """,
    re.DOTALL | re.VERBOSE,
)


def queries(text: str) -> list[str]:
    """The queries that a page shows, in their order."""
    return [match["line"] or match["block"] for match in _SHOWN.finditer(text)]


def rewritten(text: str, published: Path) -> str:
    """The page with the output that its queries have on a published file. Raises QueryError."""
    return _SHOWN.sub(lambda match: match["head"] + _output(published, match["line"] or match["block"]), text)


def publish_samples(store: Path) -> Path:
    """Run the pipeline on the sample articles in a new store, and give the published file."""
    from flows.cli import shell
    from flows.cli.run import SAMPLES
    from flows.ingest import run

    settings = shell.settings(store=store)
    run(settings, [str(SAMPLES)])
    return settings.published


def _output(published: Path, query: str) -> str:
    with redirect_stdout(StringIO()) as printed:
        print_query(published, query)
    return "\n".join(line.rstrip() for line in printed.getvalue().strip().split("\n"))


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        file = publish_samples(Path(folder))
        for page in PAGES:
            page.write_text(rewritten(page.read_text(encoding="utf-8"), file), encoding="utf-8")
