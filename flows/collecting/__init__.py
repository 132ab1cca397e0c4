"""Named sources to documents: a module for each way a source gives what it has."""

from flows.collecting.articles import Collected
from flows.collecting.collect import collect

__all__ = ["Collected", "collect"]
