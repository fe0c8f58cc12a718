"""A run from its creation to its end, in one process, on the simulated model."""

import os
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import connection

from accounts.errors import NotReady, Refused
from accounts.models import Workspace
from evals import enqueue
from evals.engine import score_store
from evals.engine.process import engine
from evals.models import Answer, Block, Connection, Job, Run, RunKpi, RunSpec, Shard, WorkerRecord
from evals.services import runs
from evals.tasks import drain
from playground.models import DatasetVersion
from playground.queries import current_version, row_ids
from playground.services import columns
from tests.engine import sample
from tests.engine.conftest import MakeRun
from tests.engine.installation import until
from tests.engine.invariants import assert_invariants


def calls_in(log: Path) -> int:
    return log.read_text().count("\n") if log.exists() else 0


@pytest.fixture
def slow(home: Workspace, call_log: Path) -> Connection:
    return sample.connection(home, concurrency=4, latency_ms=100, call_log=str(call_log))


def drained_beside(run: Run, timeout_s: float = 20) -> threading.Thread:
    """Works a run off in another thread."""

    def work() -> None:
        runs.drain_here(run.id, timeout_s)
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_it_answers_and_scores_every_cell_once(make_run: MakeRun, call_log: Path) -> None:
    run = make_run(rows=40, variants=2)

    assert runs.drain_here(run.id, timeout_s=20)

    run.refresh_from_db()
    assert run.state == Run.State.DONE
    assert (run.n_ok, run.n_error, run.open_shards) == (80, 0, 0)
    assert calls_in(call_log) == 80
    assert_invariants(run)


def test_it_costs_what_the_frozen_prices_say(make_run: MakeRun) -> None:
    run = make_run(rows=4, variants=1)
    runs.drain_here(run.id, timeout_s=20)

    answer = Answer.objects.filter(run_id=run.id).first()
    assert answer is not None
    tokens = (answer.tokens_in or 0) + (answer.tokens_out or 0)
    # $0.5 for a million tokens is 500 nano-dollars for one.
    assert answer.cost_nano == tokens * 500


def test_an_unknown_price_is_told_and_is_not_zero(make_run: MakeRun) -> None:
    run = make_run(rows=4, variants=1, price=None)
    runs.drain_here(run.id, timeout_s=20)

    assert_invariants(run)
    matrix = score_store.matrix(run)
    assert (run.spent_nano, run.unpriced) == (0, 4)
    assert set(matrix.states[0, matrix.slots.index("cost_usd")]) == {2}


def test_a_prompt_that_cannot_be_filled_is_an_error_of_its_cells(make_run: MakeRun) -> None:
    run = make_run(rows=4, variants=1, user_prompt="{{weight}}")
    runs.drain_here(run.id, timeout_s=20)

    assert_invariants(run)
    assert set(Answer.objects.values_list("error_class", flat=True)) == {"prompt"}


def test_it_leaves_nothing_leased_and_nobody_registered(make_run: MakeRun) -> None:
    runs.drain_here(make_run(rows=8).id, timeout_s=20)

    assert not Shard.objects.filter(state=Shard.State.LEASED).exists()
    assert not WorkerRecord.objects.exists()


def test_one_process_runs_one_drain(make_run: MakeRun, slow: Connection, call_log: Path) -> None:
    run = make_run(rows=16, via=[slow])
    threads = [drained_beside(run) for _ in range(3)]
    with engine.running():
        until(lambda: Shard.objects.filter(state=Shard.State.LEASED).exists())
        drain(run.id)
        owners = set(Shard.objects.exclude(owner="").values_list("owner", flat=True))
    for thread in threads:
        thread.join()

    assert (len(owners), calls_in(call_log)) == (1, 16)
    assert_invariants(run)


def test_a_cancelled_run_keeps_what_was_in_flight(
    make_run: MakeRun, slow: Connection, call_log: Path
) -> None:
    run = make_run(rows=200, via=[slow])
    thread = drained_beside(run)
    until(lambda: Answer.objects.count() >= 8)
    runs.cancel_run(run.id)
    thread.join()

    until(lambda: not Shard.objects.filter(state__in=("leased", "ready")).exists())
    assert_invariants(run)
    assert (run.state, run.open_shards) == (Run.State.CANCELLED, 0)
    assert calls_in(call_log) == run.n_ok < 200


def test_a_cancelled_run_stays_cancelled(make_run: MakeRun) -> None:
    run = make_run(rows=8)
    runs.cancel_run(run.id)
    runs.cancel_run(run.id)

    assert runs.drain_here(run.id, timeout_s=5)
    assert_invariants(run)
    assert not Answer.objects.exists()


def test_a_run_that_has_finished_cannot_be_cancelled(make_run: MakeRun) -> None:
    run = make_run(rows=4)
    runs.drain_here(run.id, timeout_s=20)

    with pytest.raises(NotReady, match="already finished"):
        runs.cancel_run(run.id)
    run.refresh_from_db()
    assert run.state == Run.State.DONE


def test_it_gives_up_when_its_time_is_over_and_loses_nothing(
    make_run: MakeRun, slow: Connection, call_log: Path
) -> None:
    run = make_run(rows=200, via=[slow])

    assert not runs.drain_here(run.id, timeout_s=1)
    stored = Answer.objects.count()
    assert_invariants(run)
    assert 0 < stored == calls_in(call_log) < 200

    Connection.objects.filter(id=slow.id).update(options={"call_log": str(call_log)})
    assert runs.drain_here(run.id, timeout_s=20)
    assert_invariants(run)
    assert calls_in(call_log) == 200


def test_a_small_run_starts_while_a_large_one_works(make_run: MakeRun, slow: Connection) -> None:
    large = make_run(rows=400, via=[slow])
    thread = drained_beside(large)
    until(lambda: Answer.objects.count() >= 4)
    small = make_run(rows=4, via=[slow])

    until(lambda: Answer.objects.filter(run_id=small.id).exists())
    answered = Answer.objects.filter(run_id=large.id).count()
    runs.cancel_run(large.id)
    thread.join()
    assert answered < 400


def test_a_run_of_many_reps_has_a_cell_for_each(make_run: MakeRun) -> None:
    run = make_run(rows=4, variants=1)
    RunSpec.objects.update(reps=3)
    Run.objects.update(cells=12)
    runs.drain_here(run.id, timeout_s=20)

    assert_invariants(run)
    assert (run.n_ok, score_store.matrix(run).positions) == (12, 12)


def test_it_does_not_need_a_broker(make_run: MakeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "config.celery.app.conf.broker_url", "redis+socket:///nonexistent/broker.sock"
    )
    started = time.monotonic()
    enqueue.drain(0)
    assert time.monotonic() - started < 2

    assert runs.drain_here(make_run(rows=4).id, timeout_s=10)


def test_creating_freezes_everything_in_one_go(make_run: MakeRun) -> None:
    run = make_run(rows=10, variants=2)

    assert (run.number, run.cells, run.state) == (1, 20, Run.State.RUNNING)
    assert run.open_shards == Shard.objects.filter(run_id=run.id).count() == 6
    assert RunKpi.objects.filter(run_id=run.id).count() == len(sample.SLOTS)
    assert Job.objects.filter(run_id=run.id).count() == 1
    assert DatasetVersion.objects.get().frozen_at is not None


def test_the_same_form_makes_one_run(home: Workspace, simulated: Connection) -> None:
    ground = sample.playground(home, 4)
    made = []

    def create() -> None:
        try:
            run = runs.create_run(
                playground=ground,
                snapshot=sample.snapshot(ground, [simulated]),
                row_ids=row_ids(current_version(ground)),
                form_token="clicked",
            )
            made.append(run.id)
        finally:
            connection.close()

    threads = [threading.Thread(target=create) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(made), len(set(made)), Run.objects.count()) == (8, 1, 1)


def test_runs_are_numbered_within_their_playground(home: Workspace, simulated: Connection) -> None:
    ground = sample.playground(home, 4)
    ids = row_ids(current_version(ground))
    spec = sample.snapshot(ground, [simulated])

    numbers = [
        runs.create_run(
            playground=ground, snapshot=spec, row_ids=ids, form_token=str(turn), limit=1
        ).number
        for turn in range(3)
    ]

    assert numbers == [1, 2, 3]
    assert set(Run.objects.values_list("cells", flat=True)) == {1}


def test_there_must_be_something_to_run(home: Workspace, simulated: Connection) -> None:
    ground = sample.playground(home, 4)

    with pytest.raises(Refused, match="no rows"):
        runs.create_run(
            playground=ground,
            snapshot=sample.snapshot(ground, [simulated]),
            row_ids=[],
            form_token="none",
        )
    with pytest.raises(Refused, match="no variant"):
        runs.create_run(
            playground=ground, snapshot=sample.snapshot(ground, []), row_ids=[1], form_token="none"
        )


def test_a_matrix_grows_with_the_blocks_that_were_written(
    make_run: MakeRun, slow: Connection, django_assert_num_queries: Callable[..., object]
) -> None:
    run = make_run(rows=24, via=[slow])
    empty = score_store.matrix(run)
    runs.drain_here(run.id, timeout_s=20)
    run.refresh_from_db()

    with django_assert_num_queries(1):  # type: ignore[attr-defined]  # pytest-django's context manager
        full = score_store.matrix(run)
    with django_assert_num_queries(0):  # type: ignore[attr-defined]  # pytest-django's context manager
        assert score_store.matrix(run) is full
    assert (int(empty.answers.sum()), int(full.answers.sum())) == (0, 24)


def test_a_block_of_an_unknown_format_is_refused() -> None:
    with pytest.raises(ValueError, match="Unknown format"):
        score_store.unpack(bytes([99, 1, 2]))


def test_reading_and_judging_again_writes_nothing(make_run: MakeRun, call_log: Path) -> None:
    run = make_run(rows=8)
    runs.drain_here(run.id, timeout_s=20)
    before = list(Block.objects.order_by("id").values_list("version", "data"))
    run.refresh_from_db()
    score_store.matrix(run)

    assert runs.drain_here(run.id, timeout_s=5)
    assert list(Block.objects.order_by("id").values_list("version", "data")) == before
    assert calls_in(call_log) == 16


def test_the_lock_files_lie_in_the_data_folder(settings: object, make_run: MakeRun) -> None:
    with engine.running():
        folder = Path(settings.DATA_DIR) / "workers"  # type: ignore[attr-defined]  # Django's settings
        assert len(list(folder.glob(f"*-{os.getpid()}-*.lock"))) == 1
    assert not list(folder.glob(f"*-{os.getpid()}-*.lock"))


@pytest.mark.parametrize("is_gone", [False, True])
def test_a_run_of_columns_that_were_changed_meanwhile_is_not_begun(
    home: Workspace, simulated: Connection, is_gone: bool
) -> None:
    ground = sample.playground(home, 2)
    note = ground.columns.create(name="note", position=9)
    snapshot = sample.snapshot(ground, [simulated])
    edited = columns.editing_of(ground).columns
    renamed = replace(edited[0], column=replace(edited[0].column, name="ask"))
    columns.change(ground, edited[:-1] if is_gone else [renamed, *edited[1:]])
    ids = row_ids(current_version(ground))

    with pytest.raises(NotReady, match="The columns were changed meanwhile"):
        runs.create_run(playground=ground, snapshot=snapshot, row_ids=ids, form_token="t" * 16)
    assert not Run.objects.exists()
    assert ground.columns.filter(pk=note.pk).exists() is not is_gone
