"""The page as text: what stands in it, and that nothing of a document is read as markup."""

import json
import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from flows.cli import app
from flows.web_report.gather import ADDRESS, EXCERPT, Reported, excerpt, web_address
from flows.web_report.page import render

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"
EVENT: dict[str, Any] = {
    "day": "2024-05-06",
    "until": None,
    "precision": "day",
    "basis": "text",
    "actor": HOSTILE,
    "target": "Iran",
    "sender": HOSTILE,
    "receiver": "Iran",
    "action": "impose",
    "status": "threatened",
    "measures": ["trade"],
    "episodes": [],
    "document_count": 1,
    "document": 0,
    "quote": 0,
}
DOCUMENT = {"title": HOSTILE, "source": HOSTILE, "url": None, "published": "2024-05-07"}
EPISODE: dict[str, Any] = {"sender": HOSTILE, "target": "Iran", "round": 1, "state": HOSTILE}
MADE = date(2024, 5, 8)


def reported(*events: dict[str, Any], event_count: int | None = None) -> Reported:
    return Reported(
        events=list(events),
        documents=[DOCUMENT],
        quotes=[(HOSTILE, 0, 3)],
        episodes=[EPISODE],
        measures={"trade": "Trade restriction"},
        nameless={"allies"},
        event_count=len(events) if event_count is None else event_count,
        documents_read=1234,
        first_published=date(2024, 1, 1),
        last_published=date(2024, 5, 7),
    )


@pytest.fixture(scope="module")
def page() -> "_Page":
    return _Page(render(reported(EVENT), MADE))


def test_nothing_of_a_document_is_markup(page: "_Page") -> None:
    assert page.tags.count("script") == 4
    assert "img" not in page.tags
    assert not [name for name in page.attributes if name.startswith("on") or name in ("src", "style")]
    assert HOSTILE not in page.text
    assert json.loads(page.scripts[0])["documents"][0]["title"] == HOSTILE


def test_only_its_own_scripts_and_styles_may_run(page: "_Page") -> None:
    policy = dict(part.split(" ", 1) for part in page.policy.split("; "))
    assert policy["default-src"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert "unsafe" not in page.policy
    assert len(re.findall(r"'sha256-[\w+/]{43}='", policy["script-src"])) == 2
    assert len(re.findall(r"'sha256-[\w+/]{43}='", policy["style-src"])) == 1


def test_parties_that_are_only_described_are_none_to_choose() -> None:
    described = {**EVENT, "actor": "allies", "sender": "allies"}
    text = render(reported(EVENT, described), MADE)
    assert "<option>Iran</option>" in text
    assert "<option>allies</option>" not in text
    assert json.loads(_Page(text).scripts[0])["nameless"] == ["allies"]


def test_the_data_says_each_word_once(page: "_Page") -> None:
    data = json.loads(page.scripts[0])
    row = dict(zip(data["columns"], data["events"][0], strict=True))
    assert data["words"][row["action"]] == "Imposed"
    assert data["words"][row["status"]] == "Threatened"
    assert [data["words"][place] for place in row["measures"]] == ["Trade restriction"]
    assert row["sender"] == row["actor"]


def test_the_page_tells_its_figures_in_words(page: "_Page") -> None:
    assert "1,234" in page.text
    assert "1 January 2024 to 7 May 2024" in page.text
    assert "8 May 2024" in page.text
    assert "newest" in render(reported(EVENT, event_count=20_000), MADE).split("<noscript>")[1].split("<section")[0]


def test_without_events_the_page_says_so() -> None:
    empty = _Page(render(reported(), MADE))
    assert "Nothing to show yet" in empty.text
    assert not {"script", "form"} & set(empty.tags)


def test_a_long_sentence_is_cut_around_its_trigger() -> None:
    sentence = "x" * 1000 + "imposed" + "y" * 1000
    text, start, end = excerpt(sentence, 1000, 1007)
    assert text[start:end] == "imposed"
    assert len(text) <= EXCERPT + 4
    assert (text[0], text[-1]) == ("…", "…")
    assert excerpt("They imposed it.", 5, 12) == ("They imposed it.", 5, 12)
    assert excerpt("Short.", 40, 50) == excerpt("Short.", None, None) == ("Short.", 0, 0)


def test_a_long_sentence_is_cut_between_words() -> None:
    sentence = " ".join(["sanctions"] * 60 + ["imposed"] + ["yesterday"] * 60)
    text, start, end = excerpt(sentence, 600, 607)
    assert text[start:end] == "imposed"
    assert set(text.split()) == {"…", "sanctions", "imposed", "yesterday"}


@pytest.mark.parametrize("start", [0, 3, 500, 993])
def test_the_trigger_is_whole_wherever_it_stands(start: int) -> None:
    sentence = "".join(chr(97 + number % 26) for number in range(1000))
    text, first, last = excerpt(sentence, start, start + 7)
    assert text[first:last] == sentence[start : start + 7]


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "ftp://example.org", "//example.org", "", None]
)
def test_only_web_addresses_become_links(address: str | None) -> None:
    assert web_address(address) is None


def test_web_addresses_stay() -> None:
    assert web_address("https://example.org/a") == "https://example.org/a"
    assert web_address("https://example.org/" + "a" * ADDRESS) is None


def test_without_a_published_file_the_command_says_so(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["report", "--store", str(tmp_path)])
    assert (done.exit_code, done.stderr.count("\n")) == (1, 1)
    assert "nothing is published there" in done.stderr
    assert not list(tmp_path.iterdir())


class _Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
        self.tags, self.attributes, self.scripts, self.policy = list[str](), set[str](), list[str](), ""
        self._in_script = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self._in_script = tag == "script"
        given = dict(attrs)
        if given.get("http-equiv") == "Content-Security-Policy":
            self.policy = given["content"] or ""

    def handle_data(self, data: str) -> None:
        if self._in_script:
            self.scripts.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._in_script = False
