"""Named sources to documents: a module for each way a source gives what it has."""

from flows.collecting.collect import Collected, collect

__all__ = ["Collected", "collect"]
