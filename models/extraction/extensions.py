"""Attributes of a spaCy `Doc`: what it knows of its document (`doc._.title`), and what components find."""

from spacy.tokens import Doc


def register(**defaults: object) -> None:
    """Registers attributes by name, each with its default, where they are missing."""
    for name, default in defaults.items():
        if not Doc.has_extension(name):
            Doc.set_extension(name, default=default)
