"""Who is alive: heartbeats, and locks that any death gives back."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from evals.engine.presence import Presence, dead_owners, forget_the_dead
from evals.models import WorkerRecord

HOLD = """
import fcntl, sys, time
file = open(sys.argv[1], "r+")
fcntl.lockf(file, fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture
def other(transactional_db: None) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """Another process that holds the lock of a worker, and the worker's name."""
    presence = Presence()
    presence.begin()
    lock = Path(settings.DATA_DIR) / "workers" / f"{presence.name}.lock"
    # This process's own lock would not stop its own probe.
    presence._lock.close()  # type: ignore[union-attr]  # taken by begin
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, lock], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.readline()
    yield presence.name, process
    process.kill()
    process.wait()
    lock.unlink(missing_ok=True)


Other = tuple[str, "subprocess.Popen[str]"]


def test_it_knows_that_a_process_lives(other: Other) -> None:
    name, _ = other

    assert dead_owners({name}, own="me") == set()


def test_it_knows_at_once_that_a_process_was_killed(other: Other) -> None:
    name, process = other
    process.kill()
    process.wait()

    assert dead_owners({name, "unknown"}, own="me") == {name}


def test_it_never_probes_itself(other: Other) -> None:
    name, process = other
    process.kill()
    process.wait()

    assert dead_owners({name}, own=name) == set()


def test_it_does_not_judge_processes_of_other_machines(other: Other) -> None:
    name, process = other
    process.kill()
    process.wait()
    WorkerRecord.objects.update(host="elsewhere:/data")

    assert dead_owners({name}, own="me") == set()


def test_it_keeps_the_entry_of_the_dead_while_they_hold_shards(other: Other) -> None:
    name, process = other
    process.kill()
    process.wait()

    forget_the_dead("me", live_owners={name})
    assert WorkerRecord.objects.filter(name=name).exists()
    forget_the_dead("me", live_owners=set())
    assert not WorkerRecord.objects.exists()


def test_it_forgets_what_was_not_heard_of_for_an_hour(transactional_db: None) -> None:
    WorkerRecord.objects.create(name="far", host="elsewhere:/data", seen_at=0)

    forget_the_dead("me", live_owners=set())

    assert not WorkerRecord.objects.exists()


def test_it_leaves_nothing_behind(transactional_db: None) -> None:
    presence = Presence()
    presence.begin()
    presence.end()

    assert not WorkerRecord.objects.exists()
    assert not list((Path(settings.DATA_DIR) / "workers").glob(f"{presence.name}*"))
