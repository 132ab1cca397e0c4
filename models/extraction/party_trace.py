"""How `sanctionwire_parties` came to the party of an actor or a target, for people who ask why."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from spacy.tokens import Doc, Span

from models.event import Party
from models.extraction.draft import Draft
from models.extraction.parties import Name, named, without_determiner, without_title
from models.parties.antecedents import Asked, refers_to
from models.parties.gazetteer import Entry, gazetteer
from models.parties.setting import Setting
from models.parties.wording import pronouns
from models.seeds import PartyKind


class How(StrEnum):
    """What gave a party its name and id, in the order in which it is tried."""

    NAME = "gazetteer name"
    COMPOUND = "first word of a compound"
    SURNAME = "completed surname"
    PRONOUN = "pronoun"
    DESCRIPTION = "description"
    GOVERNMENT = "state beside a word for its government"
    MISSPELT = "misspelt gazetteer name"
    AS_IT_STANDS = "as it stands"


@dataclass(frozen=True, slots=True)
class Origin:
    """How a party was found, and what it was found by: a name in a seed, or the antecedent that the text names."""

    how: How
    source: str | None = None


def origins(doc: Doc, acts: Sequence[Draft]) -> list[tuple[list[Origin], list[Origin]]]:
    """For each act, in the order of the text, the origins of its actors and of its targets, as its parties stand."""
    setting = Setting.of(doc)
    told = list[tuple[list[Origin], list[Origin]]]()
    actors, targets = list[Party](), list[Party]()
    for act in acts:
        told.append(
            (
                [_origin(party, act.targets, actors, setting) for party in act.actor_parties],
                [_origin(party, act.actors, targets, setting) for party in act.target_parties],
            )
        )
        actors += act.actor_parties
        targets += act.target_parties
    return told


def _origin(party: Party, opposite: Sequence[Span], earlier: Sequence[Party], setting: Setting) -> Origin:
    bare = without_determiner(party.text)
    if name := named(party.text, setting):
        return _of_name(name, party.text, bare)
    others = frozenset(other.id for span in opposite if (other := named(span.text, setting)) and other.id)
    if meant := refers_to(bare, Asked(party.start, party.end, others, tuple(earlier)), setting):
        how = How.PRONOUN if bare.lower() in pronouns() else How.DESCRIPTION
        return Origin(how, _antecedent(meant, party, setting))
    if party.id is None:
        return Origin(How.AS_IT_STANDS)
    if found := gazetteer().state_and_rest(bare):
        return Origin(How.GOVERNMENT, f"{found[1]!r} in references.csv")
    return Origin(How.MISSPELT, _seed(gazetteer().by_id(party.id)))


def _of_name(name: Name, text: str, bare: str) -> Origin:
    for candidate in (text, bare, without_title(bare)):
        entry = gazetteer().find(candidate)
        if entry and (entry.name, entry.party_id) == (name.name, name.id):
            return Origin(How.NAME, f"{candidate!r} in {_seed(entry)}")
    first = gazetteer().find(bare.partition("-")[0])
    if first and first.party_id == name.id:
        return Origin(How.COMPOUND, f"{bare.partition('-')[0]!r} in {_seed(first)}")
    return Origin(How.SURNAME, f"{name.name!r} in the document")


def _antecedent(meant: Entry | str, party: Party, setting: Setting) -> str:
    """Where the text names who is meant: nearest before the party, else after it, else nowhere."""
    name = meant if isinstance(meant, str) else meant.name
    if isinstance(meant, str):
        places = [(start, start + len(name)) for start, person in setting.people if name in person]
    else:
        places = [(m.start, m.end) for m in setting.mentions if m.entry.party_id == meant.party_id]
    before = [place for place in places if place[1] <= party.start]
    near = before[-1:] or [place for place in places if place[0] >= party.end][:1]
    if not near:
        return f"{name}, not named in the text: see references.csv, administrations.csv and speakers.csv"
    ((start, end),) = near
    shift = len(setting.whole_text) - len(setting.text)
    where = "in the title" if start < 0 else f"at character {start}"
    return f"{setting.whole_text[start + shift : end + shift]!r} {where}"


def _seed(entry: Entry) -> str:
    return "countries.csv" if entry.kind is PartyKind.STATE else "parties.csv"
