"""The command line: what a user types, what is answered, and how it fails."""

import json
import os
import resource
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings
from typer.testing import CliRunner

from benchmarks.synthetic import main as make_store
from flows.cli import app
from flows.cli.serve import anywhere
from flows.lock import only_run
from tests.stores import ACT, QUIET, ask

ROOT = Path(__file__).resolve().parents[1]
LINE = json.dumps({"id": "good", "text": QUIET})


@pytest.fixture(autouse=True)
def _settings_are_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command sets what Prefect finds unset; here it is set, and taken back after each test."""
    monkeypatch.setenv("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "120")
    monkeypatch.setenv("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
    monkeypatch.setenv("PREFECT_LOGGING_LEVEL", "INFO")


def run(*arguments: object) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["run", *map(str, arguments)])
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done.exit_code, done.stdout, done.stderr


BAD: dict[str, tuple[bytes, int | None, str]] = {
    "binary.txt": (bytes(range(256)) * 20, None, "binary"),
    "broken.html": (b"<html><body><script>sanctions()</script></body></html>", None, "html_without_text"),
    "column.csv": (b"id,body\n1,Sanctions\n", 1, "no_text_column"),
    "damaged.txt.gz": (b"\x1f\x8b" + b"no gzip" * 10, None, "broken_gzip"),
    "date.jsonl": (b'{"text": "Sanctions.", "published": "9999-01-01"}\n' + LINE.encode(), 1, "bad_date"),
    "empty.txt": (b"", None, "empty"),
    "encoding.txt": ("Sanctions на Россию".encode("utf-16") + b"\x00", None, "encoding"),
    "middle.jsonl": (f"{LINE}\n{{broken\n{LINE.replace('good', 'last')}\n".encode(), 2, "broken_json"),
    "single.txt": (b"sanctions " * 5_000_000, None, "too_large"),
    "table.parquet": (b"no table", None, "broken_parquet"),
}


@pytest.mark.slow
@pytest.mark.usefixtures("prefect_server")
def test_what_is_bad_is_named_with_file_and_line_and_the_rest_is_read(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    for name, (content, _, _) in BAD.items():
        (inbox / name).write_bytes(content)
    (inbox / "unreadable.txt").symlink_to("/proc/self/mem")
    (inbox / "good.txt").write_text(ACT)
    code, out, _ = run(
        inbox, tmp_path / "gone.txt", "--store", tmp_path / "store", "--published", "2025-09-08", "--json"
    )
    assert code == 0
    report = json.loads(out)
    rejected = ask(tmp_path / "store" / "warehouse.duckdb", 'SELECT origin, line, "check", reason FROM raw.rejected')
    assert {Path(origin).name: (line, check) for origin, line, check, _ in rejected} == {
        **{name: (line, check) for name, (_, line, check) in BAD.items()},
        "unreadable.txt": (None, "unreadable"),
        "gone.txt": (None, "not_found"),
    }
    for origin, line, _, reason in rejected:
        assert reason.startswith(f"{origin}: " if line is None else f"{origin}:{line}: ")
        assert "\n" not in reason
    assert report["counts"]["rejected"] == len(rejected) == sum(report["rejections"].values())
    assert report["counts"]["documents_read"] == len(rejected) + 4
    assert ask(tmp_path / "store" / "sanctions.duckdb", "SELECT DISTINCT published::VARCHAR FROM dim_document") == [
        ("2025-09-08",)
    ]


@pytest.mark.slow
@pytest.mark.usefixtures("prefect_server")
def test_a_run_that_could_read_nothing_fails_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_bytes(b"")
    code, out, err = run(tmp_path / "empty.txt", "--store", tmp_path / "store")
    assert code == 1
    assert "1 (empty 1)" in out
    assert f"published{tmp_path}/store/sanctions.duckdb" in "".join(out.split())
    assert "Try: sanctionwire sql" in out
    assert said(err) == "nothing could be read: every document was rejected (see the table `rejected` of the warehouse)"


def said(err: str) -> str:
    """The one line that the command itself says, beside what Prefect logs."""
    (line,) = [line for line in err.splitlines() if line.startswith("sanctionwire: ")]
    assert "Traceback" not in err
    return line.removeprefix("sanctionwire: ")


def test_a_source_that_names_nothing_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    (tmp_path / "none" / "a.pdf").write_bytes(b"%PDF")
    for source, reason in {
        "gone.txt": "no such file or folder; check the path",
        "none/*.txt": "no file matches this pattern",
        "none/a.pdf": "this kind of file is not read",
        "none": "the folder holds no file that can be read",
    }.items():
        code, out, err = run(tmp_path / source, "--store", tmp_path / "store")
        assert (code, out) == (1, "")
        assert said(err).startswith(f"{tmp_path}/{source}: {reason}")
    assert not (tmp_path / "store").exists()


@pytest.mark.usefixtures("prefect_server")
def test_a_store_that_cannot_be_used_is_one_line(tmp_path: Path) -> None:
    source = tmp_path / "a.txt"
    source.write_text(QUIET)
    (tmp_path / "file").write_text("a file")
    for store, reason in {
        str(tmp_path / "file"): "cannot be written: File exists; name another --store",
        str(tmp_path / "file" / "below"): "cannot be written: Not a directory; name another --store",
        "/proc/store": "cannot be written: No such file or directory; name another --store",
    }.items():
        code, out, err = run(source, "--store", store)
        assert (code, out) == (1, "")
        assert said(err) == f"{store} {reason}"
    with only_run(tmp_path / "store"):
        code, _, err = run(source, "--store", tmp_path / "store")
    assert code == 1
    assert "is in use by another run" in said(err)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
@pytest.mark.usefixtures("prefect_server")
def test_a_read_only_store_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(QUIET)
    (tmp_path / "store").mkdir(mode=0o555)
    code, _, err = run(tmp_path / "a.txt", "--store", tmp_path / "store")
    assert code == 1
    assert "cannot be written: Permission denied" in said(err)


@pytest.mark.slow
@pytest.mark.usefixtures("prefect_server")
def test_a_full_disk_is_one_line_without_a_traceback(tmp_path: Path) -> None:
    """In a process of its own, as users see it, whose files may not grow beyond what an empty warehouse takes."""
    (tmp_path / "a.txt").write_text(QUIET)
    done = subprocess.run(
        [sys.executable, "-c", "from flows.cli import app; app()", "run", "a.txt", "--store", "store"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PREFECT_API_URL": str(PREFECT_API_URL.value())},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000)),
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert said(done.stderr).startswith("store/warehouse.duckdb: the file may not grow any further")


@pytest.mark.slow
def test_a_report_takes_the_place_of_the_old_one_as_a_whole(tmp_path: Path) -> None:
    make_store(1_000, tmp_path)
    page = tmp_path / "report.html"
    page.write_text("the old page")
    with page.open() as reader:
        done = CliRunner().invoke(app, ["report", "--store", str(tmp_path)])
        assert done.exit_code == 0, done.output
        assert reader.read() == "the old page"
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    printed = CliRunner().invoke(app, ["report", "--store", str(tmp_path), "--out", "-"])
    assert printed.stdout == page.read_text(encoding="utf-8")
    done = CliRunner().invoke(app, ["report", "--store", str(tmp_path), "--out", str(tmp_path / "gone" / "out.html")])
    assert (done.exit_code, done.stdout) == (1, "")
    assert said(done.stderr) == f"{tmp_path}/gone/out.html cannot be put in place: No such file or directory"


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["run", "--workers", "0"], "--workers"),
        (["run", "--batch-size", "0"], "--batch-size"),
        (["run", "--min-confidence", "2"], "--min-confidence"),
        (["run", "--published", "8.9.2025"], "--published"),
        (["extract"], "IN.jsonl"),
        (["evaluate"], "GOLD.jsonl"),
        (["evaluate", "gold.jsonl", "--errors", "-1"], "--errors"),
        (["rum"], "rum"),
    ],
)
def test_a_mistyped_command_is_a_usage_error(arguments: list[str], named: str) -> None:
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 2
    assert named in done.stderr


def test_every_command_has_help_with_an_example() -> None:
    names = [command.name or command.callback.__name__ for command in app.registered_commands if command.callback]
    assert {"run", "extract", "evaluate", "sql"} <= set(names)
    for name in names:
        done = CliRunner().invoke(app, [name, "--help"])
        assert done.exit_code == 0
        assert f"Example: sanctionwire {name} " in " ".join(done.stdout.split())


def test_help_does_not_wait_for_the_large_libraries() -> None:
    script = (
        "import sys, flows.cli; print(sorted({'prefect', 'spacy', 'dbt', 'polars', 'onnxruntime'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("command", ["run", "sql", "report", "export", "serve", "status", "backfill", "maintain"])
def test_a_password_in_the_address_of_the_store_is_refused_and_not_repeated(command: str) -> None:
    done = CliRunner().invoke(app, [command, "--store", "ducklake:postgres://press:told@db/lake"])
    assert done.exit_code == 1
    assert "set PGPASSWORD" in said(done.stderr)
    assert "told" not in done.output


def test_serve_finds_a_folder_from_anywhere_and_leaves_an_address_as_it_is() -> None:
    assert anywhere("press", Path("press")) == f"{Path.cwd()}/press"
    assert anywhere("duckdb:///srv/press", Path("/srv/press")) == "/srv/press"
    assert anywhere("ducklake:postgres://press@db/lake", Path("data")) == "ducklake:postgres://press@db/lake"


def test_a_server_that_does_not_answer_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(QUIET)
    with socket.socket() as bound:  # and does not listen
        bound.bind(("127.0.0.1", 0))
        with temporary_settings({PREFECT_API_URL: f"http://127.0.0.1:{bound.getsockname()[1]}/api"}):
            code, out, err = run(tmp_path / "a.txt", "--store", tmp_path / "store")
    assert (code, out) == (1, "")
    assert said(err) == "Prefect's server does not answer: start the one that PREFECT_API_URL names, or unset it"
