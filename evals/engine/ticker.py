"""What has to happen by the clock beside the drain: renew, sweep, show that we live.

A thread of its own with a connection of its own, so that neither a long call nor a long flush
lets a lease run out.
"""

import logging
import threading
import time
from typing import Protocol

from django.db import connection

from evals.engine import cancelling, presence, runs, shards
from evals.engine.drain import Drain
from evals.engine.presence import Presence
from playground.services.uploads import resume_stalled_uploads

logger = logging.getLogger(__name__)

TICK_S = 1.0
SWEEP_S = 2.0
RENEW_S = 10.0
CLOCK_JUMP_S = 5.0


class Host(Protocol):
    """What the ticker sees of its process."""

    @property
    def current(self) -> Drain | None:
        """The drain that runs now."""
        ...

    @property
    def is_stopping(self) -> bool:
        """Whether the process was asked to end."""
        ...

    def begin_drain(self) -> None:
        """Start a drain in a thread of its own, unless one runs."""
        ...


class Ticker:
    """Ticks for one process until it is stopped."""

    def __init__(self, mine: Presence, host: Host) -> None:
        self._mine = mine
        self._host = host
        self._renew_at = self._sweep_at = self._trust_leases_at = 0.0
        self._clocks_apart = time.time() - time.monotonic()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="engine-ticker", daemon=True)

    def start(self) -> None:
        """Begin to tick, at once and then every second."""
        self._thread.start()

    def stop(self) -> None:
        """Tick no more; returns when the last tick is over."""
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while True:
            try:
                self._tick()
            except Exception:
                # Without ticks every lease of this process would run out.
                logger.exception("tick_failed", extra={"worker": self._mine.name})
                connection.close()
            if self._stopped.wait(TICK_S):
                break
        connection.close()

    def _tick(self) -> None:
        now = time.monotonic()
        self._watch_clocks(now)
        drain = self._host.current
        if drain is not None:
            if now >= self._renew_at:
                shards.renew(drain.tokens())
                self._renew_at = now + RENEW_S
            drain.tell(runs.states(drain.run_ids()))
        if now >= self._sweep_at:
            self._sweep(trusts_leases=now >= self._trust_leases_at)
            self._sweep_at = now + SWEEP_S
        if drain is None and shards.is_claimable(self._mine.name):
            self._host.begin_drain()

    def _watch_clocks(self, now: float) -> None:
        apart = time.time() - now
        if abs(apart - self._clocks_apart) > CLOCK_JUMP_S:
            # The machine slept, or its clock was set: others have had no chance to renew.
            self._trust_leases_at = now + shards.LEASE_S
            logger.warning("clock_jumped", extra={"s": round(apart - self._clocks_apart, 1)})
        self._clocks_apart = apart

    def _sweep(self, *, trusts_leases: bool) -> None:
        own = self._mine.name
        self._mine.beat(is_stopping=self._host.is_stopping)
        owners = shards.live_owners()
        dead = presence.dead_owners(owners - {own}, own)
        if expired := shards.expire(dead, also_by_time=trusts_leases):
            logger.warning("shards_expired", extra={"shards": expired, "dead": sorted(dead)})
        cancelling.drop_rest_of_cancelled()
        resume_stalled_uploads()
        presence.forget_the_dead(own, owners - dead)
