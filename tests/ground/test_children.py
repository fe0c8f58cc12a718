"""A supervised process is started again with growing patience, and its log stays small."""

import os
import sys
from pathlib import Path

import pytest

from config import children
from config.children import Child
from tests.ground.conftest import wait_until


def child(place: Path, program: str) -> Child:
    """A supervised Python program."""
    return Child(
        name="child",
        command=[sys.executable, "-c", program],
        environment=os.environ,
        log=place / "child.log",
        folder=place,
    )


def test_it_waits_longer_after_each_quick_end(tmp_path: Path) -> None:
    failing = child(tmp_path, "raise SystemExit(3)")
    failing.start()
    pauses = []
    for _ in range(3):
        wait_until(lambda: failing.revive() == "child ended (exit code 3); starting it again")
        pauses.append(failing.pause_s)
        wait_until(lambda: failing.revive() is None and failing.starts == len(pauses) + 1)

    assert pauses == [0.2, 0.4, 0.8]


def test_the_end_of_the_log_tells_why(tmp_path: Path) -> None:
    failing = child(tmp_path, "import sys; sys.exit('no such thing')")
    failing.start()
    wait_until(lambda: not failing.runs)

    assert failing.last_words() == "no such thing"


def test_a_process_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    deaf = child(
        tmp_path,
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        " print('deaf', flush=True); time.sleep(60)",
    )
    deaf.start()
    wait_until(lambda: deaf.log.read_text())
    deaf.ask_to_stop()
    assert deaf.runs

    deaf.kill()

    assert not deaf.runs


def test_a_large_log_is_put_aside_while_the_process_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(children, "LARGEST_LOG", 10)
    writer = child(tmp_path, "import time\nwhile True: print('line', flush=True); time.sleep(.01)")
    writer.start()
    wait_until(lambda: writer.log.stat().st_size > 20)

    writer.trim_log()
    wait_until(lambda: writer.log.read_text().startswith("line"))
    writer.kill()

    assert (tmp_path / "child.log.1").read_text().startswith("line")
