"""Who is told of a failed run."""

import json
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from prefect.blocks.notifications import CustomWebhookNotificationBlock

from flows.lock import StoreBusyError, only_run
from flows.maintenance import maintenance
from flows.settings import Settings
from tests.web import serving

pytestmark = pytest.mark.usefixtures("prefect_server")


def fail(store: Path, block: str) -> None:
    with only_run(store), pytest.raises(StoreBusyError):
        maintenance(Settings(store=store, notify=block))


def test_a_failed_run_is_told_to_the_block_that_the_settings_name(tmp_path: Path) -> None:
    told: list[dict[str, str]] = []

    def take(request: BaseHTTPRequestHandler) -> None:
        told.append(json.loads(request.rfile.read(int(request.headers["Content-Length"]))))
        request.send_response(204)
        request.end_headers()

    with serving() as site:
        site.pages["/alerts"] = take
        message = {"subject": "{{subject}}", "body": "{{body}}"}
        block = CustomWebhookNotificationBlock(name="alerts", url=site.url("/alerts"), json_data=message)
        block.save("alerts", overwrite=True)
        fail(tmp_path, "custom-webhook/alerts")
    (one,) = told
    assert one["subject"].startswith("sanctionwire: ")
    assert one["subject"].endswith(" Failed")
    assert f"{tmp_path} is in use by another run" in one["body"]


def test_a_block_that_is_missing_hides_no_failure(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    fail(tmp_path, "slack-webhook/nobody")
    assert "slack-webhook/nobody: the failure could not be told" in caplog.text
