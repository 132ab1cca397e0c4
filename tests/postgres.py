"""A PostgreSQL server of a test's own."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

PASSWORD = "hidden-from-all-but-its-user"
_PATIENCE = 300  # seconds; a busy machine is slow, not wrong


@dataclass(frozen=True)
class Server:
    """A server that runs in a folder of its own, as whom PostgreSQL allows."""

    programs: Path
    folder: Path
    port: int
    runs_as: dict[str, Any]

    def call(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs on the server's data."""
        command = [str(self.programs / program), "-D", str(self.folder / "data"), *arguments]
        subprocess.run(
            command, cwd=self.folder, check=True, stdout=subprocess.DEVNULL, timeout=_PATIENCE, **self.runs_as
        )

    def restart(self) -> None:
        """Drop all connections at once, and start anew."""
        self.call("pg_ctl", "-w", "-t", str(_PATIENCE), "-l", str(self.folder / "log"), "-m", "immediate", "restart")

    def database(self, name: str) -> str:
        """The address, without the password, of a new and empty database."""
        command = [str(self.programs / "createdb"), "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", name]
        subprocess.run(command, check=True, timeout=_PATIENCE, env=os.environ | {"PGPASSWORD": PASSWORD})
        return f"postgres://postgres@127.0.0.1:{self.port}/{name}"


@contextmanager
def postgres() -> Generator[str]:
    """Give the connection string of an empty database `postgres` while the block runs, where the programs are there."""
    with server() as one:
        yield f"host=127.0.0.1 port={one.port} user=postgres password={PASSWORD} dbname=postgres"


@contextmanager
def server() -> Generator[Server]:
    """A server while the block runs, where the programs are there."""
    programs = _programs()
    # PostgreSQL refuses to run as root, and its own user cannot look into the folders that pytest makes.
    runs_as: dict[str, Any] = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    try:
        secret = folder / "password"
        secret.write_text(PASSWORD)
        if runs_as:
            for path in (folder, secret):
                shutil.chown(path, **runs_as)
        one = Server(programs, folder, _free_port(), runs_as)
        one.call("initdb", "-U", "postgres", f"--pwfile={secret}", "--auth=scram-sha-256", "--no-sync")
        options = f"-h 127.0.0.1 -p {one.port} -k {folder} -c fsync=off"
        one.call("pg_ctl", "-w", "-t", str(_PATIENCE), "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield one
        finally:
            one.call("pg_ctl", "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


def _programs() -> Path:
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not folders:
        pytest.skip("needs PostgreSQL: apt-get install postgresql")
    return folders[-1]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
