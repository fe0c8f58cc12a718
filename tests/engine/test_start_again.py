"""kill -9 of everything the start command started, then the start command again."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from accounts.models import Workspace
from evals.models import Run
from tests.engine import sample
from tests.engine.conftest import MakeRun
from tests.engine.installation import database_url, has_ended, stored, until
from tests.engine.invariants import assert_invariants
from tests.ground.conftest import free_port, processes_of

pytestmark = pytest.mark.chaos

KILLS = 5
ROWS = 150
VARIANTS = 2
CONCURRENCY = 2
LATENCY_MS = 100
BETWEEN_KILLS = 30
# What is in flight at a kill, and what one flush interval holds.
LOST_A_KILL = 2 * CONCURRENCY * VARIANTS + int(CONCURRENCY * VARIANTS * 500 / LATENCY_MS)


@pytest.fixture
def run(home: Workspace, make_run: MakeRun, call_log: Path) -> Run:
    via = [
        sample.connection(
            home, concurrency=CONCURRENCY, latency_ms=LATENCY_MS, call_log=str(call_log)
        )
        for _ in range(VARIANTS)
    ]
    return make_run(rows=ROWS, via=via)


@pytest.fixture
def output(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "output.txt"
    kill_everything()


def start(output: Path) -> None:
    """`manage.py start` on this test's database and data folder."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "start", "--no-sample"]
    with output.open("ab") as target:
        subprocess.Popen(
            [*command, f"--port={free_port()}"],
            env={
                **os.environ,
                "DATABASE_URL": database_url(),
                "EVALGROUND_DATA": str(settings.DATA_DIR),
                "DJANGO_SETTINGS_MODULE": "config.settings",
            },
            stdout=target,
            stderr=target,
        )


def kill_everything() -> None:
    """kill -9 of supervisor, broker, workers and web server, in no order."""
    while victims := processes_of(settings.DATA_DIR) - {os.getpid()}:
        for pid in victims:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                continue
        time.sleep(0.05)


def test_started_again_after_each_kill_the_run_ends(run: Run, output: Path, call_log: Path) -> None:
    for _ in range(KILLS):
        before = stored(run)
        start(output)
        until(lambda before=before: stored(run) >= before + BETWEEN_KILLS, 60)  # type: ignore[misc]
        kill_everything()
    assert stored(run) < ROWS * VARIANTS, "killed too late to say anything"
    start(output)

    until(lambda: has_ended(run), 60)

    assert_invariants(run)
    assert (run.n_ok, run.n_error) == (ROWS * VARIANTS, 0)
    extra = call_log.stat().st_size // 2 - ROWS * VARIANTS
    assert 0 <= extra <= KILLS * LOST_A_KILL
