from datetime import datetime
from pathlib import Path

import pytest
from rich.console import Console

from flows.publish import Published
from flows.report import RunReport, complaint, rows, table
from flows.runs import RunCounts
from models.fetches import SourceRun
from models.rejection import Rejection

AT = datetime(2025, 1, 2)
FAR = Rejection("c.txt", None, "event", "date_near_publication", "c.txt: the event lies more than 10 years after")
GONE = Rejection("b.txt", None, "read", "not_found", "b.txt: no such file or folder; check the path")


def source(name: str, new: int = 0, unchanged: int = 0, failed: int = 0, reason: str | None = None) -> SourceRun:
    return SourceRun("run-1", name, new, unchanged, failed, reason, AT, AT)


def report(read: int, *rejected: Rejection, sources: tuple[SourceRun, ...] = ()) -> RunReport:
    unread = sum(one.stage != "event" for one in rejected)
    counts = RunCounts(documents_read=read, documents_new=read - unread, rejected=len(rejected))
    checks = {"not_found": len(rejected)} if rejected else {}
    return RunReport("run-1", counts, checks, {}, Published(Path("press/s.duckdb"), {}, 0), (), sources, rejected)


def printed(told: RunReport) -> list[str]:
    console = Console(width=200)
    with console.capture() as captured:
        console.print(table(told))
    return [line.rstrip() for line in captured.get().splitlines()]


BROKEN = source("council", failed=1, reason="the host is unknown")
WORKING = source("treasury", new=2)
KNOWN = source("quiet", unchanged=3, failed=1, reason="one page is gone")


@pytest.mark.parametrize(
    ("told", "strict", "said"),
    [
        (report(2), True, None),
        (report(0), True, None),
        (report(2, GONE), False, None),
        (report(2, GONE), True, "--strict was given, and 1 were rejected: b.txt: no such file or folder"),
        (report(1, GONE), False, "nothing could be read"),
        (report(1, FAR), False, None),
        (report(1, GONE, FAR), False, "nothing could be read"),
        (report(1, GONE, sources=(BROKEN,)), False, "no source worked: council: the host is unknown"),
        (report(1, GONE, sources=(BROKEN, KNOWN)), False, None),
        (report(3, GONE, sources=(BROKEN, WORKING)), False, None),
        (report(3, GONE, sources=(BROKEN, WORKING)), True, "--strict was given"),
    ],
)
def test_a_run_fails_where_nothing_worked_or_strict_asks_for_all(
    told: RunReport, strict: bool, said: str | None
) -> None:
    complained = complaint(told, strict=strict)
    assert complained is None if said is None else str(complained).startswith(said)


def test_each_source_is_a_line_of_the_report() -> None:
    lines = dict(rows(report(3, GONE, sources=(BROKEN, WORKING))))
    assert lines["source council"] == "0 new, 0 unchanged, 1 failed (the host is unknown)"
    assert lines["source treasury"] == "2 new, 0 unchanged, 0 failed"


def test_the_terminal_lists_ten_rejections_and_counts_the_others() -> None:
    reason = "rejected: b.txt: no such file or folder; check the path"
    assert reason not in printed(report(2))
    assert printed(report(2, GONE)).count(reason) == 1
    many = printed(report(30, *[GONE] * 12))
    assert many.count(reason) == 10
    assert "rejected: 2 more, in the table `raw.rejected` of the warehouse" in many


def test_the_query_to_try_names_a_store_that_the_settings_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    assert printed(report(2))[-1].startswith('Try: sanctionwire sql --store press "select')
    monkeypatch.setenv("SANCTIONWIRE_STORE", "press")
    assert printed(report(2))[-1].startswith('Try: sanctionwire sql "select')
