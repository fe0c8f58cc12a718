"""Bells and tasks: what is rung for exists, and a bell never stands in the way."""

import inspect
import re
import sqlite3
import threading
import time

import pytest
from celery import current_app
from django.db import connection, transaction

import evals.tasks
from evals import enqueue
from evals.engine import answers
from evals.models import Run
from evals.services import runs
from tests.engine.conftest import MakeRun
from tests.engine.invariants import assert_invariants


def test_every_name_that_is_rung_is_a_task() -> None:
    names = re.findall(r'"(evals\.tasks\.\w+)"', inspect.getsource(enqueue))

    assert names
    assert all(name in current_app.tasks for name in names)
    assert evals.tasks.drain.name in names


def test_it_rings_after_the_commit_only(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[str] = []
    monkeypatch.setattr(enqueue, "_send", lambda task, *ids: rung.append(task))
    with transaction.atomic():
        enqueue.drain(1)
        assert rung == []
    assert rung == ["evals.tasks.drain"]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="a lock on the whole file is SQLite's")
def test_a_database_that_is_locked_for_seconds_costs_no_answer(make_run: MakeRun) -> None:
    run = make_run(rows=40, variants=2)
    locked = threading.Event()

    def lock() -> None:
        other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        locked.set()
        time.sleep(1)
        other.execute("ROLLBACK")
        other.close()

    thread = threading.Thread(target=lock)
    thread.start()
    locked.wait()
    assert runs.drain_here(run.id, timeout_s=20)
    thread.join()
    assert_invariants(run)
    assert run.state == Run.State.DONE


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has no connection to cut")
def test_a_cut_database_connection_costs_no_answer(
    make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    original, cuts = answers.insert, iter(range(3))

    def insert(records: list[answers.AnswerRecord]) -> None:
        if next(cuts, None) is not None:
            # As when the server restarts in the middle of a transaction.
            connection.connection.close()
        original(records)

    monkeypatch.setattr(answers, "insert", insert)
    run = make_run(rows=40, variants=2)

    assert runs.drain_here(run.id, timeout_s=20)
    assert_invariants(run)
    assert next(cuts, None) is None
