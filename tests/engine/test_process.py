"""The engine of a process always comes to work, and always to an end."""

import asyncio
import os
import threading
import time
from collections import deque
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest
from django.conf import settings
from django.db import OperationalError

from accounts.models import Workspace
from evals.engine import calls, pools
from evals.engine.answers import AnswerRecord
from evals.engine.calls import Outcome
from evals.engine.drain import Drain
from evals.engine.held import Cell
from evals.engine.pools import Pool
from evals.engine.presence import Presence
from evals.engine.process import EngineProcess
from evals.llm.simulated import SimulatedClient
from evals.models import Answer, Connection, ConnectionState, Shard, WorkerRecord
from tests.engine import sample
from tests.engine.conftest import MakeRun
from tests.engine.invariants import assert_invariants


def break_down(*_: object, **__: object) -> None:
    raise RuntimeError("a bug")


def test_a_duty_that_always_fails_keeps_no_run_waiting(
    make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evals.engine.ticker.resume_stalled_uploads", break_down)
    monkeypatch.setattr("evals.engine.ticker.cancelling.drop_rest_of_cancelled", break_down)
    run = make_run(rows=4, variants=1)

    assert EngineProcess().drain_until_ended(run.id, timeout_s=20)


def test_a_start_that_failed_is_tried_again_by_the_next(
    make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    process, run = EngineProcess(), make_run(rows=4, variants=1)
    with monkeypatch.context() as patched:
        patched.setattr(Presence, "beat", break_down)
        with pytest.raises(RuntimeError):
            process.start()

    assert process.drain_until_ended(run.id, timeout_s=20)
    assert not list((Path(settings.DATA_DIR) / "workers").glob(f"*-{os.getpid()}-*"))


def test_who_waits_for_a_run_is_told_when_the_process_is_to_end(
    make_run: MakeRun, simulated: Connection
) -> None:
    process, run = EngineProcess(), make_run(rows=4, variants=1)
    ConnectionState.objects.create(connection_id=simulated.id, paused_until=time.time() + 600)
    threading.Timer(0.2, process.stop).start()
    started = time.monotonic()

    assert not process.drain_until_ended(run.id, timeout_s=100)
    assert time.monotonic() - started < 50


def test_an_entry_that_cannot_be_removed_does_no_harm(
    make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run(rows=4, variants=1)
    monkeypatch.setattr(
        WorkerRecord.objects, "filter", Mock(side_effect=OperationalError("database is locked"))
    )

    assert EngineProcess().drain_until_ended(run.id, timeout_s=20)


def test_a_client_that_does_not_close_holds_up_nobody(
    make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang(_: SimulatedClient) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(SimulatedClient, "close", hang)
    monkeypatch.setattr(calls, "CLOSE_S", 0.1)
    process, first = EngineProcess(), make_run(rows=4, variants=1)

    assert process.drain_until_ended(first.id, timeout_s=20)
    assert process.drain_until_ended(make_run(rows=4, variants=1).id, timeout_s=20)


def test_a_call_that_never_ends_is_a_time_out(
    home: Workspace, make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang(*_: object, **__: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(SimulatedClient, "ask", hang)
    monkeypatch.setattr(calls, "OVERTIME_S", 0.2)
    run = make_run(rows=4, via=[sample.connection(home, timeout_s=1)])

    assert EngineProcess().drain_until_ended(run.id, timeout_s=20)
    assert set(Answer.objects.values_list("error_class", flat=True)) == {"timeout"}


def test_a_cancellation_from_inside_a_call_is_an_error_of_that_cell(
    make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def cancel(*_: object, **__: object) -> None:
        raise asyncio.CancelledError

    monkeypatch.setattr(SimulatedClient, "ask", cancel)
    run = make_run(rows=4, variants=1)

    assert EngineProcess().drain_until_ended(run.id, timeout_s=10)
    assert set(Answer.objects.values_list("error_class", flat=True)) == {"unexpected"}


def test_a_fault_of_the_drain_leaves_the_process_able_to_work(
    make_run: MakeRun, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    process, run = EngineProcess(), make_run(rows=4, variants=1)
    with monkeypatch.context() as patched:
        patched.setattr("evals.engine.writer._write", Mock(side_effect=LookupError("a prompt")))
        assert not process.drain_until_ended(run.id, timeout_s=1.5)

    process._rest_until = 0
    Shard.objects.update(lease_until=0)
    assert process.drain_until_ended(run.id, timeout_s=40)
    assert_invariants(run)
    assert "a prompt" not in capfd.readouterr().err


class Deaf:
    """A caller that swallows cancellations, as asyncio.wait_for does in a race."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()

    def open(self) -> None:
        """Nothing to open."""

    async def close(self) -> None:
        """Nothing to close."""

    async def ask(self, *_: object) -> Outcome:
        self.asked.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return Outcome(tries=1)
        return Outcome(tries=1)


def test_a_swallowed_cancellation_does_not_hang_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pools, "CUT_AGAIN_S", 0.05)

    async def work() -> None:
        room, caller = asyncio.Event(), Deaf()
        room.set()
        pool = Pool(
            key="1:m",
            reach=SimpleNamespace(connection_id=1, concurrency=1),  # type: ignore[arg-type]  # all that is read
            caller=caller,  # type: ignore[arg-type]  # the same methods
            has_room=room,
            on_answer=Mock(),
            on_low=Mock(),
        )
        pool.start()
        pool.add(one_cell())
        await caller.asked.wait()
        await asyncio.wait_for(pool.close(), 5)

    asyncio.run(work())


def one_cell() -> Any:
    return SimpleNamespace(
        id=1,
        in_flight=0,
        todo=deque([Cell(0, 0)]),
        rows={0: {}},
        stopped=asyncio.Event(),
        lease=SimpleNamespace(start=0, variant=0),
        plan=SimpleNamespace(
            request=Mock(), variant=Mock(return_value=SimpleNamespace(is_imported=False))
        ),
    )


def test_calls_start_again_when_only_answers_of_a_lost_shard_were_waiting(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evals.engine.outbox.MOST_ANSWERS", 1)
    drain, lost = Drain("me"), SimpleNamespace(id=1, unstored=0)
    answer = AnswerRecord(run_id=1, variant=0, position=0, rep=0, status=Answer.Status.OK)
    for _ in range(2):
        drain._outbox.put(lost, answer)  # type: ignore[arg-type]  # all that is read
    assert not drain._outbox.has_room.is_set()

    asyncio.run(drain._flush())

    assert drain._outbox.has_room.is_set()
