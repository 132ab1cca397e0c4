"""What a document tells of its parties: which known ones it names where, and who speaks in it."""

import re
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from spacy.tokens import Doc

from models.parties.gazetteer import Mention, gazetteer
from models.parties.wording import Speaker, speakers
from models.sentences import sentence_starts

_TITLE_END = "\n"
_QUOTE = re.compile(r"[\"\u201c\u201d]")


@dataclass
class Setting:
    """What a document tells of its parties: its text, the known parties that it names, who speaks in it."""

    text: str
    title: str
    source: str
    url: str
    published: date | None
    people: tuple[tuple[int, str], ...]

    @classmethod
    def of(cls, doc: Doc) -> "Setting":
        """The setting of a document, from its text, extension attributes and entities, where it has any."""
        people = tuple((ent.start_char, plain(ent.text)) for ent in doc.ents if ent.label_ == "PERSON")
        title, source, url = ((doc._.get(name) or "") for name in ("title", "source", "url"))
        return cls(doc.text, title, source, url, doc._.published, people)

    @cached_property
    def whole_text(self) -> str:
        """The title and the text, apostrophes and spaces made plain, of the same length."""
        return plain(f"{self.title}{_TITLE_END}{self.text}")

    @cached_property
    def mentions(self) -> tuple[Mention, ...]:
        """The known parties named, in order; those of the title lie before character 0."""
        shift = len(self.title) + len(_TITLE_END)
        found = gazetteer().mentions(self.whole_text)
        return tuple(Mention(m.start - shift, m.end - shift, m.entry) for m in found)

    @cached_property
    def sentences(self) -> tuple[int, ...]:
        """Where the sentences of the text begin."""
        return (0, *sentence_starts(self.text))

    @cached_property
    def speaker(self) -> tuple[Speaker, re.Match[str]] | None:
        """Who speaks in the document, where it is an institution's own release."""
        fields = {"title": " ".join(self.title.split()), "source": self.source, "url": self.url}
        for speaker in speakers():
            if match := speaker.pattern.search(fields[speaker.field]):
                return speaker, match
        return None

    def is_person(self, name: str) -> bool:
        """Whether the document's entities say that a name is a person's."""
        return any(name in person for _, person in self.people)

    def sentence(self, position: int) -> int:
        """The number of the sentence that a character lies in."""
        return bisect_right(self.sentences, position) - 1

    def bounds(self, sentence: int) -> tuple[int, int]:
        """The characters at which a sentence begins and ends."""
        ends = (*self.sentences[1:], len(self.text))
        return self.sentences[sentence], ends[sentence]

    def before(self, position: int) -> str:
        """The title and the text up to a character, which may lie in the title: below 0."""
        return self.whole_text[: position + len(self.title) + len(_TITLE_END)]

    def quoted(self, position: int) -> bool:
        """Whether a character of the text lies in a quotation."""
        return len(_QUOTE.findall(self.text, 0, position)) % 2 == 1


def plain(text: str) -> str:
    """`text` with plain spaces and apostrophes, of the same length."""
    return re.sub(r"\s", " ", text.replace("\u2019", "'"))
