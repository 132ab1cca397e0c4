from pathlib import Path

import pytest
from prefect.blocks.system import Secret

from flows.named_sources import FeedSource, SourcesFileError, read_sources, secrets

ROOT = Path(__file__).resolve().parents[1]


def written(folder: Path, text: str) -> Path:
    path = folder / "sources.toml"
    path.write_text(text)
    return path


def test_a_file_names_sources_of_each_kind_in_its_order(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        """
        [sources.press]
        kind = "feed"
        url = "https://news.example/feed.xml"
        follow = true
        headers_from = { Authorization = "PRESS_TOKEN" }
        [sources.inbox]
        kind = "folder"
        path = "inbox"
        [sources.drop]
        kind = "glob"
        pattern = "drop/*.txt"
        [sources.bucket]
        kind = "remote"
        url = "s3://bucket/2024/*.jsonl"
        options_from = { key = "BUCKET_KEY" }
        [sources.map]
        kind = "sitemap"
        url = "https://news.example/sitemap.xml"
        pattern = "/press/"
        [sources.page]
        kind = "pages"
        urls = ["https://news.example/latest"]
        [sources.archive]
        kind = "query"
        query = "select body as text from db.articles"
        attach = "archive.duckdb"
        [sources.crawl]
        kind = "warc"
        path = "crawl/*.warc.gz"
        hosts = ["news.example"]
        """,
    )
    sources = read_sources(path)
    assert [(source.name, source.kind) for source in sources] == [
        ("press", "feed"),
        ("inbox", "folder"),
        ("drop", "glob"),
        ("bucket", "remote"),
        ("map", "sitemap"),
        ("page", "pages"),
        ("archive", "query"),
        ("crawl", "warc"),
    ]
    press = sources[0]
    assert isinstance(press, FeedSource)
    assert press.follow
    assert not press.allow_private


FEED = '[sources.press]\nkind = "feed"\nurl = "https://news.example/feed.xml"\n'


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (FEED + "folow = true", "sources.press.folow: no such key; see docs/sources.md"),
        (FEED + 'name = "other"', "sources.press.name: no such key"),
        (FEED + "pause = -1", "sources.press.pause: "),
        (FEED + 'most = "many"', "sources.press.most: "),
        (FEED + "[settings]\nx = 1", "settings: no such key"),
        (FEED + 'headers_from = { Authorization = "Bearer abc" }', "sources.press.headers_from.Authorization: "),
        ('[sources.press]\nkind = "feed"', "sources.press.url: is missing"),
        ('[sources.press]\nurl = "https://news.example/"', "sources.press.kind: is missing"),
        ('[sources.press]\nkind = "fead"', "sources.press.kind: must be one of 'folder', 'glob'"),
        (
            '[sources.press]\nkind = "feed"\nurl = "news.example"',
            "sources.press.url: is no http:// or https://",
        ),
        ('[sources.press]\nkind = "feed"\nurl = "file:///etc/passwd"', "sources.press.url: is no http"),
        (
            '[sources.press]\nkind = "feed"\nurl = "https://a:b@news.example/"',
            "sources.press.url: holds a user or",
        ),
        (
            '[sources.b]\nkind = "remote"\nurl = "https://news.example/*.csv"',
            "sources.b.url: is read over the open",
        ),
        (
            '[sources.b]\nkind = "remote"\nurl = "simplecache::http://a.example/b"',
            "sources.b.url: is read over the open",
        ),
        ('[sources.b]\nkind = "remote"\nurl = "inbox/"', "sources.b.url: is no address such as s3://"),
        (
            '[sources.m]\nkind = "sitemap"\nurl = "https://a.example/"\npattern = "("',
            "sources.m.pattern: is no re",
        ),
        ('[sources.q]\nkind = "query"\nquery = "select 1"\ndatabase = "sqlite"', "sources.q: SQLite needs attach"),
        ('[sources."No Name"]\nkind = "folder"\npath = "x"', "sources.No Name.name: "),
        ("[sources]", "sources: "),
        ("", "sources: is missing"),
        ("sources = 1", "sources: "),
        ("[sources]\npress = 1", "sources.press: "),
        ("[sources", "no valid TOML: "),
    ],
)
def test_a_fault_names_the_file_and_the_key_in_one_line(tmp_path: Path, text: str, line: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(SourcesFileError, match=r"^[^\n]*$") as error:
        read_sources(path)
    assert str(error.value).startswith(f"{path}: {line}")


def test_a_file_that_is_not_there_is_an_error_of_one_line(tmp_path: Path) -> None:
    with pytest.raises(SourcesFileError, match="cannot be read: No such file"):
        read_sources(tmp_path / "gone.toml")


def test_secrets_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRESS_TOKEN", "Bearer abc")
    assert secrets({"Authorization": "PRESS_TOKEN"}) == {"Authorization": "Bearer abc"}
    monkeypatch.delenv("PRESS_TOKEN")
    with pytest.raises(SourcesFileError, match="PRESS_TOKEN is not set"):
        secrets({"Authorization": "PRESS_TOKEN"})


@pytest.mark.usefixtures("prefect_server")
def test_secrets_come_from_blocks_of_prefect() -> None:
    Secret(value="Bearer abc").save("press-token", overwrite=True)
    assert secrets({"Authorization": "secret/press-token"}) == {"Authorization": "Bearer abc"}
    with pytest.raises(SourcesFileError, match=r"^the Prefect block secret/gone cannot be loaded: [^\n]*; save it"):
        secrets({"Authorization": "secret/gone"})


def test_the_worked_example_is_valid() -> None:
    path = ROOT / "seeds" / "sources.toml"
    names = {source.name for source in read_sources(path)}
    assert {"us-treasury", "us-state-department", "eu-council", "uk-government", "un-security-council"} <= names
    assert path.read_text().count("Not checked.") == len(names - {"inbox"})
