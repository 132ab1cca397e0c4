import threading
import time
from pathlib import Path

import pytest

from flows.lock import StoreBusyError, only_run


def test_a_run_waits_for_another_to_end(tmp_path: Path) -> None:
    taken = threading.Event()

    def run() -> None:
        with only_run(tmp_path):
            taken.set()
            time.sleep(0.3)

    other = threading.Thread(target=run)
    other.start()
    assert taken.wait(10)
    with only_run(tmp_path, wait=30):
        pass
    other.join()


def test_a_run_that_waited_in_vain_says_how_long(tmp_path: Path) -> None:
    with only_run(tmp_path), pytest.raises(StoreBusyError) as error, only_run(tmp_path, wait=1):
        pass
    assert str(error.value) == (
        f"{tmp_path} is in use by another run after 1 seconds: wait for it to end (--wait), or name another --store"
    )
