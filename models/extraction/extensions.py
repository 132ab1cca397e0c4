"""What a spaCy `Doc` knows of the document it was made from, as `doc._.title` and so on."""

from spacy.tokens import Doc

_NAMES = ("title", "source", "url", "published")


def register() -> None:
    """Registers `title`, `source`, `url` (str or None) and `published` (date or None), where they are missing."""
    for name in _NAMES:
        if not Doc.has_extension(name):
            Doc.set_extension(name, default=None)
