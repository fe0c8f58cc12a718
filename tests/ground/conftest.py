"""Commands in processes of their own, as a user types them, each with a data folder of its own."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.databases import own_database

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60.0

Manage = Callable[..., subprocess.CompletedProcess[str]]


def free_port() -> int:
    """A port that nothing listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(holds: Callable[[], object], *, within_s: float = PATIENCE_S) -> None:
    """Return once `holds()` is true; fail the test when it stays false."""
    deadline = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def processes_of(folder: Path) -> set[int]:
    """The live processes that belong to a data folder: they were told of it, or work in it."""
    return {int(path.name) for path in Path("/proc").glob("[0-9]*") if _belongs(path, folder)}


def _belongs(process: Path, folder: Path) -> bool:
    try:
        told = f"EVALGROUND_DATA={folder}".encode() in (process / "environ").read_bytes()
        # The broker writes its title over its variables.
        return told or (process / "cwd").readlink().is_relative_to(folder)
    except OSError:  # It ended meanwhile, or is somebody else's.
        return False


@dataclass(kw_only=True)
class Started:
    """A `manage.py start` that prints into a file."""

    process: subprocess.Popen[bytes]
    output: Path
    folder: Path
    port: int

    @property
    def printed(self) -> str:
        """What it has printed so far."""
        return self.output.read_text()

    def link(self) -> str:
        """The login link, once it is printed."""
        wait_until(lambda: "/accounts/link/" in self.printed or self.process.poll() is not None)
        found = re.search(r"http://\S+/accounts/link/\S+", self.printed)
        assert found, self.printed
        return found.group()

    def health(self) -> dict[str, Any]:
        """What /healthz says."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=10) as answer:
            body: dict[str, Any] = json.load(answer)
            return body

    def wait_for_workers(self, number: int) -> None:
        """Return once so many workers have written their heartbeat."""
        wait_until(lambda: self._workers() == number)

    def _workers(self) -> int | None:
        try:
            workers: int | None = self.health()["workers"]
        except urllib.error.URLError:  # The web server is just starting.
            return None
        return workers

    def stop(self, number: int = signal.SIGTERM) -> float:
        """Send the signal and wait for the end; the seconds it took."""
        began = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(PATIENCE_S)
        return time.monotonic() - began


@dataclass(kw_only=True)
class Ground:
    """An installation of its own: a data folder, a database, and what a user types there."""

    folder: Path
    variables: dict[str, str]
    begun: list[Started] = field(default_factory=list)

    def manage(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run `manage.py` with these arguments and more variables, and wait for its end."""
        return subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *arguments],
            env={**self.variables, **more},
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )

    def start(self, *arguments: str, **more: str) -> Started:
        """Start the product without the sample, from another folder, printing into a file."""
        port = free_port()
        output = self.folder.parent / f"output-{len(self.begun)}.txt"
        command = ["start", "--no-sample", f"--port={port}", *arguments]
        with output.open("wb") as target:
            process = subprocess.Popen(
                [sys.executable, str(ROOT / "manage.py"), *command],
                env={**self.variables, **more},
                stdout=target,
                stderr=target,
                cwd=self.folder.parent,
            )
        self.begun.append(Started(process=process, output=output, folder=self.folder, port=port))
        return self.begun[-1]


@contextmanager
def new_ground(place: Path) -> Iterator[Ground]:
    """An installation under `place`; what still runs at the end is ended."""
    folder = place / "data"
    folder.mkdir(mode=0o700)
    kept = {k: v for k, v in os.environ.items() if not k.startswith("EVALGROUND_")}
    with own_database() as database:
        ground = Ground(
            folder=folder,
            variables={
                **kept,
                **database,
                "EVALGROUND_DATA": str(folder),
                "DJANGO_SETTINGS_MODULE": "config.settings",
            },
        )
        yield ground
        for started in ground.begun:
            if started.process.poll() is None:
                started.stop()


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    """An installation that was never started."""
    with new_ground(tmp_path) as made:
        yield made


@pytest.fixture
def manage(ground: Ground) -> Manage:
    """Runs a command of `ground`."""
    return ground.manage


@pytest.fixture
def folder(ground: Ground) -> Path:
    """The data folder of `ground`."""
    return ground.folder
