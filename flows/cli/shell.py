"""What the commands share: errors in one line, settings, files and streams."""

import json
import os
import sys
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from io import BufferedReader
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NoReturn, cast

import typer

from models.errors import UserError

if TYPE_CHECKING:
    from flows.settings import Settings


@contextmanager
def errors() -> Generator[None]:
    """Turn what a user can mend into one line and exit code 1."""
    try:
        yield
    except UserError as error:
        fail(" ".join(str(error).split()))
    except BrokenPipeError:
        _drop_output()
        raise typer.Exit(1) from None
    except OSError as error:
        _drop_output()
        fail(f"{error.filename or 'output'}: {error.strerror or error}")
    except KeyboardInterrupt:
        fail("interrupted; what was loaded stays, and the next run goes on from there")
    except Exception as error:
        if _of_a_silent_server(error):
            fail("Prefect's server does not answer: start the one that PREFECT_API_URL names, or unset it")
        raise


def settings(**given: Any) -> "Settings":
    """The settings, those given on the command line before those of the environment. Raises UserError."""
    from pydantic import ValidationError

    from flows.settings import Settings

    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        wrong = "; ".join(f"SANCTIONWIRE_{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors())
        raise UserError(wrong) from error


def fail(message: str) -> NoReturn:
    """Say `message` in one line and end with exit code 1."""
    typer.echo(f"sanctionwire: {message}", err=True)
    raise typer.Exit(1)


def opened_input(name: str) -> AbstractContextManager[BufferedReader]:
    """The bytes of the file `name`; for `-` those of standard input."""
    from flows.readers.opening import open_binary

    if name == "-":
        return nullcontext(cast(BufferedReader, sys.stdin.buffer))
    with _opening(name):
        return open_binary(Path(name))


def opened_output(name: str) -> AbstractContextManager[IO[str]]:
    """The file `name` to write; for `-` standard output."""
    if name == "-":
        return nullcontext(sys.stdout)
    with _opening(name):
        return Path(name).open("w", encoding="utf-8")


def print_json(value: Any) -> None:
    """Print `value` as one line of JSON."""
    typer.echo(json.dumps(value, ensure_ascii=False, default=str))


def prepare_prefect() -> None:
    """Settings of Prefect for a run by hand; what the environment says already stays.

    Its temporary server is slow to start on small machines, nobody's use is to be reported, and on a terminal the
    progress bar takes the place of log lines.
    """
    os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "120")
    os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", "ERROR" if sys.stderr.isatty() else "INFO")


def _of_a_silent_server(error: Exception) -> bool:
    import httpx  # which the commands that answer at once do without

    return isinstance(error, httpx.TransportError) or "Failed to reach API" in str(error)


def _drop_output() -> None:
    """Have Python not write, as it ends, what standard output did not take."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def _opening(name: str) -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise UserError(f"{name}: cannot be opened: {error.strerror}") from error
