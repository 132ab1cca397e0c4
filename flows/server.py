"""A Prefect server of one's own, for as long as it is needed."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx

from models.errors import UserError

_HOST, _PORT = "127.0.0.1", 4200
_LONGEST_START = 600  # seconds; a small and busy machine takes its time
_LONGEST_STOP = 20


class ServerError(UserError):
    """The server did not start."""


@contextmanager
def local_server(home: Path | None = None) -> Generator[str]:
    """Start a server on this machine alone, give the address of its API, and stop it at the end.

    It keeps its database in `home`, by default where Prefect keeps it.

    Raises:
        ServerError: it does not answer.
    """
    port = _free_port()
    url = f"http://{_HOST}:{port}/api"
    environment = os.environ | {"PREFECT_SERVER_ANALYTICS_ENABLED": "false", "PREFECT_API_URL": url}
    if home:
        environment["PREFECT_HOME"] = str(home)
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", _HOST, "--port", str(port)]
    # In a session of its own: Ctrl-C is for whoever uses it, who then takes leave of it first.
    server = subprocess.Popen(  # noqa: S603
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        _wait_for(server, url)
        yield url
    finally:
        server.terminate()
        try:
            server.wait(_LONGEST_STOP)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait_for(server: "subprocess.Popen[bytes]", url: str) -> None:
    end = time.monotonic() + _LONGEST_START
    while time.monotonic() < end and server.poll() is None:
        try:
            if httpx.get(f"{url}/health", timeout=5).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise ServerError("Prefect's server did not start; `prefect server start` tells why")


def _free_port() -> int:
    """Prefect's usual port, or any other where that is taken."""
    for port in (_PORT, 0):
        with socket.socket() as probe:
            try:
                probe.bind((_HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise ServerError("no port is free on this machine")
