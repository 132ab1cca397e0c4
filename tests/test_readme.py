"""The queries of the README, on the sample articles, print what the README says."""

import re
from pathlib import Path

import pytest

from flows.cli.run import SAMPLES
from flows.ingest import run
from flows.query import print_query
from flows.settings import Settings

README = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")
TOUR = re.findall(r'\$ uv run sanctionwire sql "([^\n]+)"\n(.+?)\n```', README, re.DOTALL)


@pytest.mark.slow
@pytest.mark.usefixtures("prefect_server")
def test_the_sql_tour_prints_what_the_readme_shows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = Settings(store=tmp_path)
    run(settings, [str(SAMPLES)])
    capsys.readouterr()
    assert len(TOUR) == 5
    for query, table in TOUR:
        print_query(settings.published, query)
        assert capsys.readouterr().out.strip() == table.strip()
