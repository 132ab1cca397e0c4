"""Debian's Chromium, for tests of what is seen in a browser."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

START = 180_000  # milliseconds


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start it; where there is none, the test is skipped, but in CI fails."""
    program = shutil.which("chromium")
    if not program and not os.environ.get("CI"):
        pytest.skip("needs Debian's chromium: apt-get install chromium")
    assert program, "CI installs chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"], timeout=START)
        yield browser
        browser.close()
