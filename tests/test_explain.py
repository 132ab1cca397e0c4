"""What `sanctionwire explain` tells. The weights may change: only what holds whatever they find is stated."""

import json
from dataclasses import asdict, replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from rich.console import Console
from spacy.language import Language
from spacy.tokens import Doc
from typer.testing import CliRunner

from flows.cli import app
from flows.explain.explanation import Explanation
from flows.explain.gather import LEAST, explain
from flows.explain.page import render_page
from flows.explain.terminal import render_terminal
from models.event import Action, Measure, Status
from models.extraction.draft import Draft
from models.extraction.pipeline import build

SENTENCE = "The European Union imposed sanctions on Norvane Shipping on Tuesday, and Canada froze the assets of Iran."
HOSTILE = 'Sanctions on <script>alert("x")</script> & <b onclick=x>Norvane</b> were lifted by Canada {0} \x1b[31m.'


@pytest.fixture(scope="module")
def told(nlp: Language) -> Explanation:
    return explain(nlp, SENTENCE, published=date(2025, 9, 8))


def shown(explanation: Explanation) -> str:
    console = Console(width=200)
    with console.capture() as capture:
        console.print(render_terminal(explanation))
    return capture.get()


@pytest.mark.parametrize("text", ["The cat sat on the mat.", "", " \n "])
def test_without_terms_the_gate_stays_shut_and_nothing_is_read(nlp: Language, text: str) -> None:
    explanation = explain(nlp, text)
    assert (explanation.gate_open, explanation.windows, explanation.acts) == (False, (), ())
    assert "The gate stayed shut" in shown(explanation)
    assert "The gate stayed shut" in render_page(explanation)


def test_a_term_that_needs_another_one_is_told_where_the_gate_stays_shut(nlp: Language) -> None:
    explanation = explain(nlp, "The lake froze overnight.")
    assert not explanation.gate_open
    assert [term.text for term in explanation.lone] == ["froze"]
    assert "froze" in shown(explanation)


def test_the_gate_names_the_rows_that_opened_it(told: Explanation) -> None:
    assert told.gate_open
    rows = {term.text: term.rows for term in told.terms}
    assert rows["sanctions"] == ("sanction* (measure)",)
    assert all(term.text == SENTENCE[term.start : term.end] for term in told.terms)


def test_a_title_opens_the_gate(nlp: Language) -> None:
    explanation = explain(nlp, "The decision was made on Tuesday.", title="New sanctions on Iran")
    assert explanation.gate_open
    assert [term.in_title for term in explanation.terms] == [True]


def test_every_word_of_a_window_has_its_syntax(told: Explanation) -> None:
    assert told.windows
    assert [word.text for word in told.words] == [SENTENCE[word.start : word.end] for word in told.words]
    assert all(word.tag and word.lemma and word.dependency for word in told.words)
    imposed = next(word for word in told.words if word.text == "imposed")
    subject = next(word for word in told.words if word.text == "Union")
    assert (imposed.lemma, subject.dependency, told.words[subject.head]) == ("impose", "nsubj", imposed)


def test_unlikely_words_and_labels_are_left_out(told: Explanation) -> None:
    words = [word for window in told.windows for word in window.act_words]
    assert all(LEAST < word.probability <= 1 for word in words)
    tables = [table for act in told.acts for table in (act.actions, act.statuses, act.measures)]
    assert all(LEAST < probability <= 1 for table in tables for probability in table.values())


def test_the_acts_end_in_what_the_pipeline_extracts(nlp: Language, told: Explanation) -> None:
    doc = nlp.make_doc(SENTENCE)
    doc._.published = date(2025, 9, 8)
    events = {event.start: event for event in nlp(doc)._.sanctions_events}
    ended = {act.spans[0].start: act for act in told.acts if act.outcome == "event"}
    parties = {(party.text, party.name, party.id) for act in told.acts for party in act.parties}
    assert set(ended) == set(events)
    for start, event in events.items():
        last = {change.field: change.after for change in ended[start].changes}
        assert (last["action"], last["status"], last["trigger"]) == (event.action, event.status, event.trigger)
        assert ended[start].confidence == event.confidence
        assert {(party.text, party.name, party.id) for party in (*event.actors, *event.targets)} <= parties


def test_what_a_rule_adds_drops_and_merges_is_told() -> None:
    nlp = build()
    nlp.add_pipe("told_twice", after="sanctionwire_roles")
    acts = {act.trigger: act for act in explain(nlp, SENTENCE, published=date(2025, 9, 8)).acts}
    imposed, froze = acts["imposed sanctions on"], acts["froze the assets"]
    assert imposed.outcome == "event"
    assert froze.outcome == "told again: merged with 'imposed sanctions on' at character 19"
    assert [(span.role, span.text) for span in imposed.spans[1:]] == [("actor", "Canada"), ("date", "on Tuesday")]
    assert [(party.name, party.id, party.how) for party in imposed.parties] == [("Canada", "CAN", "gazetteer name")]
    assert imposed.date is not None
    assert imposed.date.means == "2025-09-02 to 2025-09-02, precision day, basis text"
    gave = {change.field: change.component for change in imposed.changes}
    assert gave["trigger"] == gave["status"] == gave["actor words"] == "told_twice"
    assert gave["actors"] == "sanctionwire_parties"
    assert gave["date"] == "sanctionwire_dates"
    assert gave["confidence"] == "sanctionwire_assembly"


def test_an_act_that_a_component_drops_says_which() -> None:
    nlp = build()
    nlp.add_pipe("told_twice", after="sanctionwire_roles")
    nlp.add_pipe("all_dropped", after="told_twice")
    explanation = explain(nlp, SENTENCE)
    imposed = next(act for act in explanation.acts if act.trigger == "imposed sanctions on")
    assert (imposed.outcome, imposed.confidence) == ("dropped by all_dropped", None)
    assert "dropped by all_dropped" in shown(explanation)


@Language.component("told_twice")
def told_twice(doc: Doc) -> Doc:
    """In place of what the model found: one act of Canada, told twice, the second time without its date."""
    word = {token.text: token.i for token in doc}
    actor, day = doc[word["Canada"] : word["Canada"] + 1], doc[word["Tuesday"] - 1 : word["Tuesday"] + 1]
    first, second = (doc[word[text] : word[text] + 3] for text in ("imposed", "froze"))
    draft = Draft(0, first, 0.9, Action.IMPOSE, Status.ENACTED, (Measure.GENERAL,), actors=(actor,), when=day)
    doc._.drafts = [draft, replace(draft, trigger=second, when=None)]
    return doc


@Language.component("all_dropped")
def all_dropped(doc: Doc) -> Doc:
    doc._.drafts = []
    return doc


def test_each_field_names_the_component_that_gave_it(told: Explanation) -> None:
    for act in told.acts:
        first = {change.field: change for change in reversed(act.changes)}
        assert first["trigger"].component == first["action"].component == "sanctionwire_acts"
        assert all(change.before != change.after for change in act.changes)
        if act.outcome == "event":
            assert first["status"].component == "sanctionwire_roles"
            assert first["confidence"].component == "sanctionwire_assembly"


def test_spans_stand_where_they_say(told: Explanation) -> None:
    assert all(span.text == SENTENCE[span.start : span.end] for act in told.acts for span in act.spans)


def test_the_page_escapes_the_text_and_needs_nothing_else(nlp: Language) -> None:
    page = render_page(explain(nlp, HOSTILE, title="<i>Sanctions</i>"))
    tags = _Tags(page)
    assert not {"script", "b", "i", "link", "img", "iframe"} & tags.names
    assert not {name for name in tags.attributes if name in ("src", "onclick") or name.startswith("on")}
    assert "&lt;script&gt;" in page
    assert "&lt;i&gt;Sanctions&lt;/i&gt;" in page
    assert "svg" in tags.names


def test_the_terminal_gets_no_control_characters_and_no_markup_is_read(nlp: Language) -> None:
    text = shown(explain(nlp, HOSTILE + " [bold]Iran[/bold]"))
    assert "\x1b" not in text
    assert "[bold]" in text


def test_bytes_that_are_no_text_are_replaced(nlp: Language) -> None:
    assert explain(nlp, "Sanctions on \udcff Iran.").text == "Sanctions on ? Iran."


def test_the_command_prints_the_same_as_json_and_writes_the_page(told: Explanation, tmp_path: Path) -> None:
    page = tmp_path / "out.html"
    result = CliRunner().invoke(app, ["explain", SENTENCE, "--published", "2025-09-08", "--json", "--html", str(page)])
    assert result.exit_code == 0
    assert json.loads(result.stdout) == json.loads(json.dumps(asdict(told), default=str))
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_a_page_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["explain", "Hello.", "--html", str(tmp_path / "missing" / "out.html")])
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "out.html: cannot be opened" in result.stderr


class _Tags(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.names, self.attributes = set[str](), set[str]()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}
