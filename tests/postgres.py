"""A PostgreSQL server of a test's own."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

PASSWORD = "hidden"
_PATIENCE = 300  # seconds; a busy machine is slow, not wrong


@contextmanager
def postgres() -> Generator[str]:
    """Give the connection string of an empty database `postgres` while the block runs, where the programs are there."""
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
        data, port = folder / "data", _free_port()

        def call(program: str, *arguments: str) -> None:
            command = [str(programs / program), "-D", str(data), *arguments]
            subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, timeout=_PATIENCE, **runs_as)

        call("initdb", "-U", "postgres", f"--pwfile={secret}", "--auth=scram-sha-256", "--no-sync")
        options = f"-h 127.0.0.1 -p {port} -k {folder} -c fsync=off"
        call("pg_ctl", "-w", "-t", str(_PATIENCE), "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"host=127.0.0.1 port={port} user=postgres password={PASSWORD} dbname=postgres"
        finally:
            call("pg_ctl", "-w", "-m", "immediate", "stop")
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
