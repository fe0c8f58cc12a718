"""Processes do not outlive the supervisor that started them, even when it is killed."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

_PR_SET_PDEATHSIG = 1
PARENT_VARIABLE = "EVALGROUND_SUPERVISOR_PID"
_WATCH_EVERY_S = 1.0


def before_exec() -> Callable[[], None] | None:
    """What a child runs between fork and exec: asks Linux to kill it when its parent dies."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    parent = os.getpid()

    def die_with_parent() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        # The parent may have died before the line above: then nobody would tell us.
        if os.getppid() != parent:
            os._exit(1)

    return die_with_parent


def watch_parent(parent: int, *, end: Callable[[], None] = lambda: os._exit(1)) -> threading.Thread:
    """A thread that calls `end` once `parent` is not our parent any more.

    For systems without `prctl`; the broker, which is no Python, is ended at the next start.
    """

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_WATCH_EVERY_S)
        end()

    thread = threading.Thread(target=watch, name="lifeline", daemon=True)
    thread.start()
    return thread


def started_at(pid: int) -> str | None:
    """When the process started, in the system's own words; None when there is no such process.

    Together with the pid it names one process: a pid alone may have been given to another.
    """
    stat = Path(f"/proc/{pid}/stat")
    if stat.exists():
        # The name, which stands in brackets before, may hold blanks; the start is field 22.
        fields = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
        return None if fields[0] == "Z" else fields[19]
    if sys.platform == "linux":
        return None
    listed = subprocess.run(  # noqa: S603  (a fixed command and a number)
        ["/bin/ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return listed.stdout.strip() or None


def follow_supervisor() -> None:
    """End this process with the supervisor that started it; nothing when there is none.

    On Linux the system sees to it.
    """
    parent = os.environ.get(PARENT_VARIABLE)
    if parent and sys.platform != "linux":
        watch_parent(int(parent))
