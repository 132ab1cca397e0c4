"""What pronouns and descriptions refer to: the nearest party before them that fits, or who speaks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from models.event import Party
from models.parties.gazetteer import Entry, Mention, gazetteer
from models.parties.setting import Setting
from models.parties.wording import (
    Administration,
    Number,
    Office,
    Pronoun,
    PronounPerson,
    Reference,
    administrations,
    determiners,
    pronouns,
    references,
    reporting_verbs,
)
from models.seeds import PartyKind

PEOPLE = frozenset((PartyKind.OFFICIAL, PartyKind.PERSON))
SPOKEN_FOR = frozenset((PartyKind.STATE_ORGAN, PartyKind.OFFICE, PartyKind.OFFICIAL))

EARLIER = 2  # sentences that a pronoun looks back for a party in its own role
FAR = 10  # sentences that it looks back for any other party

_LONGEST_TITLE = 100  # characters
_BESIDE = 60  # characters between a speaker and the verb of saying, at most
_ACTS_ON = re.compile(r"(?:'s)? (?:[\w-]+ ){1,3}(?:on|against|from|over|to) (?:the )?")


@dataclass(frozen=True, slots=True)
class Asked:
    """A party in question: its characters, the ids in its event's other role, the parties before it in its own."""

    start: int
    end: int
    opposite: frozenset[str]
    earlier: tuple[Party, ...]

    @property
    def opposite_states(self) -> frozenset[str]:
        """The states that the parties in the other role are or belong to."""
        return frozenset(state for party_id in self.opposite if (state := gazetteer().by_id(party_id).country))


def refers_to(text: str, asked: Asked, setting: Setting) -> Entry | str | None:
    """The party that a pronoun or description means (its name, where the seeds lack it); None where it means none."""
    if pronoun := pronouns().get(text.lower()):
        return _pronoun(pronoun, asked, setting)
    if _is_indefinite(asked, setting):
        return None
    reference = _reference(text)
    if (body := _body(text, setting)) is not None:
        return body
    if reference and (found := _described(reference, asked, setting)):
        return found
    if gazetteer().is_local(text):
        return _local(text, asked, setting)
    return _described_by_state(text, asked, setting)


def _is_indefinite(asked: Asked, setting: Setting) -> bool:
    """Whether a description brings in a new party: "a bank", "any other country"."""
    before = setting.text[max(0, asked.start - _LONGEST_TITLE) : asked.start].lower().split()[-2:]
    definite = [determiners()[word] for word in before if word in determiners()]
    return bool(definite) and not definite[-1]


def _reference(text: str) -> Reference | None:
    first, _, rest = text.partition(" ")
    phrase = rest if rest and first.lower() in pronouns() else text
    return references().get(phrase) or references().get(phrase.lower())


def _described_by_state(text: str, asked: Asked, setting: Setting) -> Entry | None:
    """The party of a state that a description beside its name means: "Belarusian president", "Chinese company"."""
    found = gazetteer().state_and_rest(text)
    reference = _reference(found[1]) if found else None
    if not found or not reference or PartyKind.STATE in reference.kinds:
        return None
    fits = (m.entry for m in _nearest(asked, setting) if m.entry.kind in reference.kinds)
    return next((entry for entry in fits if entry.country == found[0].party_id), None)


def _pronoun(pronoun: Pronoun, asked: Asked, setting: Setting) -> Entry | str | None:
    if pronoun.person is PronounPerson.THIRD:
        return _third_person(pronoun, asked, setting)
    if pronoun.person is PronounPerson.SECOND:
        return gazetteer().by_id(setting.speaker[0].we) if setting.speaker else None
    speaking = _release_speaker(pronoun, setting) or _quoted_speaker(pronoun, asked, setting)
    if isinstance(speaking, Entry) and pronoun.number is Number.PLURAL and speaking.kind in SPOKEN_FOR:
        return gazetteer().by_id(speaking.country) if speaking.country else speaking
    return speaking


def _release_speaker(pronoun: Pronoun, setting: Setting) -> Entry | str | None:
    if setting.speaker is None:
        return None
    speaker, match = setting.speaker
    if not pronoun.personal:
        return gazetteer().by_id(speaker.we)
    if not speaker.i:
        return None
    if "{" not in speaker.i:
        return gazetteer().by_id(speaker.i)
    groups = {key: _as_written(value, setting) for key, value in match.groupdict(default="").items()}
    return speaker.i.format_map(groups)


def _as_written(name: str, setting: Setting) -> str:
    """A name that stands in a title in capitals, as the text writes it."""
    match = re.search(rf"\b(?![A-Z'-]+\b){re.escape(name)}\b", setting.text, re.IGNORECASE)
    return match[0] if match else name.title()


def _quoted_speaker(pronoun: Pronoun, asked: Asked, setting: Setting) -> Entry | str | None:
    """The party beside the nearest verb of saying: in the sentence, the next one, or the two before."""
    here = setting.sentence(asked.start)
    for number in (here, here + 1, here - 1, here - 2):
        if not 0 <= number < len(setting.sentences):
            continue
        start, end = setting.bounds(number)
        named: list[tuple[int, int, Entry | str]] = [(m.start, m.end, m.entry) for m in setting.mentions]
        if pronoun.personal:
            named = [one for one in named if isinstance(one[2], Entry) and one[2].kind in PEOPLE]
            named += [(at, at + len(name), name) for at, name in setting.people if not gazetteer().find(name)]
        named = [one for one in named if start <= one[0] < end and not one[0] <= asked.start < one[1]]
        near: list[tuple[int, Entry | str]] = []
        for verb in re.finditer(r"\w+", setting.text[start:end]):
            if verb[0].lower() in reporting_verbs() and not setting.quoted(start + verb.start()):
                at = start + verb.start()
                near += [(min(abs(one[0] - at), abs(one[1] - at)), one[2]) for one in named]
        if near:
            distance, speaker = min(near, key=lambda pair: pair[0])
            return speaker if distance <= _BESIDE else None
    return None


def _third_person(pronoun: Pronoun, asked: Asked, setting: Setting) -> Entry | str | None:
    """The last party in the same role nearby, else the first named in the sentence, the one before, and so on."""
    here = setting.sentence(asked.start)
    for party in reversed(asked.earlier):
        known = gazetteer().by_id(party.id) if party.id else None
        near = party.end <= asked.start and here - setting.sentence(party.start) <= EARLIER
        if known and near and known.party_id not in asked.opposite and (known.kind in PEOPLE) == pronoun.personal:
            return known
    for number in range(here, max(-1, here - FAR), -1):
        start, end = setting.bounds(number)
        named = [
            (m.start, m.entry)
            for m in setting.mentions
            if start <= m.start < min(end, asked.start)
            and (m.entry.kind in PEOPLE) == pronoun.personal
            and m.entry.party_id not in asked.opposite
        ]
        if pronoun.personal and not named:
            people = [(at, name) for at, name in setting.people if start <= at < min(end, asked.start)]
            named = [(at, name) for at, name in people if not gazetteer().find(name)]
        if named:
            return min(named, key=lambda pair: pair[0])[1]
    return None


def _described(reference: Reference, asked: Asked, setting: Setting) -> Entry | None:
    if reference.office and setting.speaker and (found := _in_office(reference.office, setting.speaker[0].we, setting)):
        return found
    for excluded in (asked.opposite | asked.opposite_states, asked.opposite):
        for mention in _nearest(asked, setting):
            if found := _meant(reference, mention, excluded, asked, setting):
                return found
    for mention in _nearest(asked, setting):
        if reference.office and (found := _in_office(reference.office, mention.entry.country, setting)):
            return found
    return gazetteer().by_id(reference.default) if reference.default else None


def _meant(
    reference: Reference, mention: Mention, excluded: frozenset[str], asked: Asked, setting: Setting
) -> Entry | None:
    """The party that a description means where `mention` is named near it, if any."""
    entry = mention.entry
    if meant := reference.parties.get(entry.party_id):
        return gazetteer().by_id(meant)
    if entry.party_id in excluded or _sends_to(mention, asked, setting):
        return None
    if entry.country not in excluded and (local := _local_organ(entry, reference.phrase)):
        return local
    return entry if entry.kind in reference.kinds and _has_office(reference, mention, setting) else None


def _sends_to(mention: Mention, asked: Asked, setting: Setting) -> bool:
    """Whether the mention is who acts on the party asked for: "U.S. sanctions on the country"."""
    return _ACTS_ON.fullmatch(setting.text[max(0, mention.end) : asked.start]) is not None


def _local_organ(entry: Entry, name: str) -> Entry | None:
    return gazetteer().local(entry.country, name) if entry.country else None


def _has_office(reference: Reference, mention: Mention, setting: Setting) -> bool:
    """Whether the bearer of an office described by it ("the president") has it; true of parties that are no people."""
    if mention.entry.kind not in PEOPLE:
        return True
    heads = {term.head for term in administrations()} if reference.office is Office.HEAD else set[str]()
    return mention.entry.party_id in heads or _has_title(reference.phrase, mention.start, setting)


def _has_title(title: str, start: int, setting: Setting) -> bool:
    """Whether `title` stands before the name at `start`, which may lie in the document's title."""
    named = rf"\b{re.escape(title)} (?:[A-Z]\S+ )?$"
    return re.search(named, setting.before(start)[-_LONGEST_TITLE:], re.IGNORECASE) is not None


def _nearest(asked: Asked, setting: Setting) -> Iterator[Mention]:
    """The known parties named before, nearest first, then those named after."""
    before = [m for m in setting.mentions if m.end <= asked.start]
    after = [m for m in setting.mentions if m.start >= asked.end]
    yield from reversed(before)
    yield from after


def _in_office(office: Office, country: str | None, setting: Setting) -> Entry | None:
    """A state's administration, or its head, on the day of publication."""
    if setting.published is None:
        return None
    found = _of_term(office, [term for term in administrations() if term.country == country], setting.published)
    return gazetteer().by_id(found) if found else None


def _of_term(office: Office, terms: list[Administration], day: date) -> str | None:
    if office is Office.PREVIOUS_ADMINISTRATION:
        ended = [term for term in terms if term.end is not None and term.end <= day]
        return ended[-1].party_id if ended else None
    running = [term for term in terms if term.start <= day and (term.end is None or day < term.end)]
    if not running or office is Office.GOVERNMENT:
        return None
    return running[-1].head if office is Office.HEAD else running[-1].party_id


def _body(text: str, setting: Setting) -> Entry | None:
    """The body that "the Department" or "the Council" means in its own release."""
    if setting.speaker is None or not setting.speaker[0].body:
        return None
    body = gazetteer().by_id(setting.speaker[0].body)
    words = body.name.lower().split()
    return (
        body
        if " " not in text and text[:1].isupper() and text.lower() in words and text.lower() in references()
        else None
    )


def _local(text: str, asked: Asked, setting: Setting) -> Entry | None:
    """The organ of the state named nearest that has one of this name: "the central bank", "the junta"."""
    for mention in _nearest(asked, setting):
        entry = mention.entry
        if entry.country not in asked.opposite_states and (found := _local_organ(entry, text)):
            return found
    return None
