from datetime import date

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Doc, Span

from models.event import Action, Status
from models.extraction import parties  # noqa: F401  (registers the component)
from models.extraction.draft import Draft, drafts

NLP = spacy.blank("en")
NLP.add_pipe("sanctionwire_parties")

NAMES = [
    # By name, adjective, capital and alias.
    ("Canada added 12 names.", "Canada", "Canada", "CAN"),
    ("New U.S. sanctions were announced.", "U.S.", "United States", "USA"),
    ("The new Russian oil ban starts in May.", "Russian", "Russia", "RUS"),
    ("Tehran will answer in kind.", "Tehran", "Iran", "IRN"),
    ("Brussels will extend the list.", "Brussels", "European Union", "EU"),
    ("The Gambia was suspended.", "The Gambia", "Gambia", "GMB"),
    ("SANCTIONS ON BURMA RENEWED", "BURMA", "Myanmar", "MMR"),
    ("The security council met.", "security council", "United Nations Security Council", "UNSC"),
    ("The Kremlin banned food imports.", "The Kremlin", "Russia", "RUS"),
    # Organs, alone and beside their state.
    ("The Treasury listed two firms.", "Treasury", "United States Department of the Treasury", "US-TREASURY"),
    (
        "The US Treasury Department acted.",
        "US Treasury Department",
        "United States Department of the Treasury",
        "US-TREASURY",
    ),
    ("The Russian central bank was cut off.", "Russian central bank", "Central Bank of Russia", "RU-CBR"),
    ("China's commerce ministry replied.", "China's commerce ministry", "Ministry of Commerce of China", "CN-MOFCOM"),
    ("The EU Commission proposed it.", "EU Commission", "European Commission", "EU-COMMISSION"),
    (
        "The Office of Foreign Asset Control acted.",
        "Office of Foreign Asset Control",
        "Office of Foreign Assets Control",
        "US-OFAC",
    ),
    # Governments are their state.
    ("The British government refused.", "British government", "British government", "GBR"),
    ("Poland's government asked for it.", "Poland's government", "Government of Poland", "POL"),
    ("Poland's country house burnt.", "Poland's country", "Poland's country", None),
    ("The Government of Peru agreed.", "Government of Peru", "Government of Peru", "PER"),
    # Words around a name, and words joined to it.
    ("Sanctions hit Iran\u2019s ports.", "Iran\u2019s", "Iran", "IRN"),
    ("Foreign Minister Sergei Lavrov replied.", "Foreign Minister Sergei Lavrov", "Sergey Lavrov", "SERGEY-LAVROV"),
    ("A U.S.-sanctioned tanker sailed.", "U.S.-sanctioned", "United States", "USA"),
    # Parties that only carry a known name have no id.
    ("The ban covers Russian banks.", "Russian banks", "Russian banks", None),
    ("It lists Corvid Shipping.", "Corvid Shipping", "Corvid Shipping", None),
    ("It lists the two brothers.", "the two brothers", "two brothers", None),
    # A surname is completed from the document.
    ("Senator Ada Quill urged sanctions. Quill's bill names Iran.", "Quill's", "Ada Quill", None),
    ("Mr Putin signed it. Vladimir Putin spoke.", "Mr Putin", "Vladimir Putin", "VLADIMIR-PUTIN"),
]


@pytest.mark.parametrize(("text", "words", "name", "party_id"), NAMES)
def test_names(text: str, words: str, name: str, party_id: str | None):
    party = resolved(text, actor=words)
    assert (party.text, party.name, party.id) == (words, name, party_id)


DESCRIPTIONS = [
    ("Hungary blocked it, so the bloc waits.", "bloc", "European Union", "EU"),
    (
        "ECOWAS met on Sunday. The bloc closed the borders.",
        "bloc",
        "Economic Community of West African States",
        "ECOWAS",
    ),
    ("The UN condemned Eritrea and banned arms for the country.", "country", "Eritrea", "ERI"),
    ("Mali asked for talks. U.S. sanctions on the country remain.", "country", "Mali", "MLI"),
    ("The North fired a missile.", "North", "North Korea", "PRK"),
    ("Syria was cut off. The central bank protested.", "central bank", "Central Bank of Syria", "SY-CBS"),
    ("In Niger a coup was staged. The junta was isolated.", "junta", "Niger's junta", "NE-CNSP"),
    ("The EU met. The council extended the list.", "council", "Council of the European Union", "EU-COUNCIL"),
    (
        "President Erdogan spoke. The president rejected it.",
        "president",
        "Recep Tayyip Erdogan",
        "RECEP-TAYYIP-ERDOGAN",
    ),
    ("Huawei was listed. The company denies it.", "company", "Huawei", "HUAWEI"),
    ("Huawei was listed. A Chinese company denies it.", "Chinese company", "Chinese company", None),
    ("Iran sold oil to a country.", "country", "country", None),
    ("The firm denies it.", "firm", "firm", None),
]


@pytest.mark.parametrize(("text", "words", "name", "party_id"), DESCRIPTIONS)
def test_descriptions(text: str, words: str, name: str, party_id: str | None):
    party = resolved(text, actor=words)
    assert (party.name, party.id) == (name, party_id)


PRONOUNS = [
    ("Japan froze the assets, and it will ban exports.", "it", "Japan", "JPN"),
    ("Japan met Iran, and it will ban exports.", "it", "Japan", "JPN"),
    ("Vladimir Putin spoke. He threatened to cut the gas.", "He", "Vladimir Putin", "VLADIMIR-PUTIN"),
    ('"We will answer," Sergey Lavrov said.', "We", "Russia", "RUS"),
    ('"I will veto it," Viktor Orban said.', "I", "Viktor Orbán", "VIKTOR-ORBAN"),
    ("It denies that.", "It", "It", None),
]


@pytest.mark.parametrize(("text", "words", "name", "party_id"), PRONOUNS)
def test_pronouns(text: str, words: str, name: str, party_id: str | None):
    party = resolved(text, actor=words)
    assert (party.name, party.id) == (name, party_id)


def test_a_pronoun_is_not_the_other_side_of_its_event():
    assert resolved("France told Serbia that it would ban arms.", actor="it", target="France").id == "SRB"


def test_a_pronoun_looks_back_on_who_had_its_role():
    doc = NLP.make_doc("Despite Germany, Norway froze assets. It will ban exports.")
    first = Draft(0, doc[4:5], 1.0, Action.IMPOSE, actors=(span(doc, "Norway"),))
    second = Draft(0, doc[9:10], 1.0, Action.IMPOSE, actors=(span(doc, "It"),))
    doc._.drafts = [first, second]
    assert [draft.actor_parties[0].id for draft in drafts(NLP(doc))] == ["NOR", "NOR"]


BOTH_SIDES = [
    # Nobody restricts itself: the pronoun gives way, else the target.
    ("More sanctions on Russia? We call that unwise.", "We", "Russia", Action.IMPOSE, Status.ENACTED, [], ["RUS"]),
    ("Moscow will take back Russian oil.", "Moscow", "Russian", Action.IMPOSE, Status.PLANNED, ["RUS"], []),
    # But it may ask for relief, break the sanctions on it, or turn a demand to do so down.
    ("Moscow asked for an end of it for Russia.", "Moscow", "Russia", Action.LIFT, Status.DEMANDED, ["RUS"], ["RUS"]),
    ("Moscow sold Russian oil.", "Moscow", "Russian", Action.VIOLATE, Status.ENACTED, ["RUS"], ["RUS"]),
    ("Moscow will not tax Russian oil.", "Moscow", "Russian", Action.IMPOSE, Status.REJECTED, ["RUS"], ["RUS"]),
]


@pytest.mark.parametrize(("text", "actor", "target", "action", "status", "actors", "targets"), BOTH_SIDES)
def test_a_party_on_both_sides(
    text: str, actor: str, target: str, action: Action, status: Status, actors: list[str], targets: list[str]
):
    doc = NLP.make_doc(text)
    doc._.url = "http://en.kremlin.ru/events/1"
    doc._.drafts = [Draft(0, doc[0:1], 1.0, action, status, actors=(span(doc, actor),), targets=(span(doc, target),))]
    (act,) = drafts(NLP(doc))
    assert [party.id for party in act.actor_parties] == actors
    assert [party.id for party in act.target_parties] == targets


RELEASES = [
    ({"source": "U.S. Department of State"}, "We", "United States", "USA"),
    ({"source": "U.S. Department of State"}, "Department", "United States Department of State", "US-STATE"),
    ({"url": "https://home.treasury.gov/news/x"}, "we", "United States", "USA"),
    ({"title": "Press Briefing by Press Secretary Jen Psaki, April 6, 2022"}, "we", "United States", "USA"),
    ({"title": "G7 Leaders\u2019 Statement on Ukraine", "source": "White House"}, "we", "Group of Seven", "G7"),
    ({"title": "Executive Order 13848"}, "I", "President of the United States", "US-PRESIDENT"),
    ({"title": "SEN. QUILL CALLS FOR SANCTIONS"}, "I", "Senator Quill", None),
    ({"url": "http://en.kremlin.ru/events/1"}, "us", "Russia", "RUS"),
    (
        {"source": "White House", "published": date(2022, 4, 6)},
        "administration",
        "Biden administration",
        "US-BIDEN-ADMINISTRATION",
    ),
    (
        {"source": "White House", "published": date(2022, 4, 6)},
        "previous administration",
        "Trump administration",
        "US-TRUMP-ADMINISTRATION",
    ),
    ({"source": "White House", "published": date(2012, 4, 6)}, "President", "Barack Obama", "BARACK-OBAMA"),
    ({}, "we", "we", None),
]


@pytest.mark.parametrize(("release", "words", "name", "party_id"), RELEASES)
def test_who_speaks_in_a_release(release: dict[str, object], words: str, name: str, party_id: str | None):
    party = resolved(f"In June {words} will lift the ban.", actor=words, **release)
    assert (party.name, party.id) == (name, party_id)


@given(st.text(alphabet="Russian'\u2019US. -wethbloc\n", min_size=1, max_size=40).filter(str.strip))
def test_any_words_give_a_named_party_at_their_place(text: str):
    doc = NLP.make_doc(text)
    doc._.drafts = [Draft(0, doc[0:1], 1.0, Action.IMPOSE, actors=(doc[:],))]
    (party,) = drafts(NLP(doc))[0].actor_parties
    assert party.name
    assert text[party.start : party.end] == party.text


def resolved(text: str, actor: str, target: str | None = None, **release: object):
    """The actor of an event, found by its last occurrence in the text."""
    doc = NLP.make_doc(text)
    for name, value in release.items():
        doc._.set(name, value)
    targets = (span(doc, target),) if target else ()
    doc._.drafts = [Draft(0, doc[0:1], 1.0, Action.IMPOSE, actors=(span(doc, actor),), targets=targets)]
    return drafts(NLP(doc))[0].actor_parties[0]


def span(doc: Doc, words: str) -> Span:
    start = doc.text.rindex(words)
    found = doc.char_span(start, start + len(words))
    assert found is not None
    return found
