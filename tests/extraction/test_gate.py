from itertools import pairwise
from pathlib import Path

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st

from models.extraction.gate import LONGEST_MATCH, Gate, Kind, Term, default_gate, read_terms
from models.seeds import SeedError

GATE = default_gate()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The Council adopted new sanctions.", ["sanctions"]),
        ("SANCTIONED firms and Sanctioning bodies", ["SANCTIONED", "Sanctioning"]),
        ("The sanctity of contracts is not in doubt.", []),
        ("Presanctional rites were read.", []),
        ("It answered with counter-sanctions.", ["sanctions"]),
        ("an asset\nfreeze and a travel\u2011ban", ["asset\nfreeze", "travel\u2011ban"]),
        ("(embargoes)", ["embargoes"]),
        ("It was added to the Entity List.", ["Entity List"]),
        ("The SDN list grew.", ["SDN"]),
        ("İzmir, İSTANBUL: sanctions bite in İzmir", ["sanctions"]),
        ("the sanctions\u2019 effect", ["sanctions"]),
        ("sanctionaaaaaaaaaaaaaaaaaaaaaaaa", []),
        ("", []),
    ],
)
def test_measures_are_found_as_whole_words_wherever_they_stand(text: str, found: list[str]) -> None:
    assert [text[match.start : match.end] for match in GATE.terms(text)] == found


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ("The treasury froze the accounts of two generals.", True),
        ("The accounts of two generals were frozen on Monday.", True),
        ("The pond froze. The accounts of the club are in order.", False),
        ("The river froze overnight.", False),
        ("He opened two accounts.", False),
        ("Parliament banned imports of crude from Borduria.", True),
        ("Its ban on U.S. imports took effect.", True),
        ("Ministers in Tallinn extended the licence of a Belarusian haulier.", True),
        ("The licence of the pub was extended.", False),
        ("A boycott of N\u2019Djamena began.", True),
        ("An American extended the licence.", False),
        ("Turkey was served; a licence for beer was not.", False),
    ],
)
def test_a_cue_counts_with_an_object_of_its_group_in_the_same_sentence(text: str, passes: bool) -> None:
    assert GATE.passes(None, text) is passes


def test_a_cue_and_an_object_far_apart_do_not_count() -> None:
    between = " of them all" * (LONGEST_MATCH // 10)
    assert not GATE.passes(None, f"It froze{between} accounts")


@pytest.mark.parametrize(
    ("title", "passes"), [("New sanctions on Borduria", True), ("New roads in Borduria", False), (None, False)]
)
def test_a_term_in_the_title_is_enough(title: str | None, passes: bool) -> None:
    assert GATE.passes(title, "Ministers met on Monday.") is passes


def test_the_longest_of_the_terms_at_one_place_is_told() -> None:
    gate = Gate(
        [Term("embargo", True, Kind.MEASURE, frozenset()), Term("embargo on arms", False, Kind.MEASURE, frozenset())]
    )
    assert [match.terms for match in gate.terms("an embargo on arms")] == [("embargo on arms",)]


def test_a_term_hidden_in_the_overlap_of_another_is_found() -> None:
    gate = Gate(
        [Term("arms embargo", False, Kind.MEASURE, frozenset()), Term("embargo", False, Kind.MEASURE, frozenset())]
    )
    assert [match.terms for match in gate.terms("the farms embargo")] == [("embargo",)]


def test_every_term_of_the_seed_is_found_in_its_own_right() -> None:
    for term in read_terms():
        if term.kind is Kind.MEASURE:
            assert GATE.passes(None, f"Of {term.text}, nothing more."), term.text


def test_every_cue_of_the_seed_has_an_object_and_the_other_way_round() -> None:
    terms = read_terms()
    groups = {kind: {g for term in terms if term.kind is kind for g in term.groups} for kind in Kind}
    assert groups[Kind.CUE] == groups[Kind.OBJECT]


WORDS = st.sampled_from(
    [
        "sanctions",
        "Asset freeze",
        "froze",
        "accounts",
        "ban",
        "imports",
        "Iran",
        "İ",
        "ß",
        "ﬁne",
        "\U0001d4b3",
        ".",
        "\n\n",
        "U.S.",
    ]
)
TEXTS = st.lists(st.one_of(WORDS, st.text(max_size=6)), max_size=30).map(" ".join)


@given(TEXTS)
def test_matches_point_at_their_terms_in_any_script(text: str) -> None:
    matches = GATE.terms(text)
    for match in matches:
        found = " ".join(text[match.start : match.end].lower().replace("-", " ").split())
        assert found.startswith(match.terms[0])
        assert match.terms[-1] in found
        assert match.end - match.start <= LONGEST_MATCH
    assert all(first.end <= second.start for first, second in pairwise(matches))


@given(TEXTS, st.text(alphabet="İI\u0131\u017f\u212a\u212bé ", max_size=8))
def test_what_stands_before_a_text_only_moves_its_terms(text: str, before: str) -> None:
    shift = len(before) + 2
    moved = GATE.terms(f"{before}\n\n{text}")
    assert [(m.start - shift, m.end - shift, m.terms) for m in moved] == [
        (m.start, m.end, m.terms) for m in GATE.terms(text)
    ]


def test_the_component_marks_text_and_title() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("sanctionwire_gate")
    doc = nlp.make_doc("Ministers agreed on an embargo.")
    doc._.title = "Sanctions on Borduria"
    doc = nlp(doc)
    assert [doc.text[term.start : term.end] for term in doc._.sanctions_terms] == ["embargo"]
    assert doc._.sanctions_in_title is True
    assert nlp("Ministers met.")._.sanctions_terms == ()


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("levy,thing,", "kind is 'thing'"),
        ("levy,cue,", "needs groups"),
        ("levy,measure,trade", "needs groups"),
        ("*,measure,", "only at the end"),
        ("dut*es,measure,", "only at the end"),
    ],
)
def test_a_wrong_row_is_named_by_file_and_line(
    row: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "terms.csv").write_text(f"term,kind,groups\nembargo,measure,\n{row}\n", encoding="utf-8")
    monkeypatch.setattr("models.seeds.SEEDS", tmp_path)
    with pytest.raises(SeedError, match=rf"terms\.csv:3: .*{message}"):
        read_terms()
