"""Processes are killed while they work: runs end, nothing is lost, nothing is doubled."""

import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from accounts.models import Workspace
from evals.models import Answer, Connection, Run, Shard, WorkerRecord
from evals.services import runs
from tests.engine import sample
from tests.engine.conftest import MakeRun
from tests.engine.installation import (
    Installation,
    has_ended,
    holds_shards,
    kill,
    stored,
    until,
)
from tests.engine.invariants import assert_invariants

pytestmark = pytest.mark.chaos

Process = subprocess.Popen[bytes]
KILLS = 5
ROWS = 240
VARIANTS = 2
CELLS = ROWS * VARIANTS
LATENCY_MS = 40
CONCURRENCY = 3
IN_FLIGHT = CONCURRENCY * VARIANTS
# What is answered within two flush intervals: one that gathers, one that is being stored.
ONE_FLUSH = int(IN_FLIGHT * 0.5 / (LATENCY_MS / 1000))
chance = random.Random(2026)


@pytest.fixture
def installation(home: Workspace, tmp_path: Path, call_log: Path) -> Iterator[Installation]:
    processes = Installation(tmp_path, call_log)
    yield processes
    processes.end()


@pytest.fixture
def via(home: Workspace, call_log: Path) -> list[Connection]:
    return [
        sample.connection(
            home, concurrency=CONCURRENCY, latency_ms=LATENCY_MS, call_log=str(call_log)
        )
        for _ in range(VARIANTS)
    ]


@pytest.fixture
def run(make_run: MakeRun, via: list[Connection]) -> Run:
    return make_run(rows=ROWS, via=via)


def works_on(installation: Installation, calls: int = 30) -> None:
    """Wait until so many more calls were made, and a random moment longer."""
    before = installation.calls
    until(lambda: installation.calls >= before + calls)
    time.sleep(chance.random() / 4)


def assert_nothing_lost(run: Run, installation: Installation, most_extra: int) -> int:
    """The run is whole; returns how many calls were made more than once."""
    assert_invariants(run)
    assert (run.state, run.n_ok, run.n_error) == (Run.State.DONE, CELLS, 0)
    extra = installation.calls - CELLS
    print(f"extra calls: {extra} of {CELLS}")
    assert 0 <= extra <= most_extra
    return extra


def test_killed_workers_lose_nothing(run: Run, installation: Installation) -> None:
    workers = [installation.worker(), installation.worker()]
    for _ in range(KILLS):
        works_on(installation)
        victim = next((worker for worker in workers if holds_shards(worker)), workers[0])
        kill(victim)
        assert stored(run) < CELLS, "killed too late to say anything"
        workers = [worker for worker in workers if worker is not victim]
        workers.append(installation.worker())

    until(lambda: has_ended(run), 40)
    assert_nothing_lost(run, installation, KILLS * (IN_FLIGHT + ONE_FLUSH))


def test_workers_beside_each_other_never_ask_twice(run: Run, installation: Installation) -> None:
    workers = [installation.worker(), installation.worker()]
    until(lambda: any(map(holds_shards, workers)))

    # This process works too.
    assert runs.drain_here(run.id, timeout_s=40)
    assert_nothing_lost(run, installation, 0)


def test_another_worker_goes_on_long_before_the_lease_of_a_killed_one_is_over(
    make_run: MakeRun, via: list[Connection], installation: Installation
) -> None:
    # One connection: one of the two workers holds all of it, the other waits.
    make_run(rows=ROWS * 4, via=via[:1])
    workers = [installation.worker(), installation.worker()]
    until(lambda: WorkerRecord.objects.count() == 2 and any(map(holds_shards, workers)))
    kill(next(worker for worker in workers if holds_shards(worker)))
    calls = installation.calls

    took = until(lambda: installation.calls > calls)

    print(f"resumed after {took:.1f} s")
    # About 2 s, the time between two sweeps; a lease is 30 s.
    assert took <= 15


def test_a_killed_broker_is_not_noticed(run: Run, installation: Installation) -> None:
    broker, worker = installation.broker(), installation.worker()
    for _ in range(KILLS):
        works_on(installation, calls=10)
        kill(broker)
        works_on(installation, calls=10)
        broker = installation.broker()
        if worker.poll() is not None:
            worker = installation.worker()
    assert stored(run) < CELLS, "killed too late to say anything"

    until(lambda: has_ended(run), 40)
    assert_nothing_lost(run, installation, 0)


def test_everything_may_die_and_start_again(run: Run, installation: Installation) -> None:
    for _ in range(KILLS):
        processes = [installation.broker(), installation.worker()]
        works_on(installation)
        for process in processes:
            kill(process)
        assert stored(run) < CELLS, "killed too late to say anything"
    installation.broker()
    installation.worker()

    until(lambda: has_ended(run), 40)
    assert_nothing_lost(run, installation, KILLS * (IN_FLIGHT + ONE_FLUSH))


def test_a_worker_that_slept_past_its_lease_changes_nothing(
    run: Run, installation: Installation
) -> None:
    sleeper = installation.worker()
    works_on(installation)
    os.kill(sleeper.pid, signal.SIGSTOP)
    Shard.objects.filter(state=Shard.State.LEASED).update(lease_until=0)
    kill_at_end = installation.worker()
    until(lambda: holds_shards(kill_at_end))
    works_on(installation)
    os.kill(sleeper.pid, signal.SIGCONT)

    until(lambda: has_ended(run), 40)
    assert_nothing_lost(run, installation, 2 * IN_FLIGHT + ONE_FLUSH)


def test_a_worker_that_is_asked_to_end_repeats_nothing(
    run: Run, installation: Installation
) -> None:
    installation.broker()
    worker = installation.worker()
    works_on(installation)
    worker.send_signal(signal.SIGTERM)

    assert worker.wait(25) == 0
    assert not Shard.objects.filter(state=Shard.State.LEASED).exists()
    assert installation.calls == stored(run) < CELLS
    installation.worker()
    until(lambda: has_ended(run), 40)
    assert_nothing_lost(run, installation, 0)


def test_a_run_made_and_cancelled_beside_a_worker(run: Run, installation: Installation) -> None:
    installation.worker()
    works_on(installation)
    runs.cancel_run(run.id)
    time.sleep(2)
    calls = installation.calls

    until(lambda: not Shard.objects.filter(state__in=("ready", "leased")).exists())
    assert_invariants(run)
    assert run.state == Run.State.CANCELLED
    assert installation.calls == calls == Answer.objects.count() < CELLS


def test_a_dead_holder_of_a_cancelled_run_leaves_no_open_shard(
    run: Run, installation: Installation
) -> None:
    worker = installation.worker()
    works_on(installation)
    kill(worker)
    runs.cancel_run(run.id)
    installation.worker()

    until(lambda: not Shard.objects.filter(state__in=("ready", "leased")).exists())
    assert_invariants(run)
    assert Connection.objects.count() == VARIANTS + 1
