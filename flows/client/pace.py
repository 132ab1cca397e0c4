"""The least time between two requests to one host."""

import random
import time
from threading import Lock

_JITTER = 0.5  # of a pause that it may be longer by, so that many readers do not fall into step


class Pace:
    """When each host may be asked next; may be shared by threads."""

    def __init__(self) -> None:
        """No host was asked yet."""
        self._next: dict[str, float] = {}
        self._lock = Lock()

    def wait(self, host: str, pause: float) -> None:
        """Sleep until `host` may be asked, and let nobody else ask it for `pause` seconds and a little more."""
        with self._lock:
            now = time.monotonic()
            turn = max(now, self._next.get(host, 0.0))
            self._next[host] = turn + jittered(pause)
        time.sleep(turn - now)


def jittered(seconds: float) -> float:
    """`seconds` and up to half of that again."""
    return seconds * (1 + _JITTER * random.random())  # noqa: S311 (no secret)
