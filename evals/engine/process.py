"""The engine of this process: at most one drain, a ticker beside it, and their end."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from math import inf

from django.db import connection

from evals.engine import runs
from evals.engine.database import patiently
from evals.engine.drain import Drain
from evals.engine.presence import Presence
from evals.engine.ticker import Ticker
from evals.engine.watchdog import Watchdog
from evals.models import Run

logger = logging.getLogger(__name__)

END_WITHIN_S = 22.0
POLL_S = 0.25
FIRST_REST_S = 2.0
LONGEST_REST_S = 60.0


class EngineProcess:
    """Made once a process; see `engine`."""

    def __init__(self) -> None:
        self._slot = threading.Lock()
        self._changing = threading.Lock()
        self._users = 0
        self._presence: Presence | None = None
        self._ticker: Ticker | None = None
        self.current: Drain | None = None
        self._failures = 0
        self._rest_until = 0.0
        self.is_stopping = False

    def start(self) -> None:
        """Enter the workers and tick; drains begin by themselves when there is work."""
        with self._changing:
            if not self._users:
                self._enter()
            # Counted last: after a start that failed the next one has to try again, or nobody
            # would ever tick in this process.
            self._users += 1

    def _enter(self) -> None:
        presence = Presence()
        presence.begin()
        self.is_stopping = False
        self._presence, self._ticker = presence, Ticker(presence, self)
        self._ticker.start()

    def leave(self) -> None:
        """The last to leave stops the drain, the ticker and the presence."""
        with self._changing:
            self._users = max(0, self._users - 1)
            ticker, presence = self._ticker, self._presence
            if self._users or ticker is None or presence is None:
                return
            self.stop()
            self._join()
            self._ticker = self._presence = None
            ticker.stop()
            presence.end()

    def stop(self) -> None:
        """Claim no more; calls in flight have 20 s, then the shards are given back."""
        self.is_stopping = True
        if (drain := self.current) is not None:
            drain.stop()

    @contextmanager
    def running(self) -> Iterator[None]:
        """The engine is on within the block."""
        self.start()
        try:
            yield
        finally:
            self.leave()

    def drain(self) -> None:
        """Drain in this thread until there is nothing to do; one that runs already is woken."""
        if not self._slot.acquire(blocking=False):
            if (running := self.current) is not None:
                running.wake()
            return
        try:
            if self._presence is None or self.is_stopping or self.is_resting:
                return
            self.current = Drain(self._presence.name)
            self._watched(self.current)
        finally:
            self.current = None
            # A bell that was lost just now is made good by the ticker.
            self._slot.release()

    def _watched(self, drain: Drain) -> None:
        watchdog = Watchdog(lambda: drain.beats)
        watchdog.start()
        if self.is_stopping:
            # `stop` came too early to see this drain.
            drain.stop()
        is_orderly = False
        try:
            drain.run()
            is_orderly = not drain.is_broken
        finally:
            watchdog.stop()
            # What breaks every time must not ask, and pay for, the same cells every second.
            self._failures = 0 if is_orderly else self._failures + 1
            rest_s = min(LONGEST_REST_S, FIRST_REST_S * 2 ** (self._failures - 1))
            self._rest_until = 0.0 if is_orderly else time.monotonic() + rest_s

    def drain_until_ended(self, run_id: int, *, timeout_s: float | None) -> bool:
        """Wait until a run has ended, with this process at work too.

        False when the time is over, or the process was asked to end, before the run has ended.
        """
        deadline = inf if timeout_s is None else time.monotonic() + timeout_s
        with self.running():
            while _is_open(run_id):
                if self.is_stopping or time.monotonic() > deadline:
                    return False
                time.sleep(POLL_S)
        return True

    def begin_drain(self) -> None:
        """Start a drain in a thread of its own, unless one runs."""
        if self.is_stopping or self.is_resting or self._slot.locked():
            return
        threading.Thread(target=self._drain_in_thread, name="engine-drain").start()

    @property
    def is_resting(self) -> bool:
        """Whether the last drain broke, and the next one has to wait."""
        return time.monotonic() < self._rest_until

    def _drain_in_thread(self) -> None:
        try:
            self.drain()
        finally:
            connection.close()

    def _join(self) -> None:
        until = time.monotonic() + END_WITHIN_S
        while self._slot.locked() and time.monotonic() < until:
            time.sleep(0.05)


def _is_open(run_id: int) -> bool:
    state = patiently(lambda: runs.states([run_id])).get(run_id)
    return state in (Run.State.RUNNING, Run.State.PAUSED)


engine = EngineProcess()
