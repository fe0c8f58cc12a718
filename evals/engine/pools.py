"""The cells of one connection and model: who is asked next, how many at a time.

Cells are pulled by a fixed number of pullers, so there is no task for each cell, and a slow
model never holds up a fast one.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import replace

from evals.domain.faults import fault
from evals.engine import imported
from evals.engine.answers import AnswerRecord
from evals.engine.calls import UNEXPECTED, Caller, Failure, Outcome
from evals.engine.endpoints import Reach
from evals.engine.held import Cell, HeldShard
from evals.engine.plan import cost_nano
from evals.models import Answer
from playground.domain.storable import storable

logger = logging.getLogger(__name__)

FINISH_REASON_CHARS = 40
MOST_TOKENS = 2**31 - 1
STALE_S = 2.0
CUT_AGAIN_S = 0.5
CUTS = 10

OnAnswer = Callable[[HeldShard, AnswerRecord], None]


class Pool:
    """A queue of held shards and the pullers that empty it. Lives on the loop."""

    def __init__(
        self,
        *,
        key: str,
        reach: Reach,
        caller: Caller,
        has_room: asyncio.Event,
        on_answer: OnAnswer,
        on_low: Callable[[], None],
    ) -> None:
        self.key = key
        self.connection_id = reach.connection_id
        self.depth = reach.concurrency
        self._caller = caller
        self._has_room = has_room
        self._on_answer = on_answer
        self._on_low = on_low
        self._shards: list[HeldShard] = []
        self._more = asyncio.Event()
        self._pullers: list[asyncio.Task[None]] = []
        self._empty_since = time.monotonic()
        self._is_cut = False

    @property
    def backlog(self) -> int:
        """Cells that wait to be asked."""
        return sum(len(shard.todo) for shard in self._shards)

    @property
    def is_full(self) -> bool:
        """Whether it holds enough to keep every puller busy for two calls."""
        return self.backlog >= 2 * self.depth

    @property
    def is_stale(self) -> bool:
        """Whether it has had no shard for a while; the connection may have been edited since."""
        return not self._shards and time.monotonic() - self._empty_since > STALE_S

    def start(self) -> None:
        """Open the way to the models and begin to pull."""
        self._caller.open()
        self._pullers = [asyncio.create_task(self._pull()) for _ in range(self.depth)]

    async def close(self) -> None:
        """Give up the calls in flight; their cells go back to their shards."""
        await self.cut_calls()
        await self._caller.close()

    async def cut_calls(self) -> None:
        """Cancel all calls in flight and pull no more."""
        self._is_cut = True
        pending = {puller for puller in self._pullers if not puller.done()}
        for _ in range(CUTS):
            if not pending:
                return
            # More than once: a call that has just ended may swallow a cancellation.
            for puller in pending:
                puller.cancel()
            _, pending = await asyncio.wait(pending, timeout=CUT_AGAIN_S)
        logger.error("calls_not_cut", extra={"pool": self.key, "calls": len(pending)})

    def add(self, shard: HeldShard) -> None:
        """Put a shard into the queue; the lowest start is served first."""
        self._shards.append(shard)
        self._shards.sort(key=lambda held: (held.lease.start, held.id))
        self._more.set()

    def remove(self, shard: HeldShard) -> None:
        """Take a shard out of the queue; its calls in flight go on."""
        if shard in self._shards:
            self._shards.remove(shard)
            self._empty_since = time.monotonic()

    def stop_shards(self) -> None:
        """Start no call for any shard in the queue."""
        for shard in self._shards:
            shard.stopped.set()

    async def _pull(self) -> None:
        while not self._is_cut:
            await self._has_room.wait()
            picked = self._pick()
            if picked is None:
                self._more.clear()
                await self._more.wait()
                continue
            shard, cell = picked
            shard.in_flight += 1
            record = None
            try:
                record = await self._answer(shard, cell)
            except (Exception, asyncio.CancelledError) as error:
                if _is_cancelled():
                    raise
                # One cell must not end the others, and no puller may die unseen.
                logger.error("cell_failed", extra=fault(error))
                record = _record(shard, cell, Outcome(tries=1, failure=UNEXPECTED))
            finally:
                shard.in_flight -= 1
                if record is None:
                    shard.todo.appendleft(cell)
            if record is not None:
                self._on_answer(shard, record)

    def _pick(self) -> tuple[HeldShard, Cell] | None:
        for shard in self._shards:
            if shard.todo and not shard.stopped.is_set():
                cell = shard.todo.popleft()
                if self.backlog == 2 * self.depth - 1 or not shard.todo:
                    self._on_low()
                return shard, cell
        return None

    async def _answer(self, shard: HeldShard, cell: Cell) -> AnswerRecord | None:
        row = shard.rows.get(cell.position)
        if row is None:
            return _record(shard, cell, _failed("row", "This row is no longer stored."))
        if shard.plan.variant(shard.lease.variant).is_imported:
            # Nothing is waited for, and the loop has other work between two cells.
            await asyncio.sleep(0)
            return imported.record(shard, cell, row)
        try:
            request = shard.plan.request(shard.lease.variant, row)
        except KeyError as error:
            words = f"The prompt uses a column that the run does not have: {error.args[0]}."
            return _record(shard, cell, _failed("prompt", words))
        except ValueError as error:
            return _record(shard, cell, _failed("prompt", str(error)))
        outcome = await self._caller.ask(request, shard.stopped)
        return None if outcome.is_given_up else _record(shard, cell, outcome)


def _is_cancelled() -> bool:
    """Whether this task was cancelled by us; a client may raise CancelledError by itself."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _failed(kind: str, words: str) -> Outcome:
    return Outcome(tries=1, failure=Failure(kind=kind, words=words))


def _record(shard: HeldShard, cell: Cell, outcome: Outcome) -> AnswerRecord:
    """The answer to store. What it cost is None when it is unknown, 0 when nothing was billed."""
    lease, failure = shard.lease, outcome.failure
    empty = AnswerRecord(
        run_id=lease.run_id,
        variant=lease.variant,
        position=cell.position,
        rep=cell.rep,
        status=Answer.Status.ERROR,
        tries=outcome.tries,
    )
    if failure is not None:
        return replace(
            empty,
            error_class=failure.kind,
            error_text=storable(failure.words),
            cost_nano=None if failure.billed_maybe else 0,
        )
    if outcome.completion is None:
        raise ValueError("A cell that was not asked to the end has no answer to store.")
    completion = replace(
        outcome.completion,
        tokens_in=plausible(outcome.completion.tokens_in),
        tokens_out=plausible(outcome.completion.tokens_out),
    )
    return replace(
        empty,
        status=Answer.Status.OK,
        text=storable(completion.text),
        tokens_in=completion.tokens_in,
        tokens_out=completion.tokens_out,
        cost_nano=cost_nano(shard.plan.variant(lease.variant), completion),
        latency_ms=completion.latency_ms,
        finish_reason=storable(completion.finish_reason or "")[:FINISH_REASON_CHARS],
    )


def plausible(tokens: int | None) -> int | None:
    """A count of tokens as reported; None, unknown, for one that no column could hold."""
    return tokens if tokens is not None and 0 <= tokens <= MOST_TOKENS else None
