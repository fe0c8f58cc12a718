"""When the next call of a pool may start: limit of calls in flight, calls a minute, pauses."""

import asyncio
import contextlib
import time

from evals.llm.errors import ModelError, RateLimitedError
from evals.llm.limits import AdaptiveLimit, Pacer

FIRST_LIMIT = 16
LOOK_AGAIN_S = 0.25
# After so many refusals in a row, what one call is told holds for all.
REFUSALS_FOR_ALL = 3


class Turns:
    """Hands out turns to call; every turn taken is given back with how the call ended."""

    def __init__(self, *, most: int, pacer: Pacer) -> None:
        self._limit = AdaptiveLimit(start=FIRST_LIMIT, most=most)
        self._pacer = pacer
        self._calling = 0
        self._freed = asyncio.Event()
        self._refusals = 0
        self._closed_until = 0.0

    async def take(self, stopped: asyncio.Event) -> int:
        """Wait for a turn; 0 when `stopped` was set first, and then there is none.

        Returns the turn's level: the number of calls under way, this one included.
        """
        while not stopped.is_set():
            now = time.monotonic()
            wait_s = max(self._closed_until - now, self._pacer.wait_s(now))
            if wait_s > 0:
                await happens(stopped, wait_s)
            elif self._calling < self._limit.limit:
                self._calling += 1
                self._pacer.on_start(now)
                return self._calling
            else:
                self._freed.clear()
                await happens(self._freed, LOOK_AGAIN_S)
        return 0

    def give_back(self, level: int, error: ModelError | None) -> None:
        """The call of this level has ended; a refusal makes the pool more modest."""
        now = time.monotonic()
        if isinstance(error, RateLimitedError):
            self._refusals += 1
            self._limit.on_rate_limited(now, level)
            if self._refusals >= REFUSALS_FOR_ALL:
                self._closed_until = max(self._closed_until, now + (error.retry_after_s or 0.0))
        elif error is None:
            self._refusals = 0
            self._limit.on_success(now, level)
        self._calling -= 1
        self._freed.set()


async def happens(event: asyncio.Event, within_s: float) -> None:
    """Sleep `within_s` seconds, but not beyond the moment `event` is set."""
    # Not wait_for: up to Python 3.11 it can swallow a cancellation.
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            await event.wait()
