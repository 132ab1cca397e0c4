"""One client for all requests of a run: redirects, retries, robots.txt, pace and limits."""

import email.utils
import ssl
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from types import TracebackType
from urllib.parse import urldefrag, urljoin, urlsplit

import httpx

from flows.client.body import ACCEPTED_ENCODINGS, content_type, gunzipped, read_body
from flows.client.errors import FetchError
from flows.client.guard import LONGEST_READ, GuardedTransport, deadline, time_left
from flows.client.pace import Pace, jittered
from flows.client.robots import AGENT, Robots, Rules
from models.clock import now
from models.fetches import Fetch

TRIES = 3
MOST_REDIRECTS = 5
LONGEST_WAIT = 7 * 86400.0  # seconds that a host may ask to be left alone for

_REDIRECTS = (301, 302, 303, 307, 308)
_TRY_AGAIN = (408, 425, 429, 500, 502, 503, 504)
_GRANTED_LATER = (401, 403)  # once a header is set, or the owner of the host agrees
_ACCEPT = "text/html, application/xhtml+xml, application/rss+xml, application/atom+xml, application/xml, */*;q=0.5"
_REASONS = {
    401: "wants a login; give it by headers_from",
    403: "the host refuses; ask its owner for access",
    404: "no such page; check the address",
    410: "gone for good; take it out of the sources",
    429: "asked too often; raise pause",
}


@dataclass(frozen=True, slots=True)
class Manners:
    """How an address is asked for: the keys of a source on the web, see `named_sources.WebSource`.

    `headers` go to the hosts `homes` only, each written as `https://host`. `largest` is in bytes.
    """

    allow_private: bool = False
    headers: Mapping[str, str] | None = None
    homes: frozenset[str] = frozenset()
    pause: float = 1.0
    timeout: float = 60.0
    largest: int = 20 * 2**20


@dataclass(frozen=True, slots=True)
class Answer:
    """What an address gave; `url` is where redirects ended, `fetched_at` is in UTC without a zone.

    The body is inflated, also where it is a gzip file. At status 304 the address holds what it held before, and the
    body is empty.
    """

    url: str
    status: int
    body: bytes
    media: str
    charset: str | None
    etag: str | None
    last_modified: str | None
    fetched_at: datetime


class Web:
    """Asks for addresses; use it in a `with` block, one for a whole run."""

    def __init__(self) -> None:
        """Nothing is connected before it is asked for."""
        self._transports: dict[bool, GuardedTransport] = {}
        self._robots = {True: Robots(), False: Robots()}
        self._pace = Pace()

    def __enter__(self) -> "Web":  # noqa: D105
        return self

    def __exit__(  # noqa: D105
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for transport in self._transports.values():
            transport.close()
        self._transports.clear()

    def get(self, url: str, manners: Manners, known: Fetch | None = None) -> Answer:
        """What `url` gives, asked for on the condition that it changed since `known`. Raises FetchError."""
        url = absolute(url, url)
        with deadline(manners.timeout):
            rules = self._rules(url, manners)
            rules.require(url)
        self._pace.wait(_home(url), max(manners.pause, rules.delay))
        with deadline(manners.timeout):
            return self._tried(url, manners, known)

    def _rules(self, url: str, manners: Manners) -> Rules:
        def ask(address: str) -> bytes:
            return self._tried(address, manners, None, heed_robots=False).body

        return self._robots[manners.allow_private].rules(url, ask)

    def _tried(self, url: str, manners: Manners, known: Fetch | None, *, heed_robots: bool = True) -> Answer:
        """The answer of the first try that has one, within the deadline."""
        tries = 1
        while True:
            try:
                return self._followed(url, manners, known, heed_robots=heed_robots)
            except FetchError as error:
                wait = max(error.wait or 0.0, jittered(manners.pause * 2 ** (tries - 1)))
                if not error.again or tries == TRIES or wait >= time_left():
                    raise
                tries += 1
                time.sleep(wait)

    def _followed(self, url: str, manners: Manners, known: Fetch | None, *, heed_robots: bool) -> Answer:
        for _ in range(MOST_REDIRECTS + 1):
            if heed_robots:
                self._rules(url, manners).require(url)
            answer = self._asked(url, manners, known)
            if isinstance(answer, Answer):
                return answer
            url = absolute(url, answer)
        raise FetchError("redirects", f"more than {MOST_REDIRECTS} redirects, the last to {url}")

    def _asked(self, url: str, manners: Manners, known: Fetch | None) -> Answer | str:
        """The answer, or the place it redirects to."""
        with _faults(), _sent(self._transport(manners.allow_private), url, _headers(url, manners, known)) as response:
            status, headers = response.status_code, response.headers
            location = headers.get("location")
            if status in _REDIRECTS and location:
                return location
            if status != 304 and not 200 <= status < 300:
                raise _refused(status, headers)
            chunks = response.iter_raw()
            body = b"" if status == 304 else read_body(chunks, _encoding(headers), manners.largest)
            body = gunzipped(body, manners.largest)
        media, charset = content_type(headers)
        return Answer(url, status, body, media, charset, headers.get("etag"), headers.get("last-modified"), now())

    def _transport(self, allow_private: bool) -> GuardedTransport:
        """Apart for the two, so that a connection into a private network is open to sources that allow it only."""
        if allow_private not in self._transports:
            self._transports[allow_private] = GuardedTransport(allow_private=allow_private)
        return self._transports[allow_private]


def absolute(base: str, link: str) -> str:
    """The address that `link` names on the page `base`, without a fragment.

    Raises FetchError for anything but an http or https address, or one that holds a password.
    """
    try:
        url = urldefrag(urljoin(base, link)).url
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
        httpx.URL(url)
    except (ValueError, httpx.InvalidURL) as error:
        raise FetchError("bad_address", f"no valid address: {link[:200]}") from error
    if parts.scheme not in ("http", "https") or not host:
        raise FetchError("bad_address", f"leads to {url[:200]}, which is no http or https address")
    if parts.username or parts.password:
        raise FetchError("bad_address", f"an address with a user or password in it, at {host}")
    return url


@contextmanager
def _sent(transport: httpx.BaseTransport, url: str, headers: dict[str, str]) -> Generator[httpx.Response]:
    """The answer to one request. The transport is used bare: no cookies, no .netrc, no redirects of its own."""
    timeout = httpx.Timeout(LONGEST_READ).as_dict()
    response = transport.handle_request(httpx.Request("GET", url, headers=headers, extensions={"timeout": timeout}))
    try:
        yield response
    finally:
        response.close()


@contextmanager
def _faults() -> Generator[None]:
    """Turn what goes wrong on the way into a FetchError."""
    try:
        yield
    except httpx.TimeoutException as error:
        raise FetchError("timeout", "no whole answer in time; the host hangs or is slow", passing=True) from error
    except (httpx.LocalProtocolError, UnicodeEncodeError):
        # The message holds the header, which may be a secret.
        raise FetchError("bad_header", "a request header that HTTP does not allow; check headers_from") from None
    except httpx.TransportError as error:
        if fault := _tls_fault(error):
            raise FetchError("tls", f"no trusted connection: {fault}", passing=True) from error
        reason = str(error) or type(error).__name__
        raise FetchError("no_answer", f"no answer: {reason}", passing=True, again=True) from error


def _tls_fault(error: BaseException | None) -> str | None:
    while error:
        if isinstance(error, ssl.SSLError):
            return getattr(error, "verify_message", None) or error.reason or str(error)
        error = error.__cause__ or error.__context__
    return None


def _refused(status: int, headers: httpx.Headers) -> FetchError:
    reason = _REASONS.get(status, "the host fails" if status >= 500 else "the host refuses")
    passing = status in _TRY_AGAIN or status in _GRANTED_LATER or status >= 500
    return FetchError(
        f"http_{status}",
        f"status {status}: {reason}",
        status=status,
        passing=passing,
        again=status in _TRY_AGAIN,
        wait=_retry_after(headers.get("retry-after")) if passing else None,
    )


def _retry_after(value: str | None) -> float | None:
    """Seconds to wait, no more than LONGEST_WAIT; the header gives them, or a date."""
    if value is None:
        return None
    try:
        seconds = float(value) if value.strip().isdigit() else _seconds_to(email.utils.parsedate_to_datetime(value))
    except (TypeError, ValueError):
        return None
    return min(max(0.0, seconds), LONGEST_WAIT)


def _seconds_to(at: datetime) -> float:
    return (at.replace(tzinfo=at.tzinfo or UTC) - datetime.now(UTC)).total_seconds()


def _headers(url: str, manners: Manners, known: Fetch | None) -> dict[str, str]:
    headers = {"User-Agent": _user_agent(), "Accept": _ACCEPT, "Accept-Encoding": ACCEPTED_ENCODINGS}
    if manners.headers and _home(url) in manners.homes:
        headers |= manners.headers
    conditions = {"If-None-Match": known and known.etag, "If-Modified-Since": known and known.last_modified}
    return headers | {name: value for name, value in conditions.items() if value and value.isascii()}


def _home(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def _encoding(headers: httpx.Headers) -> str:
    return headers.get("content-encoding", "").strip().lower()


@cache
def _user_agent() -> str:
    """The project's name and version, as robots.txt and the logs of a host know it."""
    return f"{AGENT}/{version('sanctionwire')} (reads news for sanctions events)"
