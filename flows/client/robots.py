"""What the robots.txt of a host permits (RFC 9309)."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from protego import Protego

from flows.client.errors import FetchError

AGENT = "sanctionwire"  # the name that robots.txt calls this program by
LARGEST_ROBOTS = 512 * 2**10  # bytes that count, as RFC 9309 has it
LONGEST_DELAY = 60.0  # seconds of Crawl-delay that are kept to


@dataclass(frozen=True, slots=True)
class Rules:
    """What one host permits; `fault` where its rules could not be had, and nothing may be asked."""

    parsed: Protego | None
    fault: FetchError | None = None

    def require(self, url: str) -> None:
        """Raises FetchError where `url` may not be asked for."""
        if self.fault:
            raise self.fault
        if self.parsed and not self.parsed.can_fetch(url, AGENT):
            raise FetchError("robots", "robots.txt of the host forbids it")

    @property
    def delay(self) -> float:
        """Seconds between two requests that the host asks for."""
        delay = self.parsed.crawl_delay(AGENT) if self.parsed else None
        return min(delay or 0.0, LONGEST_DELAY)


class Robots:
    """The rules of each host, asked for once."""

    def __init__(self) -> None:
        """No host is known yet."""
        self._rules: dict[str, Rules] = {}

    def rules(self, url: str, ask: Callable[[str], bytes]) -> Rules:
        """The rules for the host of `url`; `ask` gets an address, and raises FetchError.

        A host without the file permits all; one that cannot give it for the moment permits nothing.
        """
        parts = urlsplit(url)
        host = f"{parts.scheme}://{parts.netloc}"
        if host not in self._rules:
            self._rules[host] = _asked(f"{host}/robots.txt", ask)
        return self._rules[host]


def _asked(url: str, ask: Callable[[str], bytes]) -> Rules:
    try:
        text = ask(url)[:LARGEST_ROBOTS].decode("utf-8", "replace")
    except FetchError as error:
        if error.status is not None and 400 <= error.status < 500 and error.status != 429:
            return Rules(None)
        reason = error.reason if error.status is None else f"robots.txt of the host: {error.reason}"
        return Rules(None, FetchError(error.check, reason, status=error.status, passing=error.passing, wait=error.wait))
    return Rules(Protego.parse(text))
