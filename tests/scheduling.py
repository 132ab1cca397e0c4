"""Which of pytest's processes runs which tests."""

import re
from functools import cache
from pathlib import Path

from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).resolve().parents[1]

# What takes long to set up: all files that name one of these go to one process, which sets it up once.
DEAR = (r"\bprefect_server\b", r"\bcase_readings\b")


class FilesTogether(LoadScopeScheduling):
    """Each file's tests run in one process."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::")[0]
        place = rank(ROOT / file)
        return file if place == len(DEAR) else DEAR[place]


@cache
def rank(file: Path) -> int:
    """The place in DEAR of what the file needs, or the number of places."""
    text = file.read_text(encoding="utf-8")
    return next((place for place, name in enumerate(DEAR) if re.search(name, text)), len(DEAR))
