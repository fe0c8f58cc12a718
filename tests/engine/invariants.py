"""What must hold for a run at rest, whatever happened to the processes that worked on it."""

import numpy as np
from django.db.models import Count, Q, Sum

from evals.domain.matrix import AnswerState, ScoreMatrix, ScoreState
from evals.engine import plan, score_store
from evals.engine.answers import COLUMNS, AnswerRecord
from evals.models import Answer, Block, Run, Shard

OPEN = (Shard.State.READY, Shard.State.LEASED)


def assert_invariants(run: Run) -> None:
    """Raises AssertionError when the stored state of `run` contradicts itself."""
    run.refresh_from_db()
    _counters_are_those_of_the_rows(run)
    _shards_fit_the_state(run)
    _done_shards_are_complete(run)
    _blocks_are_the_scores_of_the_texts(run)


def _counters_are_those_of_the_rows(run: Run) -> None:
    variants = enumerate(run.spec.snapshot["variants"])
    imported = [index for index, one in variants if one.get("answers_column")]
    found = Answer.objects.filter(run_id=run.id).aggregate(
        ok=Count("id", filter=Q(status=Answer.Status.OK)),
        error=Count("id", filter=Q(status=Answer.Status.ERROR)),
        spent=Sum("cost_nano", default=0),
        unpriced=Count("id", filter=Q(cost_nano=None) & ~Q(variant__in=imported)),
    )
    assert (run.n_ok, run.n_error) == (found["ok"], found["error"])
    assert (run.spent_nano, run.unpriced) == (found["spent"], found["unpriced"])


def _shards_fit_the_state(run: Run) -> None:
    is_open = Shard.objects.filter(run_id=run.id, state__in=OPEN).count()
    assert run.open_shards == is_open
    if run.state != Run.State.CANCELLED:
        assert (run.state == Run.State.DONE) == (is_open == 0)
    if run.state == Run.State.DONE:
        assert run.n_ok + run.n_error == run.cells
        assert run.finished_at is not None


def _done_shards_are_complete(run: Run) -> None:
    reps = run.spec.reps
    for shard in Shard.objects.filter(run_id=run.id, state=Shard.State.DONE):
        stored = Answer.objects.filter(
            run_id=run.id,
            variant=shard.variant,
            position__gte=shard.start,
            position__lt=shard.start + shard.n,
        )
        cells = set(stored.values_list("position", "rep"))
        assert stored.count() == len(cells) == shard.n * reps


def _blocks_are_the_scores_of_the_texts(run: Run) -> None:
    frozen = plan.load(run.id)
    matrix = score_store.matrix(run)
    for row in Answer.objects.filter(run_id=run.id).values(*COLUMNS):
        answer = AnswerRecord(**row)
        at = answer.position * frozen.reps + answer.rep
        state = matrix.answers[answer.variant, at]
        if run.state == Run.State.DONE or state != AnswerState.MISSING:
            assert state == answer.status
        marks = {}
        if answer.is_ok and (run.state == Run.State.DONE or state == AnswerState.OK):
            marks = frozen.scorer.score(answer, frozen.rows([answer.position])[answer.position])
        for index, slot in enumerate(matrix.slots):
            stored = (
                matrix.states[answer.variant, index, at],
                matrix.values[answer.variant, index, at],
            )
            mark = marks.get(slot)
            if mark is None:
                assert stored[0] == ScoreState.MISSING
            elif run.state == Run.State.DONE or stored[0] != ScoreState.MISSING:
                assert stored[0] == mark.state
                assert np.array_equal(stored[1], mark.value, equal_nan=True)
    _no_score_without_an_answer(matrix)
    assert Block.objects.filter(run_id=run.id, version__gt=run.version).count() == 0


def _no_score_without_an_answer(matrix: ScoreMatrix) -> None:
    unanswered = matrix.answers != AnswerState.OK
    scored = (matrix.states != ScoreState.MISSING).any(axis=1)
    assert not (unanswered & scored).any()
