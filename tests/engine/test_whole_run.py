"""A run from its creation to its end, in one process, on the simulated model."""

from pathlib import Path

from evals.models import Run
from evals.services import runs
from tests.engine.conftest import MakeRun
from tests.engine.invariants import assert_invariants


def test_it_answers_and_scores_every_cell_once(make_run: MakeRun, call_log: Path) -> None:
    run = make_run(rows=40, variants=2)

    assert runs.drain_here(run.id, timeout_s=20)

    run.refresh_from_db()
    assert run.state == Run.State.DONE
    assert (run.n_ok, run.n_error, run.open_shards) == (80, 0, 0)
    assert call_log.read_text().count("\n") == 80
    assert_invariants(run)
