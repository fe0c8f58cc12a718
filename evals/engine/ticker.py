"""What has to happen by the clock beside the drain: renew, sweep, show that we live.

A thread of its own with a connection of its own, so that neither a long call nor a long flush
lets a lease run out.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Protocol

from django.db import connection

from evals.domain.faults import fault
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
            self._tick()
            if self._stopped.wait(TICK_S):
                break
        connection.close()

    def _tick(self) -> None:
        now = time.monotonic()
        self._watch_clocks(now)
        duties: list[Callable[[], None]] = [self._look_after_drain]
        if now >= self._sweep_at:
            self._sweep_at = now + SWEEP_S
            duties += [
                self._show_life,
                self._free_shards_of_the_dead,
                cancelling.drop_rest_of_cancelled,
                resume_stalled_uploads,
            ]
        for duty in (*duties, self._begin_drain_if_needed):
            self._fulfil(duty)

    def _fulfil(self, duty: Callable[[], None]) -> None:
        """A duty that fails keeps no other from being done: leases would run out, runs wait."""
        try:
            duty()
        except Exception as error:  # noqa: BLE001 - whatever it was, the next tick tries again
            logger.error("tick_failed", extra={"worker": self._mine.name, **fault(error)})
            connection.close()

    def _look_after_drain(self) -> None:
        drain = self._host.current
        if drain is None:
            return
        now = time.monotonic()
        if now >= self._renew_at:
            shards.renew(drain.tokens())
            self._renew_at = now + RENEW_S
        drain.tell(runs.states(drain.run_ids()))

    def _begin_drain_if_needed(self) -> None:
        if self._host.current is None and shards.is_claimable(self._mine.name):
            self._host.begin_drain()

    def _watch_clocks(self, now: float) -> None:
        apart = time.time() - now
        if abs(apart - self._clocks_apart) > CLOCK_JUMP_S:
            # The machine slept, or its clock was set: others have had no chance to renew.
            self._trust_leases_at = now + shards.LEASE_S
            logger.warning("clock_jumped", extra={"s": round(apart - self._clocks_apart, 1)})
        self._clocks_apart = apart

    def _show_life(self) -> None:
        self._mine.beat(is_stopping=self._host.is_stopping)

    def _free_shards_of_the_dead(self) -> None:
        own, trusts_leases = self._mine.name, time.monotonic() >= self._trust_leases_at
        owners = shards.live_owners()
        dead = presence.dead_owners(owners - {own}, own)
        if expired := shards.expire(dead, also_by_time=trusts_leases):
            logger.warning("shards_expired", extra={"shards": expired, "dead": sorted(dead)})
        presence.forget_the_dead(own, owners - dead)
