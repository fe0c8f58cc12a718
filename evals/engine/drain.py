"""The drain: one loop a process that claims shards of all runs, asks, and stores.

The database says what is missing, never memory; so a drain may end or be killed at any moment,
and whoever claims its shards next goes on. Database work is done by one writer thread, so the
loop itself never waits for a lock.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import DatabaseError, connection

from evals.domain.faults import fault
from evals.engine import claiming, connection_states, writer
from evals.engine.answers import AnswerRecord
from evals.engine.calls import Caller
from evals.engine.claiming import Claimed
from evals.engine.database import patiently
from evals.engine.endpoints import Reach
from evals.engine.held import HeldShard
from evals.engine.outbox import Outbox
from evals.engine.plan import RunPlan
from evals.engine.pools import Pool
from evals.engine.turns import happens
from evals.engine.writer import Fate, Part
from evals.llm.limits import Pacer
from evals.models import Run

logger = logging.getLogger(__name__)

FLUSH_S = 0.25
GAP_S = 0.02
CLAIMING_S = 0.1
MOST_HELD = 64
OLD_S = 15 * 60.0
LAST_CALLS_S = 20.0
LAST_FLUSHES_S = 5.0
BEAT_S = 1.0

T = TypeVar("T")


class Drain:
    """Runs once, in the thread that calls `run`; `wake`, `stop` and `tell` come from others."""

    def __init__(self, owner: str) -> None:
        self._owner = owner
        self._held: dict[int, HeldShard] = {}
        self._pools: dict[str, Pool] = {}
        self._plans: dict[int, RunPlan] = {}
        self._pacers: dict[int, tuple[int | None, Pacer]] = {}
        self._outbox = Outbox()
        self._flushed_at = 0.0
        self._began_at = time.monotonic()
        self._must_stop = False
        self._stop_at: float | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake = asyncio.Event()
        # One thread: claims and flushes never overlap, so the shards need no locks.
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="engine-writer")
        self.beats = 0
        self.is_broken = False

    def run(self) -> None:
        """Work until there is nothing to claim, the drain is old, or `stop` was called.

        Never raises: `is_broken` says afterwards whether a fault ended it.
        """
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(self._main())

    def wake(self) -> None:
        """There may be new work."""
        self._on_loop(self._wake.set)

    def stop(self) -> None:
        """Claim no more, let the calls in flight end within 20 s, give the rest back."""
        self._must_stop = True
        self._on_loop(self._begin_to_stop)

    def tokens(self) -> dict[int, str]:
        """The leases held now, shard id → token."""
        return {shard.id: shard.lease.token for shard in list(self._held.values())}

    def run_ids(self) -> set[int]:
        """The runs of the shards held now."""
        return {shard.run_id for shard in list(self._held.values())}

    def tell(self, states: Mapping[int, Run.State]) -> None:
        """What the database says of the held runs; no call starts for one that is not running."""
        self._on_loop(self._heed, dict(states))

    def _on_loop(self, function: Callable[..., None], *values: object) -> None:
        if self._loop is not None:
            # A closed loop has nothing left to be told.
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(function, *values)

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        if self._must_stop:
            self._begin_to_stop()
        beat = asyncio.create_task(self._beat())
        logger.info("drain_began", extra={"owner": self._owner})
        await self._unbroken(self._work())
        await self._unbroken(self._wind_up())
        await self._in_writer(lambda: connection.close())
        self._writer.shutdown()
        beat.cancel()
        logger.info("drain_ended", extra={"owner": self._owner})

    async def _unbroken(self, work: Coroutine[None, None, None]) -> None:
        try:
            await work
        except Exception as error:  # noqa: BLE001 - whatever it was, the process has to go on
            # Without its words: a database quotes the row that it refuses.
            logger.error("drain_broke", extra={"owner": self._owner, **fault(error)})
            self.is_broken = True
            if isinstance(error, DatabaseError):
                # The leases run out by themselves, and the next drain reads what is stored.
                self._held.clear()

    async def _work(self) -> None:
        idle_rounds = 0
        while True:
            claimed = await self._claim() if self._may_claim else 0
            idle_rounds = 0 if claimed or self._held else idle_rounds + 1
            # Twice: a shard that is just being given back elsewhere is worth a moment.
            if not self._held and (idle_rounds > 1 or not self._may_claim):
                return
            await self._until_flush()
            await self._flush()
            if self._stop_at is not None and time.monotonic() > self._stop_at:
                return

    @property
    def _may_claim(self) -> bool:
        # An old drain ends, and the next one starts with fresh memory and connections.
        is_old = time.monotonic() - self._began_at > OLD_S
        return self._stop_at is None and not is_old

    async def _beat(self) -> None:
        while True:
            self.beats += 1
            await asyncio.sleep(BEAT_S)

    async def _in_writer(self, function: Callable[..., T], *values: object) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._writer, function, *values)

    async def _claim(self) -> int:
        for key in [key for key, pool in self._pools.items() if pool.is_stale]:
            await self._pools.pop(key).close()
        claimed, until = 0, time.monotonic() + CLAIMING_S
        # Never so long that answers wait: there is another round after the next flush.
        while len(self._held) < MOST_HELD and time.monotonic() < until:
            full = {pool.key for pool in self._pools.values() if pool.is_full}
            found = await self._in_writer(
                claiming.claim_next,
                self._owner,
                full,
                self.run_ids(),
                dict(self._plans),
                set(self._pools),
            )
            if found is None:
                break
            self._hold(found)
            claimed += 1
        return claimed

    def _hold(self, found: Claimed) -> None:
        shard = found.shard
        self._plans[shard.run_id] = shard.plan
        self._held[shard.id] = shard
        key = shard.lease.pool
        if found.reach is not None:
            reach = found.reach

            async def pause(seconds: float, reason: str) -> None:
                await self._pause_connection(reach.connection_id, seconds, reason)

            self._pools[key] = Pool(
                key=key,
                reach=reach,
                caller=Caller(reach, self._pacer(reach), pause),
                has_room=self._outbox.has_room,
                on_answer=self._keep,
                on_low=self._wake.set,
            )
            self._pools[key].start()
        self._pools[key].add(shard)
        if self._stop_at is not None:
            shard.stopped.set()

    def _pacer(self, reach: Reach) -> Pacer:
        """One for all pools of a connection: its limit a minute is theirs together."""
        known = self._pacers.get(reach.connection_id)
        if known is None or known[0] != reach.requests_per_minute:
            known = (reach.requests_per_minute, Pacer(reach.requests_per_minute))
            self._pacers[reach.connection_id] = known
        return known[1]

    async def _pause_connection(self, connection_id: int, seconds: float, reason: str) -> None:
        for pool in self._pools.values():
            if pool.connection_id == connection_id:
                pool.stop_shards()
        logger.warning("connection_paused", extra={"connection": connection_id, "s": seconds})
        await self._in_writer(
            lambda: patiently(
                lambda: connection_states.pause(connection_id, seconds=seconds, reason=reason)
            )
        )

    def _keep(self, shard: HeldShard, record: AnswerRecord) -> None:
        self._outbox.put(shard, record)
        # The first answer of a run is to be seen at once, a finished shard to be left at once.
        was_quiet = time.monotonic() - self._flushed_at > FLUSH_S
        if was_quiet or shard.is_idle:
            self._wake.set()

    async def _until_flush(self) -> None:
        await happens(self._wake, FLUSH_S)
        self._wake.clear()
        # The gap lets others write, the pages' requests among them.
        await asyncio.sleep(max(0.0, self._flushed_at + GAP_S - time.monotonic()))

    async def _flush(self) -> None:
        taken = self._outbox.take(self._held)
        parts = [_part(shard, taken.get(shard.id, [])) for shard in self._held.values()]
        parts = [part for part in parts if part.is_due]
        if parts:
            flushed = await self._in_writer(writer.flush, parts)
            self._flushed_at = time.monotonic()
            for part in parts:
                self._after_flush(part, flushed.fates[part.shard.id])
            self._heed(flushed.states)
        # Also when nothing was due: answers of lost shards have just made room.
        unscored = sum(len(shard.unscored) for shard in self._held.values())
        self._outbox.brake(unscored)
        if unscored or len(self._outbox):
            self._wake.set()

    def _after_flush(self, part: Part, fate: Fate) -> None:
        shard = part.shard
        if fate is Fate.HELD:
            shard.unstored -= len(part.records)
            return
        # A lost shard's later answers belong to its new holder.
        shard.stopped.set()
        del self._held[shard.id]
        self._pools[shard.lease.pool].remove(shard)
        self._wake.set()
        logger.info(
            "shard_left", extra={"run": shard.run_id, "shard": shard.id, "fate": fate.value}
        )

    def _heed(self, states: Mapping[int, Run.State]) -> None:
        for run_id, state in states.items():
            if state == Run.State.RUNNING:
                continue
            self._plans.pop(run_id, None)
            for shard in self._held.values():
                if shard.run_id == run_id and not shard.stopped.is_set():
                    shard.stopped.set()
                    self._wake.set()

    def _begin_to_stop(self) -> None:
        if self._stop_at is None:
            self._stop_at = time.monotonic() + LAST_CALLS_S
        for shard in self._held.values():
            shard.stopped.set()
        self._wake.set()

    async def _wind_up(self) -> None:
        """Close everything; what is still held is stored and given back."""
        for shard in self._held.values():
            shard.stopped.set()
        await asyncio.gather(*(pool.close() for pool in self._pools.values()))
        until = time.monotonic() + LAST_FLUSHES_S
        while self._held and time.monotonic() < until:
            await self._flush()
            await asyncio.sleep(GAP_S)


def _part(shard: HeldShard, records: list[AnswerRecord]) -> Part:
    """What a flush with `records` is to do for a shard."""
    ends = shard.is_idle and shard.unstored == len(records)
    return Part(
        shard=shard,
        records=records,
        is_complete=ends and not shard.todo,
        is_release=ends and bool(shard.todo),
    )


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
