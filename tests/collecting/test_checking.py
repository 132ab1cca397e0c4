import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.cli import app
from tests.web import ACT, CONSENT, Page, Site, article, feed, item


@pytest.fixture
def sources(tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("inbox").mkdir()
    Path("inbox/a.txt").write_text(ACT)
    site.pages["/feed"] = feed(*(item(site.url(f"/{number}"), f"Story {number}") for number in range(9)))
    for number in range(9):
        site.pages[f"/{number}"] = article()
    site.pages["/consent"] = CONSENT
    site.pages["/empty"] = feed()
    path = Path("sources.toml")
    path.write_text(
        f"""
        [sources.press]
        kind = "feed"
        url = "{site.url("/feed")}"
        follow = true
        allow_private = true
        pause = 0
        [sources.wall]
        kind = "pages"
        urls = ["{site.url("/consent")}"]
        allow_private = true
        pause = 0
        [sources.quiet]
        kind = "feed"
        url = "{site.url("/empty")}"
        allow_private = true
        pause = 0
        [sources.inbox]
        kind = "folder"
        path = "inbox"
        """
    )
    return path


def test_check_says_in_a_table_what_each_source_gives(sources: Path, site: Site) -> None:
    result = CliRunner().invoke(app, ["sources", "check", str(sources)])
    lines = {line.split()[0]: " ".join(line.split()[1:]) for line in result.stdout.splitlines()}
    assert lines["press"] == "feed works 3 2024-05-08 Story 0"
    assert lines["wall"].startswith("pages fails 0 http://127.0.0.1:")
    assert "no article text in this page" in lines["wall"]
    assert lines["quiet"] == "feed works 0 nothing at present"
    assert lines["inbox"].startswith("folder works 1 The European Union imposed")
    assert result.exit_code == 1
    assert result.stderr == "sanctionwire: 1 of 4 sources fail: wall\n"
    assert site.paths().count("/0") == 1
    assert "/3" not in site.paths()  # a look, not a harvest
    assert not list(Path().glob("**/*.duckdb"))


def test_check_gives_json_for_scripts(sources: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANCTIONWIRE_SOURCES", str(sources))
    result = CliRunner().invoke(app, ["sources", "check", "--json"])
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert [one["works"] for one in found] == [True, False, True, True]


def test_check_without_a_file_of_sources_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["sources", "check"])
    assert result.exit_code == 1
    assert (
        result.stderr
        == "sanctionwire: sources.toml: cannot be read: No such file or directory; name a file of sources\n"
    )


def test_a_page_of_the_wild_may_not_break_the_table(sources: Path, site: Site) -> None:
    site.pages["/feed"] = feed(item("/a", "[bold]mark[/up]\n\x1b[31m", summary=ACT))
    site.pages["/a"] = Page("<html><body><p>[/x]")
    assert CliRunner().invoke(app, ["sources", "check", str(sources)]).exit_code == 1
