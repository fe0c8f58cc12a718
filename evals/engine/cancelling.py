"""Ending a run early: what nobody has begun is dropped, what is in flight is kept."""

from django.db import connection, transaction

from evals.engine import shards
from evals.engine.runs import Tally, settle
from evals.models import Run


def cancel(run_id: int) -> bool:
    """Drop what nobody has begun and mark the run cancelled; False when it had ended before.

    Leased shards are dropped by their holder, which stores the calls in flight first, or by the
    sweeper when the holder died.
    """
    with transaction.atomic():
        dropped = shards.drop_ready(run_id)
        with connection.cursor() as cursor:
            cursor.execute(
                """UPDATE evals_run SET state = 'cancelled', open_shards = open_shards - %s,
                  version = version + 1, cancelled_at = CURRENT_TIMESTAMP,
                  finished_at = CURRENT_TIMESTAMP
                WHERE id = %s AND state IN ('running', 'paused')""",
                [dropped, run_id],
            )
            if cursor.rowcount == 0:
                transaction.set_rollback(True)
            return bool(cursor.rowcount)


def drop_rest_of_cancelled() -> None:
    """Drop shards of cancelled runs that came back after the cancellation."""
    open_ones = Run.objects.filter(state=Run.State.CANCELLED, open_shards__gt=0)
    for run_id in open_ones.values_list("id", flat=True):
        with transaction.atomic():
            if dropped := shards.drop_ready(run_id):
                settle(run_id, Tally(closed_shards=dropped))
