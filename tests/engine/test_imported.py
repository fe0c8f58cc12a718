"""A run over answers that came with the rows: scored like all others, and nothing is asked."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from accounts.models import Workspace
from evals.domain.matrix import ScoreState
from evals.domain.snapshot import Snapshot, VariantSpec
from evals.engine import calls, score_store
from evals.models import Answer, Connection, ConnectionState, Run, Shard, Variant
from evals.services import connections, runs
from playground.models import Playground
from playground.queries import current_version, row_ids
from playground.services.rows import ColumnDraft, create_playground
from tests.engine import sample
from tests.engine.installation import Installation, has_ended, kill, stored, until
from tests.engine.invariants import assert_invariants

Answered = Callable[..., Run]
# About a quarter of a second of work.
ROWS = 2_000


def playground(home: Workspace, answers: Sequence[str]) -> Playground:
    """Questions with an expected answer and the answer of a model, which may be empty."""
    columns = [("question", "input"), ("expected", "expected"), ("gpt-4o", "response")]
    return create_playground(
        workspace=home,
        user=None,
        name="Answered",
        question="",
        columns=[ColumnDraft(name=name, role=role) for name, role in columns],
        rows=((f"How heavy is tent {n}?", f"{n} grams", said) for n, said in enumerate(answers)),
        source_name="answered.csv",
    )


def snapshot(ground: Playground, others: Sequence[Connection]) -> Snapshot:
    """The imported answers as A, then one variant for each of `others`."""
    asked = sample.snapshot(ground, others)
    via = connections.ensure_imported(ground.workspace)
    answers = VariantSpec(
        name="gpt-4o",
        connection_id=via.pk,
        connection_name=via.name,
        kind=via.kind,
        model="",
        user_prompt="",
        answers_column=str(ground.columns.get(name="gpt-4o").pk),
    )
    asked_without_context = tuple(replace(one, use_context=False) for one in asked.variants)
    return replace(asked, variants=(answers, *asked_without_context))


@pytest.fixture
def answered(home: Workspace) -> Answered:
    """Makes a run of imported answers, and of variants on `others`."""

    def make(answers: Sequence[str], others: Sequence[Connection] = ()) -> Run:
        ground = playground(home, answers)
        return runs.create_run(
            playground=ground,
            snapshot=snapshot(ground, others),
            row_ids=row_ids(current_version(ground)),
            form_token=secrets.token_hex(8),
        )

    return make


@pytest.fixture
def no_client(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The endpoints that somebody tried to open a client for."""
    opened: list[object] = []

    def refuse(endpoint: object) -> object:
        opened.append(endpoint)
        raise AssertionError("No client may be opened for imported answers.")

    monkeypatch.setattr(calls, "open_client", refuse)
    return opened


def test_it_scores_imported_answers_without_a_call(
    answered: Answered, no_client: list[object]
) -> None:
    run = answered([f"{n} grams" if n % 2 else "No idea" for n in range(40)])

    assert runs.drain_here(run.id, timeout_s=20)

    assert_invariants(run)
    matrix = score_store.matrix(run)
    exact = matrix.values[0, matrix.slots.index("exact_match")]
    assert (run.state, run.n_ok, run.n_error) == (Run.State.DONE, 40, 0)
    assert exact.tolist() == [0.0, 1.0] * 20
    assert no_client == []


def test_it_does_not_know_what_they_took_or_cost(answered: Answered) -> None:
    run = answered(["0 grams", "1 gram"])
    runs.drain_here(run.id, timeout_s=20)

    run.refresh_from_db()
    matrix = score_store.matrix(run)
    answer = Answer.objects.filter(run_id=run.id).values(
        "latency_ms", "tokens_in", "tokens_out", "cost_nano", "tries"
    )[0]
    assert (run.spent_nano, run.unpriced) == (0, 0)
    assert answer == {
        "latency_ms": None,
        "tokens_in": None,
        "tokens_out": None,
        "cost_nano": None,
        "tries": 0,
    }
    for slot in ("latency_ms", "cost_usd"):
        states = matrix.states[0, matrix.slots.index(slot)]
        assert set(states.tolist()) == {ScoreState.NOT_APPLICABLE}
    assert not ConnectionState.objects.exists()


def test_an_empty_cell_is_an_error_and_no_empty_answer(answered: Answered) -> None:
    run = answered(["0 grams", "", " \n"])
    runs.drain_here(run.id, timeout_s=20)

    assert_invariants(run)
    failed = Answer.objects.filter(run_id=run.id, status=Answer.Status.ERROR)
    assert (run.n_ok, run.n_error, run.unpriced) == (1, 2, 0)
    assert set(failed.values_list("error_class", flat=True)) == {"no_answer"}
    assert all("no answer in “gpt-4o”" in one.error_text for one in failed)


def test_it_compares_them_with_a_model_that_is_asked(
    answered: Answered, simulated: Connection
) -> None:
    run = answered([f"{n} grams" for n in range(12)], others=[simulated])
    runs.drain_here(run.id, timeout_s=20)

    assert_invariants(run)
    assert (run.n_ok, run.n_error) == (24, 0)
    asked = Answer.objects.filter(run_id=run.id, variant=1)
    assert all(answer.tries == 1 and answer.latency_ms is not None for answer in asked)


def test_they_go_on_where_a_killed_process_left_them(answered: Answered) -> None:
    run = answered([f"{n} grams" for n in range(64)])
    assert not runs.drain_here(run.id, timeout_s=0)
    runs.drain_here(run.id, timeout_s=20)
    # As after a kill between two flushes: a shard is claimable again, some answers are stored.
    shard = Shard.objects.filter(run_id=run.id).order_by("id")[0]
    gone = Answer.objects.filter(run_id=run.id, position__lt=3)
    count = gone.count()
    gone.delete()
    Shard.objects.filter(pk=shard.pk).update(state=Shard.State.READY)
    Run.objects.filter(pk=run.pk).update(
        state=Run.State.RUNNING, open_shards=1, n_ok=64 - count, finished_at=None
    )

    assert runs.drain_here(run.id, timeout_s=20)

    assert_invariants(run)
    assert run.n_ok == 64


def test_they_outlive_their_connection(answered: Answered) -> None:
    run = answered(["0 grams", "1 grams"])
    Variant.objects.all().delete()
    Connection.objects.all().delete()

    assert runs.drain_here(run.id, timeout_s=20)

    assert_invariants(run)
    assert run.n_ok == 2


@pytest.mark.chaos
def test_a_killed_worker_loses_none_of_them(
    answered: Answered, tmp_path: Path, call_log: Path
) -> None:
    run = answered([f"{n} grams" if n % 7 else "" for n in range(ROWS)])
    installation = Installation(tmp_path, call_log)
    try:
        victim = installation.worker()
        until(lambda: stored(run) > 0)
        kill(victim)
        assert stored(run) < ROWS, "killed too late to say anything"
        installation.worker()
        until(lambda: has_ended(run), seconds=60)
    finally:
        installation.end()

    assert_invariants(run)
    empty = len(range(0, ROWS, 7))
    assert (run.n_ok, run.n_error, installation.calls) == (ROWS - empty, empty, 0)
