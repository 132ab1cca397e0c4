"""How `sanctionwire_parties` came to the party of an actor or a target, for people who ask why."""

from collections.abc import Sequence
from dataclasses import dataclass

from spacy.tokens import Doc, Span

from models.event import Party
from models.extraction.draft import Draft
from models.extraction.parties import Found, How, find, ids
from models.parties.antecedents import Asked
from models.parties.gazetteer import Entry, gazetteer
from models.parties.setting import Setting
from models.seeds import PartyKind


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
        of_actors = _role_origins(act.actor_parties, act.targets, actors, setting)
        of_targets = _role_origins(act.target_parties, act.actors, targets, setting)
        told.append((of_actors, of_targets))
        actors += act.actor_parties
        targets += act.target_parties
    return told


def _role_origins(
    parties: Sequence[Party], opposite: Sequence[Span], earlier: Sequence[Party], setting: Setting
) -> list[Origin]:
    others = ids(opposite, setting)
    told = list[Origin]()
    for party in parties:
        found = find(party.text, Asked(party.start, party.end, others, tuple(earlier)), setting)
        told.append(Origin(found.how, _source(found, party, setting)))
    return told


def _source(found: Found, party: Party, setting: Setting) -> str | None:
    entry = gazetteer().by_id(found.id) if found.id else None
    match found.how:
        case How.PRONOUN | How.DESCRIPTION:
            return _antecedent(entry or found.name, party, setting)
        case How.SURNAME:
            return f"{found.by!r} in the document"
        case How.GOVERNMENT:
            return f"{found.by!r} in references.csv"
        case How.AS_IT_STANDS:
            return None
        case How.NAME | How.COMPOUND | How.MISSPELT:
            seed = "countries.csv" if entry and entry.kind is PartyKind.STATE else "parties.csv"
            return seed if found.how is How.MISSPELT else f"{found.by!r} in {seed}"


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
