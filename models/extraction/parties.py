"""Component `sanctionwire_parties`: who an actor or a target is, by name in full and by id.

A name is looked up in the gazetteer, with help of what the document calls the party elsewhere. Pronouns and
descriptions are left to `models.parties.antecedents`.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from spacy.language import Language
from spacy.tokens import Doc, Span

from models.event import Party
from models.extraction import extensions
from models.extraction.draft import Draft, drafts
from models.parties.antecedents import Asked, refers_to
from models.parties.gazetteer import Entry, gazetteer
from models.parties.setting import Setting
from models.parties.wording import Office, determiners, name_particles, pronouns, references, titles
from models.seeds import PartyKind

_POSSESSIVE = re.compile(r"(?<=\w)'s?$")
_AROUND = " \"'\u201c\u201d\u2018.,;:()@#$"
_SURNAME = re.compile(r"(?:[a-z]{2,3}-)?[A-Z][\w'-]+")
_COMPOUND = re.compile(r"([A-Z][\w.]*)-\w*")

extensions.register()


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
        resolved.append(replace(act, actor_parties=act_actors, target_parties=act_targets))
        actors += act_actors
        targets += act_targets
    return resolved


def role_parties(
    spans: Sequence[Span], opposite: Sequence[Span], earlier: Sequence[Party], setting: Setting
) -> tuple[Party, ...]:
    """The parties of one role of an act, given the other role's spans and the parties that had the role before."""
    others = frozenset(name.id for span in opposite if (name := named(span.text, setting)) and name.id)
    return tuple(
        party(span.text, Asked(span.start_char, span.end_char, others, tuple(earlier)), setting) for span in spans
    )


@dataclass(frozen=True, slots=True)
class Name:
    """A name in full, and its id where the gazetteer has it."""

    name: str
    id: str | None


def party(text: str, asked: Asked, setting: Setting) -> Party:
    """The party that `text` means where it is `asked` for: by name, else by what it refers to, else as it stands."""
    bare = without_determiner(text)
    found = named(text, setting)
    if found is None and (meant := refers_to(bare, asked, setting)):
        found = _full(meant)
    found = found or _government(bare) or _misspelt(bare) or Name(bare or text, None)
    return Party(text, found.name, found.id, asked.start, asked.end)


def named(text: str, setting: Setting) -> Name | None:
    """The party that `text` names by itself or with help of the document, which may tell a surname's full name."""
    bare = without_determiner(text)
    untitled = without_title(bare)
    for name in dict.fromkeys((text, bare, untitled)):
        if full := _completed(name, setting):
            return full
        if found := gazetteer().find(name):
            return _full(found)
    compound = _COMPOUND.fullmatch(bare)
    found = gazetteer().find(compound[1]) if compound else None
    return _full(found) if found and found.kind in (PartyKind.STATE, PartyKind.BLOC, PartyKind.ORGANISATION) else None


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


def _full(found: Entry | str) -> Name:
    return Name(found, None) if isinstance(found, str) else Name(found.name, found.party_id)


def _completed(name: str, setting: Setting) -> Name | None:
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
            return _full(entry)
        if " " in full and (full != match[1] or setting.is_person(full)):
            return Name(full, None)
    return None


def _government(name: str) -> Name | None:
    """A state's government, by the word for it beside the state's name: the state, called as the text does."""
    found = gazetteer().state_and_rest(name)
    if found is None:
        return None
    state, rest = found
    reference = references().get(rest.lower())
    if reference is None or reference.office is not Office.GOVERNMENT:
        return None
    possessive = re.match(r".*'s? ", name)
    return Name(f"Government of {state.name}" if possessive else name, state.party_id)


def _misspelt(name: str) -> Name | None:
    found = gazetteer().find_nearly(name)
    return _full(found) if found else None
