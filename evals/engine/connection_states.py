"""Statements on what all workers know of a connection: a long pause, how long a call takes."""

from collections.abc import Collection

from django.db import connection

from evals.engine.database import now
from evals.models import ConnectionState

# How much a new measurement counts against the ones before.
NEW_SHARE = 0.3


def pause(connection_id: int, *, seconds: float, reason: str) -> None:
    """No worker claims shards of this connection for `seconds`; a longer pause stays."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO evals_connectionstate (connection_id, paused_until, reason)
            VALUES (%s, {now()} + %s, %s)
            ON CONFLICT (connection_id) DO UPDATE
            SET paused_until = excluded.paused_until, reason = excluded.reason
            WHERE evals_connectionstate.paused_until < excluded.paused_until""",
            [connection_id, seconds, reason[:200]],
        )


def resume(connection_id: int) -> None:
    """End a pause: the connection was changed, or has just answered."""
    ConnectionState.objects.filter(connection_id=connection_id, paused_until__gt=0).update(
        paused_until=0, reason=""
    )


def note_call_ms(connection_id: int, call_ms: float) -> None:
    """Remember how long a call takes, so that the shards of the next run are cut to size."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO evals_connectionstate (connection_id, paused_until, reason, call_ms)
            VALUES (%s, 0, '', %s)
            ON CONFLICT (connection_id) DO UPDATE SET call_ms =
              COALESCE(evals_connectionstate.call_ms, excluded.call_ms) * (1 - %s)
              + excluded.call_ms * %s""",
            [connection_id, call_ms, NEW_SHARE, NEW_SHARE],
        )


def forget_call_ms(connection_id: int) -> None:
    """The calls so far went to another address: they say nothing about the next ones."""
    ConnectionState.objects.filter(connection_id=connection_id).update(call_ms=None)


def call_seconds(connection_ids: Collection[int]) -> dict[int, float]:
    """Seconds of a call by connection, as far as any was measured."""
    known = ConnectionState.objects.filter(connection_id__in=connection_ids, call_ms__isnull=False)
    return {key: ms / 1000 for key, ms in known.values_list("connection_id", "call_ms") if ms}
