"""What `collect` gave, sorted for a test to look at."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from flows.collecting import Collected
from models.event import Document
from models.fetches import Fetch
from models.rejection import Rejection

LOCAL: dict[str, Any] = {"allow_private": True, "pause": 0}  # keys of a source on a server of the tests


def documents(found: Iterable[Collected]) -> list[Document]:
    return [one for one in found if isinstance(one, Document)]


def checks(found: Iterable[Collected]) -> list[str]:
    return [one.check for one in found if isinstance(one, Rejection)]


def remembered(found: Iterable[Collected], known: Mapping[str, Fetch] | None = None) -> dict[str, Fetch]:
    """What the next run knows."""
    fetches = {one.url: replace(one, unchanged=False) for one in found if isinstance(one, Fetch)}
    return {**(known or {}), **fetches}
