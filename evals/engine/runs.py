"""Statements on the run table: counters, the end of a run, whose turn it is."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection

from evals.engine.database import now
from evals.models import Run


@dataclass(kw_only=True)
class Tally:
    """What one transaction adds to the counters of a run. Money in nano-USD."""

    n_ok: int = 0
    n_error: int = 0
    spent_nano: int = 0
    unpriced: int = 0
    closed_shards: int = 0


def settle(run_id: int, tally: Tally) -> tuple[int, Run.State]:
    """Add `tally` and close the run with its last shard; its new version and state.

    Takes the run's lock, so it comes after every shard statement of a transaction. The version
    is handed out under that lock: whoever has seen it sees all that was written before.
    """
    ends = "state IN ('running', 'paused') AND open_shards - %s = 0"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""UPDATE evals_run SET n_ok = n_ok + %s, n_error = n_error + %s,
              spent_nano = spent_nano + %s, unpriced = unpriced + %s,
              open_shards = open_shards - %s, version = version + 1,
              state = CASE WHEN {ends} THEN 'done' ELSE state END,
              finished_at = CASE WHEN {ends} THEN CURRENT_TIMESTAMP ELSE finished_at END
            WHERE id = %s RETURNING version, state""",
            [
                tally.n_ok,
                tally.n_error,
                tally.spent_nano,
                tally.unpriced,
                *[tally.closed_shards] * 3,
                run_id,
            ],
        )
        version, state = cursor.fetchone()
        return version, Run.State(state)


def mark_served(run_id: int) -> None:
    """Put the run at the end of the queue of runs."""
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE evals_run SET served_at = {now()} WHERE id = %s", [run_id])


def states(run_ids: Collection[int]) -> dict[int, Run.State]:
    """The states of some runs; a run that is gone is left out."""
    found = Run.objects.filter(id__in=run_ids).values_list("id", "state")
    return {run_id: Run.State(state) for run_id, state in found}
