"""The data folder is used by one supervisor at a time; what an earlier one left is ended."""

import contextlib
import fcntl
import json
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.core.management.base import CommandError

from accounts.context import LOGIN_LINK_COMMAND
from config.lifeline import started_at

LOCK = "start.lock"
END_WITHIN_S = 5.0


@dataclass(kw_only=True)
class Installation:
    """The data folder, held by this process until it ends."""

    folder: Path
    lock: IO[str]

    def note_address(self, address: str) -> None:
        """Write down where the server is, for a second start to name."""
        self.lock.seek(0)
        self.lock.truncate()
        json.dump({"pid": os.getpid(), "address": address}, self.lock)
        self.lock.flush()

    def note_processes(self, pids: list[int]) -> None:
        """Write down which processes are ours, so that the next start can end what is left."""
        named = [{"pid": pid, "started_at": started_at(pid)} for pid in pids]
        draft = self._processes.with_suffix(".draft")
        draft.write_text(json.dumps(named), encoding="utf-8")
        draft.replace(self._processes)

    def end_leftovers(self) -> int:
        """End the noted processes that still run; the number of them.

        A pid that meanwhile belongs to another process has another start time and is left alone.
        """
        if not self._processes.exists():
            return 0
        noted = json.loads(self._processes.read_text(encoding="utf-8"))
        left = [(item["pid"], item["started_at"]) for item in noted if _lives(item)]
        for pid, _start in left:
            _signal(pid, signal.SIGTERM)
        deadline = time.monotonic() + END_WITHIN_S
        while any(started_at(pid) == start for pid, start in left) and time.monotonic() < deadline:
            time.sleep(0.05)
        for pid, start in left:
            if started_at(pid) == start:
                _signal(pid, signal.SIGKILL)
        self._processes.unlink()
        return len(left)

    @property
    def _processes(self) -> Path:
        return self.folder / "processes.json"


def hold(folder: Path) -> Installation:
    """Take the data folder for this process.

    Raises CommandError, with the address of the running server, when another one has it.
    """
    path = folder / LOCK
    lock = path.open("a+", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as exc:
        lock.close()
        raise CommandError(_already_running(path)) from exc
    # The address of an earlier start is of no use.
    lock.truncate(0)
    return Installation(folder=folder, lock=lock)


def running_address(folder: Path) -> str | None:
    """Where the server of this data folder is; None when none runs."""
    try:
        hold(folder).lock.close()
    except CommandError:
        return _noted_address(folder / LOCK)
    return None


def _already_running(path: Path) -> str:
    address = _noted_address(path)
    where = f"at {address}" if address else "or is just starting"
    return (
        f"Evalground already runs {where} on this data folder. For a new login link:"
        f" {LOGIN_LINK_COMMAND}. For a second one, set EVALGROUND_DATA to another folder."
    )


def _noted_address(path: Path) -> str | None:
    text = path.read_text(encoding="utf-8")
    return str(json.loads(text)["address"]) if text else None


def _lives(noted: dict[str, object]) -> bool:
    pid = noted["pid"]
    return isinstance(pid, int) and started_at(pid) == noted["started_at"] is not None


def _signal(pid: int, number: int) -> None:
    # It may have ended between the look and the signal.
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
