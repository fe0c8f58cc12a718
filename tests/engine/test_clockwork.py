"""What happens by the clock: turns, brakes, ticks, and the end of a process that hangs."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import DataError

from evals.engine import runs
from evals.engine.answers import AnswerRecord
from evals.engine.outbox import MOST_ANSWERS, Outbox
from evals.engine.presence import Presence
from evals.engine.process import EngineProcess
from evals.engine.ticker import Ticker
from evals.engine.turns import Turns
from evals.engine.watchdog import Watchdog
from evals.llm.errors import RateLimitedError
from evals.llm.limits import Pacer
from evals.models import Answer, Run, Shard, WorkerRecord
from tests.engine.conftest import MakeRun
from tests.engine.installation import until

Now = Callable[[], Awaitable[None]]


def in_loop(work: Callable[[], Awaitable[None]]) -> None:
    async def main() -> None:
        await work()

    asyncio.run(main())


def test_no_more_turns_are_given_than_calls_may_be_in_flight() -> None:
    async def work() -> None:
        turns, stopped = Turns(most=2, pacer=Pacer(None)), asyncio.Event()
        levels = [await turns.take(stopped), await turns.take(stopped)]
        third = asyncio.create_task(turns.take(stopped))
        await asyncio.sleep(0.05)
        assert (levels, third.done()) == ([1, 2], False)
        turns.give_back(1, None)
        assert await third == 2

    in_loop(work)


def test_who_waits_for_a_turn_can_be_stopped() -> None:
    async def work() -> None:
        turns, stopped = Turns(most=1, pacer=Pacer(None)), asyncio.Event()
        await turns.take(stopped)
        waiting = asyncio.create_task(turns.take(stopped))
        await asyncio.sleep(0)
        stopped.set()
        assert await asyncio.wait_for(waiting, 1) == 0

    in_loop(work)


def test_calls_a_minute_are_paced() -> None:
    async def work() -> None:
        turns, stopped = Turns(most=9, pacer=Pacer(2)), asyncio.Event()
        assert [await turns.take(stopped), await turns.take(stopped)] == [1, 2]
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(turns.take(stopped), 0.1)

    in_loop(work)


def test_three_refusals_in_a_row_close_the_pool_for_all() -> None:
    async def work() -> None:
        turns, stopped = Turns(most=9, pacer=Pacer(None)), asyncio.Event()
        for _ in range(3):
            level = await turns.take(stopped)
            turns.give_back(level, RateLimitedError("Slower.", retry_after_s=0.3))
        started = time.monotonic()
        await turns.take(stopped)
        assert time.monotonic() - started >= 0.25

    in_loop(work)


def held(shard_id: int = 1) -> Any:
    return SimpleNamespace(id=shard_id, unstored=0)


def record(text: str = "") -> AnswerRecord:
    return AnswerRecord(run_id=1, variant=0, position=0, rep=0, status=Answer.Status.OK, text=text)


def test_too_many_unstored_answers_stop_the_calls_until_they_are_stored() -> None:
    outbox, shard = Outbox(), held()
    for _ in range(MOST_ANSWERS + 1):
        outbox.put(shard, record())
    assert not outbox.has_room.is_set()

    while len(outbox):
        outbox.take({1: shard})
    outbox.brake(unscored=MOST_ANSWERS + 1)
    assert not outbox.has_room.is_set()
    outbox.brake(unscored=0)
    assert outbox.has_room.is_set()


def test_long_answers_are_stored_in_small_batches() -> None:
    outbox, shard = Outbox(), held()
    for _ in range(3):
        outbox.put(shard, record("x" * 5_000_000))

    assert len(outbox.take({1: shard})[1]) == 2


def test_answers_of_a_lost_shard_are_dropped() -> None:
    outbox, lost = Outbox(), held()
    outbox.put(lost, record())

    assert outbox.take({1: held()}) == {}


def test_a_loop_that_hangs_ends_its_process() -> None:
    ended = threading.Event()
    watchdog = Watchdog(lambda: 7, check_s=0.02, hung_s=0.1, end=ended.set)
    watchdog.start()

    assert ended.wait(2)


def test_a_loop_that_beats_is_left_alone() -> None:
    beats, ended = iter(range(10_000)), threading.Event()
    watchdog = Watchdog(lambda: next(beats), check_s=0.01, hung_s=0.05, end=ended.set)
    watchdog.start()

    assert not ended.wait(0.3)
    watchdog.stop()


class Idle:
    """A process without a drain."""

    current = None
    is_stopping = False

    def __init__(self) -> None:
        self.began = 0

    def begin_drain(self) -> None:
        self.began += 1


@pytest.fixture
def ticking(transactional_db: None) -> tuple[Ticker, Idle]:
    host, presence = Idle(), Presence()
    return Ticker(presence, host), host


def test_a_tick_frees_what_ran_out_and_starts_a_drain(
    ticking: tuple[Ticker, Idle], make_run: MakeRun
) -> None:
    make_run(rows=4, variants=1)
    Shard.objects.update(state=Shard.State.LEASED, owner="gone", lease_until=0)

    ticking[0]._tick()

    assert Shard.objects.get().state == Shard.State.READY
    assert ticking[1].began == 1
    assert WorkerRecord.objects.count() == 1


def test_a_tick_after_the_machine_slept_frees_nothing_yet(
    ticking: tuple[Ticker, Idle], make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_run(rows=4, variants=1)
    Shard.objects.update(state=Shard.State.LEASED, owner="asleep", lease_until=0)
    awake = time.time() + 60
    monkeypatch.setattr("evals.engine.ticker.time.time", lambda: awake)

    ticking[0]._tick()

    assert Shard.objects.get().state == Shard.State.LEASED


def test_a_tick_that_fails_is_not_the_last(
    transactional_db: None, make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = iter([True])
    original = Presence.beat

    def beat(self: Presence, *, is_stopping: bool) -> None:
        if WorkerRecord.objects.exists() and next(failures, False):
            raise RuntimeError("a bug")
        original(self, is_stopping=is_stopping)

    monkeypatch.setattr(Presence, "beat", beat)
    run = make_run(rows=4, variants=1)

    assert EngineProcess().drain_until_ended(run.id, timeout_s=15)
    assert next(failures, None) is None


def test_what_breaks_every_time_is_not_tried_every_second(
    make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    def break_down(*_: object) -> None:
        tries.append(1)
        raise DataError("a bug")

    monkeypatch.setattr("evals.engine.writer.answers.insert", break_down)
    monkeypatch.setattr("evals.engine.process.FIRST_REST_S", 60)
    make_run(rows=4, variants=1)
    process = EngineProcess()
    with process.running():
        until(lambda: process.is_resting)
        Shard.objects.update(state=Shard.State.READY)
        process.drain()
        process.begin_drain()

        assert process.current is None
        assert len(tries) == 1


def test_a_run_that_is_gone_is_in_no_state(transactional_db: None) -> None:
    assert runs.states([404]) == {}


def test_leaving_twice_does_no_harm(transactional_db: None) -> None:
    process = EngineProcess()
    with process.running():
        pass
    process.leave()

    with process.running():
        assert WorkerRecord.objects.count() == 1
    assert not Run.objects.exists()
