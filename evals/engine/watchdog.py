"""Ends the process when its loop hangs, so that others can take its shards."""

import logging
import os
import threading
from collections.abc import Callable

logger = logging.getLogger(__name__)

CHECK_S = 5.0
HUNG_S = 120.0


def end_process() -> None:
    """Leave at once: a hung process can do nothing orderly any more."""
    os._exit(70)


class Watchdog:
    """Counts its own waking moments without a beat, so that a paused process is not a hung one."""

    def __init__(
        self,
        beats: Callable[[], int],
        *,
        check_s: float = CHECK_S,
        hung_s: float = HUNG_S,
        end: Callable[[], None] = end_process,
    ) -> None:
        self._beats = beats
        self._check_s = check_s
        self._most_misses = int(hung_s / check_s)
        self._end = end
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="engine-watchdog", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Watch no longer."""
        self._stopped.set()

    def _watch(self) -> None:
        seen, misses = self._beats(), 0
        while not self._stopped.wait(self._check_s):
            beats = self._beats()
            misses = misses + 1 if beats == seen else 0
            seen = beats
            if misses >= self._most_misses:
                logger.critical("loop_hung", extra={"seconds": misses * self._check_s})
                self._end()
                return
