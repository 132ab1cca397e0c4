"""What a flow does when it fails: it tells the notification block that the settings name."""

import logging
from typing import Any

from prefect.blocks.abstract import NotificationBlock
from prefect.blocks.core import Block
from prefect.client.schemas.objects import FlowRun

from flows.settings import Settings

_log = logging.getLogger(__name__)


def notify(flow: object, flow_run: FlowRun, state: Any) -> None:
    """Hook for `on_failure` and `on_crashed`: one message with the name of the run and why it failed.

    A message that cannot be sent is a warning: the run has failed for another reason already.
    """
    given: dict[str, Any] = flow_run.parameters.get("settings") or {}
    block = Settings(**given).notify
    if not block:
        return
    try:
        loaded: object = Block.load(block)
        if not isinstance(loaded, NotificationBlock):
            raise TypeError(f"it is a block of another kind: {type(loaded).__name__}")
        # a coroutine in its type alone: outside of a loop it is a call like any other
        loaded.notify(  # pyright: ignore[reportUnusedCoroutine]
            subject=f"sanctionwire: {flow_run.name} {state.name}", body=" ".join(str(state.message).split())
        )
    except Exception as error:  # whatever a service may answer
        _log.warning("%s: the failure could not be told: %s", block, error)
