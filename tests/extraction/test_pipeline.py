import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import islice
from pathlib import Path

import pytest
import spacy
from spacy.language import Language

from flows.sources import documents
from models.errors import SetupError
from models.event import Document, Event, Party
from models.extraction.pipeline import LANGUAGE_MODEL, SEGMENT_CHARACTERS, build, events, extract, extractor_version
from models.rows import Reading

ARTICLES = Path(__file__).resolve().parents[2] / "seeds" / "articles"
PLAIN = "The European Union imposed sanctions on Russia on Monday. Canada froze the assets of two Iranian banks."
PUBLISHED = date(2024, 5, 8)


@pytest.fixture(scope="module")
def article_readings(nlp: Language) -> list[Reading]:
    """What the extraction makes of the first sample articles."""
    return list(extract(nlp, islice((one for one in documents([ARTICLES]) if isinstance(one, Document)), 6)))


def parties(event: Event) -> Iterator[Party]:
    yield from event.actors
    yield from event.targets


def assert_evidence(document: Document, told: tuple[Event, ...]) -> None:
    for event in told:
        assert document.text[event.start : event.end] == event.trigger != ""
        assert document.text[event.sentence_start : event.sentence_end] == event.sentence
        assert event.sentence_start <= event.start < event.end <= event.sentence_end
        assert 0 <= event.confidence <= 1
        assert event.measures
        for party in parties(event):
            assert document.text[party.start : party.end] == party.text != ""


def test_offsets_point_at_the_evidence(case_readings: list[Reading], article_readings: list[Reading]) -> None:
    told = [reading for reading in (*case_readings, *article_readings) if reading.events]
    assert len(told) > 50
    for reading in told:
        assert_evidence(reading.document, reading.events)


@pytest.mark.parametrize(
    "text",
    [
        f"\n\n\t {PLAIN}\r\n\r\n{PLAIN}\n",
        f"\ufeff\u200b{PLAIN}",
        "\U0001f1ea\U0001f1fa The European Union \U0001f6ab imposed\u00a0sanctions on Co\u0302te d\u2019Ivoire\u2026",
        "SANCTIONS: THE EUROPEAN UNION IMPOSED SANCTIONS ON RUSSIA",
        "The European Union\nimposed\nsanctions\non Russia\nand\nBelarus.",
        "sanctions " * 400,
        "sanctions",
        "." * 500 + " The European Union imposed sanctions on Russia." + "." * 500,
    ],
)
def test_offsets_point_at_the_evidence_in_odd_texts(nlp: Language, text: str) -> None:
    document = Document("odd", text, title=text[:80], published=PUBLISHED)
    assert_evidence(document, events(nlp, document))


def test_a_title_may_be_of_any_length(nlp: Language) -> None:
    assert events(nlp, Document("odd", PLAIN, title="Sanctions on Russia " * 60_000))


def test_an_event_stands_in_the_order_of_the_text_and_once(article_readings: list[Reading]) -> None:
    for reading in article_readings:
        starts = [event.start for event in reading.events]
        assert starts == sorted(starts)
        assert len(reading.events) == len(set(reading.events))


def test_a_document_without_a_sanctions_term_is_read_and_holds_no_event(nlp: Language) -> None:
    quiet = Document("quiet", "The river rose. Ministers met in Paris and spoke of fish.")
    assert list(extract(nlp, [quiet])) == [Reading(quiet, False)]


def test_the_same_document_gives_the_same_events_whatever_stands_beside_it(
    nlp: Language, article_readings: list[Reading]
) -> None:
    told = [reading for reading in article_readings if reading.events][:4]
    again = list(extract(nlp, [reading.document for reading in reversed(told)]))
    assert again == told[::-1]


def test_components_can_be_listed_and_dropped(nlp: Language, case_readings: list[Reading]) -> None:
    names = [name.removeprefix("sanctionwire_") for name in nlp.pipe_names]
    assert (names[:2], names[-1]) == (["gate", "windows"], "assembly")
    assert {"syntax", "acts", "roles", "dates", "parties"} <= set(names)
    document = next(reading.document for reading in case_readings if any(event.date for event in reading.events))
    with nlp.select_pipes(disable="sanctionwire_dates"):
        assert [event.date for event in events(nlp, document) if event.date] == []
    with nlp.select_pipes(disable="sanctionwire_parties"):
        assert [party for event in events(nlp, document) for party in parties(event)] == []
    with nlp.select_pipes(disable="sanctionwire_acts"):
        assert events(nlp, document) == ()


def test_events_are_read_from_a_doc_of_spacy(nlp: Language) -> None:
    """Without a document around it, and in a batch of texts as alone."""
    alone = [nlp(text)._.sanctions_events for text in (PLAIN, "It rained.")]
    assert alone[0] == events(nlp, Document("plain", PLAIN))
    assert alone[1] == ()
    assert [doc._.sanctions_events for doc in nlp.pipe([PLAIN, "It rained."])] == alone


def test_events_below_the_least_confidence_are_left_out(nlp: Language) -> None:
    document = Document("plain", PLAIN, published=PUBLISHED)
    told = events(nlp, document)
    least = max(event.confidence for event in told)
    assert events(build(min_confidence=least), document) == tuple(e for e in told if e.confidence >= least)
    assert events(build(min_confidence=1.0), document) == ()


FILLER = "The committee met in the morning and read its minutes, which were long. " * 40
ACTS = [
    f"{actor} {verb} {target}."
    for actor, verb, target in [
        ("The European Union", "imposed sanctions on", "Russia"),
        ("Japan", "lifted its sanctions on", "Myanmar"),
        ("The United States", "froze the assets of", "Iran"),
    ]
]


def test_a_long_document_gives_the_events_of_its_parts_at_their_places(nlp: Language) -> None:
    parts = [f"{FILLER}{act} {FILLER}" for act in ACTS]
    between = FILLER * (SEGMENT_CHARACTERS // len(FILLER))
    text, expected = "", list[Event]()
    for part in parts:
        text += between
        expected += [moved(event, len(text)) for event in events(nlp, Document("part", part))]
        text += part
    assert len(text) > 3 * SEGMENT_CHARACTERS
    told = events(nlp, Document("long", text))
    assert len(told) >= len(ACTS)
    assert list(told) == expected
    assert_evidence(Document("long", text), told)


def moved(event: Event, offset: int) -> Event:
    def all_moved(side: tuple[Party, ...]) -> tuple[Party, ...]:
        return tuple(replace(party, start=party.start + offset, end=party.end + offset) for party in side)

    return replace(
        event,
        actors=all_moved(event.actors),
        targets=all_moved(event.targets),
        start=event.start + offset,
        end=event.end + offset,
        sentence_start=event.sentence_start + offset,
        sentence_end=event.sentence_end + offset,
    )


@pytest.mark.slow
def test_a_saved_pipeline_is_loaded_by_spacy_alone(nlp: Language, tmp_path: Path) -> None:
    nlp.to_disk(tmp_path / "pipeline")
    loaded = spacy.load(tmp_path / "pipeline")
    assert loaded.pipe_names == nlp.pipe_names
    assert loaded(PLAIN)._.sanctions_events == nlp(PLAIN)._.sanctions_events
    script = "import spacy, sys; print(spacy.load(sys.argv[1])(sys.argv[2])._.sanctions_events)"
    command = [sys.executable, "-c", script, str(tmp_path / "pipeline"), PLAIN]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == str(nlp(PLAIN)._.sanctions_events), done.stderr


def test_a_language_model_that_is_not_installed_is_named() -> None:
    with pytest.raises(SetupError, match="xx_no_such_model: no such spaCy pipeline"):
        build(language_model="xx_no_such_model")


def test_the_version_tells_what_the_events_depend_on() -> None:
    assert extractor_version() == extractor_version(LANGUAGE_MODEL)
    assert extractor_version() != extractor_version("en_core_web_lg")
    assert extractor_version() != extractor_version(min_confidence=0.5)
