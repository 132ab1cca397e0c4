"""Component `sanctionwire_parties`: who an actor or a target is, by name in full and by id.

A name is looked up in the gazetteer, with help of what the document calls the party elsewhere. Pronouns and
descriptions are left to `models.parties.antecedents`.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from spacy.language import Language
from spacy.tokens import Doc, Span

from models.event import Action, Party, Status
from models.extraction import extensions
from models.extraction.draft import Draft, drafts
from models.parties.antecedents import Asked, refers_to
from models.parties.gazetteer import Entry, gazetteer
from models.parties.setting import Setting
from models.parties.wording import Office, determiners, name_particles, pronouns, references, titles
from models.seeds import PartyKind

ON_OTHERS = frozenset((Action.IMPOSE, Action.EXTEND, Action.ENFORCE))

_POSSESSIVE = re.compile(r"(?<=\w)'s?$")
_AROUND = " \"'\u201c\u201d\u2018.,;:()@#$"
_SURNAME = re.compile(r"(?:[a-z]{2,3}-)?[A-Z][\w'-]+")
_COMPOUND = re.compile(r"([A-Z][\w.]*)-\w*")

extensions.register(title=None, source=None, url=None, published=None)


class How(StrEnum):
    """What gave a party its name and id, in the order in which it is tried."""

    SURNAME = "completed surname"
    NAME = "gazetteer name"
    COMPOUND = "first word of a compound"
    PRONOUN = "pronoun"
    DESCRIPTION = "description"
    GOVERNMENT = "state beside a word for its government"
    MISSPELT = "misspelt gazetteer name"
    AS_IT_STANDS = "as it stands"


@dataclass(frozen=True, slots=True)
class Found:
    """A name in full, and its id where the gazetteer has it; how it was found, and by which words of a seed or text."""

    name: str
    id: str | None
    how: How
    by: str


@Language.factory("sanctionwire_parties", requires=["doc._.drafts"], assigns=["doc._.drafts"])
def create(nlp: Language, name: str) -> Callable[[Doc], Doc]:
    """A component that gives each draft the parties of its actors and targets."""

    def find_parties(doc: Doc) -> Doc:
        if drafts(doc):
            doc._.drafts = resolve(Setting.of(doc), drafts(doc))
        return doc

    return find_parties


def resolve(setting: Setting, acts: Sequence[Draft]) -> list[Draft]:
    """The acts, in the order of the text, each with its parties. Raises `SeedError` where the seeds are invalid."""
    resolved = list[Draft]()
    actors, targets = list[Party](), list[Party]()
    for act in acts:
        act_actors = role_parties(act.actors, act.targets, actors, setting)
        act_targets = role_parties(act.targets, act.actors, targets, setting)
        if act.action in ON_OTHERS and act.status not in (Status.DEMANDED, Status.REJECTED):
            act_actors, act_targets = apart(act_actors, act_targets)
        resolved.append(replace(act, actor_parties=act_actors, target_parties=act_targets))
        actors += act_actors
        targets += act_targets
    return resolved


def role_parties(
    spans: Sequence[Span], opposite: Sequence[Span], earlier: Sequence[Party], setting: Setting
) -> tuple[Party, ...]:
    """The parties of one role of an act, given the other role's spans and the parties that had the role before."""
    others = ids(opposite, setting)
    return tuple(
        party(span.text, Asked(span.start_char, span.end_char, others, tuple(earlier)), setting) for span in spans
    )


def apart(actors: Sequence[Party], targets: Sequence[Party]) -> tuple[tuple[Party, ...], tuple[Party, ...]]:
    """Actors and targets, each party on one side: the one where it is not told by a pronoun, else as an actor.

    In 2,812 annotated events nobody restricts itself, save who demands or refuses that.
    """
    both = {party.id for party in actors if party.id} & {party.id for party in targets}
    unclear = {party.id for party in actors if party.id in both and party.text.casefold() in pronouns()}
    kept = tuple(party for party in actors if party.id not in unclear)
    return kept, tuple(party for party in targets if party.id not in both - unclear)


def ids(spans: Sequence[Span], setting: Setting) -> frozenset[str]:
    """The ids of the parties that are named by some of these spans."""
    return frozenset(found.id for span in spans if (found := named(span.text, setting)) and found.id)


def party(text: str, asked: Asked, setting: Setting) -> Party:
    """The party that `text` means where it is `asked` for."""
    found = find(text, asked, setting)
    return Party(text, found.name, found.id, asked.start, asked.end)


def find(text: str, asked: Asked, setting: Setting) -> Found:
    """Whom `text` means where it is `asked` for: by name, else by what it refers to, else as it stands."""
    bare = without_determiner(text)
    return (
        named(text, setting)
        or _referred_to(bare, asked, setting)
        or _government(bare)
        or _misspelt(bare)
        or Found(bare or text, None, How.AS_IT_STANDS, text)
    )


def named(text: str, setting: Setting) -> Found | None:
    """The party that `text` names by itself or with help of the document, which may tell a surname's full name."""
    bare = without_determiner(text)
    untitled = without_title(bare)
    for name in dict.fromkeys((text, bare, untitled)):
        if full := _completed(name, setting):
            return full
        if known := gazetteer().find(name):
            return _full(known, How.NAME, name)
    compound = _COMPOUND.fullmatch(bare)
    known = gazetteer().find(compound[1]) if compound else None
    if compound and known and known.kind in (PartyKind.STATE, PartyKind.BLOC, PartyKind.ORGANISATION):
        return _full(known, How.COMPOUND, compound[1])
    return None


def without_determiner(text: str) -> str:
    """`text` without white space, quotes and a determiner around it, or a possessive ending."""
    bare = " ".join(text.replace("\u2019", "'").split()).strip(_AROUND)
    first, _, rest = bare.partition(" ")
    bare = rest if rest and first.lower() in determiners() else bare
    if text.rstrip().endswith(".") and re.search(r"\b[A-Z]\.[A-Z]$", bare):
        bare += "."
    return _POSSESSIVE.sub("", bare)


def without_title(name: str) -> str:
    """`name` without the titles before it ("President", "Foreign Minister"), where a name is left."""
    for title in titles():
        rest = name[len(title) + 1 :]
        if name.lower().startswith(title + " ") and rest[:1].isupper():
            return without_title(rest)
    return name


def _given_and_surname(name: str) -> str:
    """A person's name without the words before it that are titles or names of states and organs."""
    words = without_title(name).split(" ")
    while len(words) > 2 and (
        gazetteer().find(words[0]) or words[0].lower() in titles() or without_title(" ".join(words)) != " ".join(words)
    ):
        words = without_title(" ".join(words[1:])).split(" ")
    return " ".join(words)


def _full(meant: Entry | str, how: How, by: str) -> Found:
    return Found(meant, None, how, by) if isinstance(meant, str) else Found(meant.name, meant.party_id, how, by)


def _completed(name: str, setting: Setting) -> Found | None:
    """The full name that the document gives for a surname: known, behind a title, or a person by its entities."""
    if not _SURNAME.fullmatch(name) or name.lower() in pronouns():
        return None
    known = gazetteer().find(name)
    if known and known.kind not in (PartyKind.OFFICIAL, PartyKind.PERSON):
        return None
    given = rf"(?:(?:[a-z]{{2,3}}-)?[A-Z][\w'-]+|[A-Z]\.|{'|'.join(name_particles())})"
    for match in re.finditer(rf"(?<![\w-])((?:{given} ){{1,3}}{re.escape(name)})(?![\w-])", setting.whole_text):
        full = _given_and_surname(match[1])
        entry = gazetteer().find(full)
        if entry and entry.kind in (PartyKind.OFFICIAL, PartyKind.PERSON):
            return _full(entry, How.SURNAME, full)
        if " " in full and (full != match[1] or setting.is_person(full)):
            return _full(full, How.SURNAME, full)
    return None


def _referred_to(text: str, asked: Asked, setting: Setting) -> Found | None:
    meant = refers_to(text, asked, setting)
    how = How.PRONOUN if text.lower() in pronouns() else How.DESCRIPTION
    return _full(meant, how, text) if meant else None


def _government(name: str) -> Found | None:
    """A state's government, by the word for it beside the state's name: the state, called as the text does."""
    found = gazetteer().state_and_rest(name)
    if found is None:
        return None
    state, rest = found
    reference = references().get(rest.lower())
    if reference is None or reference.office is not Office.GOVERNMENT:
        return None
    possessive = re.match(r".*'s? ", name)
    return Found(f"Government of {state.name}" if possessive else name, state.party_id, How.GOVERNMENT, rest)


def _misspelt(name: str) -> Found | None:
    known = gazetteer().find_nearly(name)
    return _full(known, How.MISSPELT, name) if known else None
