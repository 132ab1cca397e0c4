"""The parties of seeds/countries.csv and seeds/parties.csv by every name they have."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from ahocorasick_rs import AhoCorasick, MatchKind
from rapidfuzz import fuzz, process

from models.seeds import PartyKind, countries, parties

NEARLY = 93.0  # rapidfuzz ratio from which a name counts as misspelt, not as another
SHORTEST_MISSPELT = 9  # characters

_STATE_OF = re.compile(r"(?P<organ>.+?) of (?:the )?(?P<state>.+)")


@dataclass(frozen=True, slots=True)
class Entry:
    """A party of the seeds. `country` is its own id for a state."""

    party_id: str
    name: str
    kind: PartyKind
    country: str | None


@dataclass(frozen=True, slots=True)
class Mention:
    """A known party named in a text, at characters `start` to `end`."""

    start: int
    end: int
    entry: Entry


class Gazetteer:
    """Finds parties by name. A name of one word is read as it is written ("US", not "us"); longer ones in any case."""

    def __init__(self) -> None:
        """Reads the seeds. Raises `SeedError` where they are invalid."""
        self._by_id: dict[str, Entry] = {}
        self._names: dict[str, Entry] = {}
        self._local: dict[tuple[str, str], Entry] = {}
        for row in countries():
            entry = Entry(row.party_id, row.name, PartyKind.STATE, row.party_id)
            self._by_id[row.party_id] = entry
            self._names.update(dict.fromkeys(row.names, entry))
        self._states = dict(self._names)
        for row in parties():
            entry = Entry(row.party_id, row.name, row.kind, row.country)
            self._by_id[row.party_id] = entry
            self._names.update(dict.fromkeys(row.names, entry))
            for name in row.local_aliases:
                self._local[row.country or "", name.lower()] = entry
        self._local_names = {name for _, name in self._local}
        self._folded = {name.lower(): entry for name, entry in self._names.items() if " " in name or "-" in name}
        self._written = dict(self._names)
        self._written.update({name: entry for name, entry in self._folded.items() if " " in name})
        self._written.update(self._beside_state())
        self._spellings = list(self._written)
        self._automaton = AhoCorasick(self._spellings, matchkind=MatchKind.LeftmostLongest)

    def by_id(self, party_id: str) -> Entry:
        """The party of an id that is in the seeds."""
        return self._by_id[party_id]

    def names(self) -> Iterator[tuple[str, str]]:
        """Every name with the id of its party."""
        return ((name, entry.party_id) for name, entry in self._names.items())

    def find(self, name: str) -> Entry | None:
        """The party of a name, alone or beside its state ("Treasury Department", "U.S. Treasury Department")."""
        return self._named(name) or self.organ(name)

    def find_nearly(self, name: str) -> Entry | None:
        """The party whose name is `name` but for a slip of spelling."""
        if len(name) < SHORTEST_MISSPELT or not name[0].isupper():
            return None
        close = process.extractOne(name, self._spellings, scorer=fuzz.ratio, score_cutoff=NEARLY)
        return self._written[close[0]] if close else None

    def organ(self, name: str) -> Entry | None:
        """The organ of a state that is named with it: "Russian central bank", "Parliament of Canada"."""
        found = self.state_and_rest(name)
        if found is None:
            return None
        state, rest = found
        if local := self._local.get((state.party_id, rest.lower())):
            return local
        named = self._named(rest)
        return named if named and named.country == state.party_id and named.kind is not PartyKind.STATE else None

    def local(self, state: str, name: str) -> Entry | None:
        """The organ that `name` ("central bank") means where the state is clear."""
        return self._local.get((state, name.lower()))

    def is_local(self, name: str) -> bool:
        """Whether some state has an organ of this local name."""
        return name.lower() in self._local_names

    def state_and_rest(self, name: str) -> tuple[Entry, str] | None:
        """The state and the rest of a name that has both: "British government", "government of Poland"."""
        words = name.split(" ")
        for end in range(min(len(words) - 1, 5), 0, -1):
            first = re.sub(r"'s?$", "", " ".join(words[:end]))
            if state := self._states.get(first):
                return state, " ".join(words[end:])
            head = self._named(first)
            if head and head.kind is PartyKind.OFFICIAL and head.country and first != " ".join(words[:end]):
                return self._by_id[head.country], " ".join(words[end:])
        of = _STATE_OF.fullmatch(name)
        state = self._states.get(of["state"]) if of else None
        return (state, of["organ"]) if of and state else None

    def mentions(self, text: str) -> Iterator[Mention]:
        """Yields the known parties named in `text`, in order; of overlapping names the longest."""
        for index, start, end in self._automaton.find_matches_as_indexes(text):
            before, after = text[start - 1 : start], text[end : end + 1]
            if not (before.isalnum() or before == "-" or after.isalnum()):
                yield Mention(start, end, self._written[self._spellings[index]])

    def _beside_state(self) -> dict[str, Entry]:
        """The local names of organs with the name of their state before: "Russian central bank"."""
        forms = {row.party_id: (f"{row.name}'s", *row.adjectives, *row.aliases) for row in countries()}
        return {
            f"{form} {name}": entry for (state, name), entry in self._local.items() for form in forms.get(state, ())
        }

    def _named(self, name: str) -> Entry | None:
        found = self._names.get(name) or self._folded.get(name.lower())
        if found or not name.isupper() or len(name) <= 3:
            return found
        return self._names.get(name.title())


@cache
def gazetteer() -> Gazetteer:
    """The gazetteer of the seeds. Raises `SeedError` where they are invalid."""
    return Gazetteer()
