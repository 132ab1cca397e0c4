"""A web server on loopback that behaves as it is told: well, slowly, brokenly or with malice."""

import gzip
import ssl
import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answering = Callable[[BaseHTTPRequestHandler], None]

ACT = "The European Union imposed sanctions on Russia on Monday, and froze the assets of two banks."


@dataclass(frozen=True)
class Page:
    """What a path gives; with an ETag or a day of change it answers 304 to who has it already."""

    body: bytes | str
    media: str = "text/html; charset=utf-8"
    status: int = 200
    etag: str | None = None
    last_modified: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    def __call__(self, to: BaseHTTPRequestHandler) -> None:
        same_tag = self.etag and to.headers["If-None-Match"] == self.etag
        same_day = self.last_modified and to.headers["If-Modified-Since"] == self.last_modified
        body = self.body.encode() if isinstance(self.body, str) else self.body
        to.send_response(304 if same_tag or same_day else self.status)
        for name, value in (("ETag", self.etag), ("Last-Modified", self.last_modified), *self.headers.items()):
            if value:
                to.send_header(name, value)
        if same_tag or same_day:
            to.end_headers()
            return
        if self.media:
            to.send_header("Content-Type", self.media)
        to.send_header("Content-Length", str(len(body)))
        to.end_headers()
        to.wfile.write(body)


@dataclass(frozen=True)
class Asked:
    """One request that came in."""

    path: str
    headers: Mapping[str, str]
    at: float


class Site:
    """The pages of a server by path, which a test may change while it runs, and the requests that came in."""

    def __init__(self, scheme: str = "http") -> None:
        self.pages: dict[str, Answering] = {}
        self.requests: list[Asked] = []
        self.port = 0
        self.scheme = scheme

    @property
    def root(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def url(self, path: str) -> str:
        return self.root + path

    def paths(self) -> list[str]:
        """The paths asked for, but for robots.txt."""
        return [asked.path for asked in self.requests if asked.path != "/robots.txt"]


@contextmanager
def serving(context: ssl.SSLContext | None = None) -> Generator[Site]:
    """A site that is served while the block runs, over TLS where a context is given."""
    site = Site("https" if context else "http")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else a body waits 40 ms for the client to acknowledge its head

        def do_GET(self) -> None:
            site.requests.append(Asked(self.path, {k.lower(): v for k, v in self.headers.items()}, time.monotonic()))
            site.pages.get(self.path, Page("not here", status=404))(self)

        do_POST = do_GET  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

        def handle_error(self, request: Any, client_address: Any) -> None:
            """A client that hangs up, as it does on what is too large or too slow, is no fault."""

    server = Server(("127.0.0.1", 0), Handler)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    site.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()


def article(
    text: str = ACT, title: str = "Council acts", published: str | None = "2024-05-08", etag: str | None = None
) -> Page:
    """An article as a news site has it, with a menu and a footer around it."""
    date = f'<meta property="article:published_time" content="{published}T10:00:00Z">' if published else ""
    body = (
        f"<!doctype html><html lang='en'><head><title>{title}</title>{date}</head><body>"
        "<nav><a href='/'>Home</a> <a href='/world'>World</a></nav>"
        f"<main><article><h1>{title}</h1><p>{text}</p><p>Ministers met in the morning and spoke to the press.</p>"
        "</article></main><footer>All rights reserved. Contact us.</footer></body></html>"
    )
    return Page(body, etag=etag)


CONSENT = Page(
    "<!doctype html><html><head><title>Consent</title></head><body><form></form><script>ask()</script></body></html>"
)


def feed(*items: str, **fields: Any) -> Page:
    """An RSS feed of these items."""
    body = f'<?xml version="1.0"?><rss version="2.0"><channel><title>Feed</title>{"".join(items)}</channel></rss>'
    return replace(Page(body, media="application/rss+xml"), **fields)


def item(
    link: str | None,
    title: str = "Council acts",
    published: str | None = "Wed, 08 May 2024 10:00:00 GMT",
    guid: str | None = None,
    summary: str = "",
) -> str:
    """An item of an RSS feed."""
    parts = [
        f"<title>{title}</title>",
        f"<link>{link}</link>" if link else "",
        f"<pubDate>{published}</pubDate>" if published else "",
        f'<guid isPermaLink="false">{guid}</guid>' if guid else "",
        f"<description><![CDATA[{summary}]]></description>" if summary else "",
    ]
    return f"<item>{''.join(parts)}</item>"


def sitemap(pages: Mapping[str, str], root: str = "urlset", name: str = "url") -> Page:
    """A sitemap of addresses, each with the day it changed, "" for none; or an index of sitemaps."""
    entries = "".join(
        f"<{name}><loc>{url}</loc>{f'<lastmod>{day}</lastmod>' if day else ''}</{name}>" for url, day in pages.items()
    )
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    return Page(f'<?xml version="1.0"?><{root} xmlns="{space}">{entries}</{root}>', media="application/xml")


def redirect(to: str, status: int = 302) -> Page:
    """A redirect."""
    return Page("", status=status, headers={"Location": to})


def hanging(to: BaseHTTPRequestHandler) -> None:
    """Takes the request and never answers."""
    time.sleep(30)


def dripping(to: BaseHTTPRequestHandler) -> None:
    """A head that never ends, a byte now and then: no single read ever times out."""
    to.wfile.write(b"HTTP/1.1 200 OK\r\nX-Drip: ")
    for _ in range(300):
        to.wfile.write(b"x")
        to.wfile.flush()
        time.sleep(0.05)


def endless(to: BaseHTTPRequestHandler) -> None:
    """A body that never ends."""
    to.send_response(200)
    to.send_header("Content-Type", "text/html")
    to.end_headers()
    while True:
        to.wfile.write(b"<p>more</p>" * 10_000)


def cut_off(to: BaseHTTPRequestHandler) -> None:
    """A body that ends before it is whole."""
    to.send_response(200)
    to.send_header("Content-Length", "10000")
    to.end_headers()
    to.wfile.write(b"<p>only this")
    to.close_connection = True


def garbage(to: BaseHTTPRequestHandler) -> None:
    """No HTTP at all."""
    to.wfile.write(b"\x00\x01\x02 what?\r\n\r\n")
    to.close_connection = True


def gzipped(page: Page) -> Page:
    """The page with its body compressed, as the server says."""
    body = page.body.encode() if isinstance(page.body, str) else page.body
    return replace(page, body=gzip.compress(body), headers={**page.headers, "Content-Encoding": "gzip"})


def bomb(megabytes: int = 30) -> Page:
    """A small body that inflates to so many megabytes."""
    return gzipped(Page(b"\0" * (megabytes * 2**20)))


def failing(times: int, then: Answering, status: int = 503, headers: Mapping[str, str] | None = None) -> Answering:
    """Fails so many times, and then answers."""
    left = [times]

    def answer(to: BaseHTTPRequestHandler) -> None:
        if left[0]:
            left[0] -= 1
            Page("busy", status=status, headers=headers or {})(to)
        else:
            then(to)

    return answer
