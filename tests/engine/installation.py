"""Real workers and a real broker on the test's database, to be killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import connection

from config import broker
from evals.models import Answer, Run, Shard

START_S = 30


def database_url() -> str:
    """The test database, in the words of `DATABASE_URL`."""
    if connection.vendor == "sqlite":
        return f"sqlite:///{connection.settings_dict['NAME']}"
    found = connection.settings_dict
    return (
        f"postgres://{found['USER']}:{found['PASSWORD']}"
        f"@{found['HOST']}:{found['PORT'] or 5432}/{found['NAME']}"
    )


class Installation:
    """Starts and kills processes; all are gone after `end`."""

    def __init__(self, folder: Path, calls: Path) -> None:
        self._folder = folder
        self._calls = calls
        self._processes: list[subprocess.Popen[bytes]] = []
        self._environment = {
            **os.environ,
            "DATABASE_URL": database_url(),
            "EVALGROUND_DATA": str(settings.DATA_DIR),
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }

    @property
    def calls(self) -> int:
        """How many calls were made to the simulated model, by all processes together."""
        return self._calls.stat().st_size // 2 if self._calls.exists() else 0

    def worker(self) -> "subprocess.Popen[bytes]":
        """Start a worker, as an installation does."""
        manage = str(settings.BASE_DIR / "manage.py")
        return self._start([sys.executable, manage, "worker", f"--name=w{len(self._processes)}"])

    def broker(self) -> "subprocess.Popen[bytes]":
        """Start the embedded broker on its unix socket."""
        binary = broker.find_binary()
        assert binary is not None
        broker.make_folder(settings.BROKER_SOCKET)
        return self._start(broker.command(binary, settings.BROKER_SOCKET))

    def end(self) -> None:
        """Kill what still runs."""
        for process in self._processes:
            kill(process)

    def _start(self, command: list[str]) -> "subprocess.Popen[bytes]":
        log = (self._folder / f"process-{len(self._processes)}.log").open("wb")
        process = subprocess.Popen(
            command, env=self._environment, stdout=log, stderr=subprocess.STDOUT
        )
        self._processes.append(process)
        return process


def kill(process: "subprocess.Popen[bytes]") -> None:
    """kill -9, and wait until it is gone."""
    if process.poll() is None:
        os.kill(process.pid, signal.SIGKILL)
    process.wait()


def until(holds: Callable[[], bool], seconds: float = START_S) -> float:
    """Wait until something holds; the seconds it took. AssertionError when it takes too long."""
    started = time.monotonic()
    while not holds():
        assert time.monotonic() - started < seconds, "it took too long"
        time.sleep(0.01)
    return time.monotonic() - started


def holds_shards(process: "subprocess.Popen[bytes]") -> bool:
    """Whether a worker has leased shards now."""
    leased = Shard.objects.filter(state=Shard.State.LEASED)
    return leased.filter(owner__contains=f"-{process.pid}-").exists()


def stored(run: Run) -> int:
    """How many answers of a run are stored."""
    return Answer.objects.filter(run_id=run.id).count()


def has_ended(run: Run) -> bool:
    """Whether the run is done."""
    run.refresh_from_db()
    return run.state == Run.State.DONE
