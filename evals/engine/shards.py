"""Statements on the shard table: who holds which rows of which variant, until when.

Every change of state is one conditional UPDATE whose guard stands in its own WHERE, so that the
loser of a race changes no row. Locks are taken by shards in order of id, then the run.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum
from math import ceil

from django.db import connection, transaction

from evals.engine import runs
from evals.engine.database import marks, now, picked
from evals.models import Shard

LEASE_S = 30
FEWEST_ROWS = 4
MOST_ROWS = 1024
SHARDS_A_VARIANT = 8
SHARD_S = 20

# Takes the owner as its parameter. A connection that asked for a long pause is left alone.
_POOL_IS_OPEN = """
          NOT EXISTS (SELECT 1 FROM evals_shard o
            WHERE o.state = 'leased' AND o.pool = s.pool AND o.owner <> %s)
          AND NOT EXISTS (SELECT 1 FROM evals_connectionstate c
            WHERE c.paused_until > {now}
              AND s.pool LIKE CAST(c.connection_id AS text) || ':%%')"""


@dataclass(frozen=True, kw_only=True)
class Lease:
    """A shard as it was claimed. `token` is the proof of holding it."""

    id: int
    run_id: int
    variant: int
    start: int
    n: int
    pool: str
    token: str
    claims: int


class Fence(Enum):
    """What the fence of a flush found."""

    HELD = "held"
    APPLIED = "applied"
    LOST = "lost"


def size(*, rows: int, reps: int, concurrency: int, call_s: float) -> int:
    """Rows of a shard: an eighth of the run, but no more than about 20 s of work.

    Eight shards a variant let other work in between; at least 4 and at most 1,024 rows.
    """
    by_time = SHARD_S * concurrency / (call_s * reps)
    return int(max(FEWEST_ROWS, min(MOST_ROWS, ceil(rows / SHARDS_A_VARIANT), by_time)))


def ranges(rows: int, size: int) -> list[tuple[int, int]]:
    """(start, n) of the shards that cover `rows` rows."""
    return [(start, min(size, rows - start)) for start in range(0, rows, size)]


def claim(
    *, owner: str, token: str, full_pools: Collection[str], held_runs: Collection[int]
) -> Lease | None:
    """Lease the next ready shard of a running run to `owner`; None when there is none to take.

    The run served longest ago comes first. A shard in one of `full_pools` is taken only for a
    run outside `held_runs`, so that a small run starts while a large one keeps its pool busy.
    A pool is drained by one process at a time: the limit of calls in flight is the provider's,
    and so it is kept however many workers there are.
    """
    full, held = [*full_pools, ""], [*held_runs, 0]
    select = f"""
        SELECT s.id FROM evals_shard s JOIN evals_run r ON r.id = s.run_id
        WHERE s.state = 'ready' AND s.not_before <= {now()} AND r.state = 'running'
          AND (s.pool NOT IN ({marks(full)}) OR r.id NOT IN ({marks(held)}))
          AND {_POOL_IS_OPEN.format(now=now())}
        ORDER BY r.served_at, s.start, s.variant LIMIT 1"""
    update = f"""
        UPDATE evals_shard SET state = 'leased', owner = %s, token = %s, seq = 0,
          lease_until = {now()} + {LEASE_S}, claims = claims + 1
        WHERE state = 'ready' AND {picked(select, "FOR UPDATE OF s SKIP LOCKED")}
        RETURNING id, run_id, variant, start, n, pool, token, claims"""
    with transaction.atomic(), connection.cursor() as cursor:
        # SQLite begins IMMEDIATE; PostgreSQL skips what others are claiming just now.
        cursor.execute(update, [owner, token, *full, *held, owner])
        found = cursor.fetchone()
        if found is None:
            return None
        names = ("id", "run_id", "variant", "start", "n", "pool", "token", "claims")
        lease = Lease(**dict(zip(names, found, strict=True)))
        runs.mark_served(lease.run_id)
        return lease


def is_claimable(owner: str) -> bool:
    """Whether `owner` would find a shard to claim."""
    statement = f"""
        SELECT 1 FROM evals_shard s JOIN evals_run r ON r.id = s.run_id
        WHERE s.state = 'ready' AND s.not_before <= {now()} AND r.state = 'running'
          AND {_POOL_IS_OPEN.format(now=now())} LIMIT 1"""
    with connection.cursor() as cursor:
        cursor.execute(statement, [owner])
        return cursor.fetchone() is not None


def renew(held: Mapping[int, str]) -> None:
    """Lengthen the leases of the shards in `held`, id → token; lost ones stay as they are."""
    if not held:
        return
    # Tokens are unique, so the two lists together say the same as the pairs.
    select = f"""
        SELECT id FROM evals_shard WHERE state = 'leased'
          AND id IN ({marks(held)}) AND token IN ({marks(held)}) ORDER BY id"""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE evals_shard SET lease_until = {now()} + {LEASE_S} "
            f"WHERE state = 'leased' AND {picked(select, 'FOR UPDATE')}",
            [*held.keys(), *held.values()],
        )


def fence(*, shard_id: int, token: str, seq: int) -> Fence:
    """First statement of a flush: move the shard from `seq` to `seq` + 1, and renew its lease.

    HELD: go on. APPLIED: this very flush was committed and only its reply was lost. LOST: the
    shard belongs to somebody else; write nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE evals_shard SET seq = %s, lease_until = {now()} + {LEASE_S} "
            "WHERE id = %s AND token = %s AND state = 'leased' AND seq = %s",
            [seq + 1, shard_id, token, seq],
        )
        if cursor.rowcount == 1:
            return Fence.HELD
        cursor.execute("SELECT token, seq FROM evals_shard WHERE id = %s", [shard_id])
        return Fence.APPLIED if cursor.fetchone() == (token, seq + 1) else Fence.LOST


def leave(*, shard_id: int, token: str, state: Shard.State) -> bool:
    """End the lease: the shard is done, ready again or dropped. False when it was lost before.

    The token stays, so that a flush can still tell that it was applied.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE evals_shard SET state = %s WHERE id = %s AND token = %s AND state = 'leased'",
            [state, shard_id, token],
        )
        return bool(cursor.rowcount == 1)


def postpone(lease: Lease, *, seconds: float) -> None:
    """Give a shard back that is not to be claimed again for some seconds."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE evals_shard SET state = 'ready', not_before = {now()} + %s "
            "WHERE id = %s AND token = %s AND state = 'leased'",
            [seconds, lease.id, lease.token],
        )


def state_of(shard_id: int) -> Shard.State:
    """The state of a shard now."""
    return Shard.State(Shard.objects.values_list("state", flat=True).get(id=shard_id))


def expire(dead_owners: Collection[str], *, also_by_time: bool = True) -> list[int]:
    """Make the shards of `dead_owners`, and those whose lease ran out, ready again; their ids."""
    dead = [*dead_owners, ""]
    overdue = f"lease_until < {now()}" if also_by_time else "FALSE"
    is_free = f"state = 'leased' AND ({overdue} OR owner IN ({marks(dead)}))"
    select = f"SELECT id FROM evals_shard WHERE {is_free} ORDER BY id"
    with connection.cursor() as cursor:
        # Mostly there is none, and then no write lock is taken.
        cursor.execute(select, dead)
        if cursor.fetchone() is None:
            return []
        cursor.execute(
            f"UPDATE evals_shard SET state = 'ready' WHERE {is_free} "
            f"AND {picked(select, 'FOR UPDATE SKIP LOCKED')} RETURNING id",
            [*dead, *dead],
        )
        return [row[0] for row in cursor.fetchall()]


def drop_ready(run_id: int) -> int:
    """Drop the ready shards of a run that ends early; how many there were."""
    select = "SELECT id FROM evals_shard WHERE run_id = %s AND state = 'ready' ORDER BY id"
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE evals_shard SET state = 'dropped' WHERE state = 'ready' "
            f"AND {picked(select, 'FOR UPDATE')}",
            [run_id],
        )
        return int(cursor.rowcount)


def live_owners() -> set[str]:
    """The owners of all leased shards."""
    leased = Shard.objects.filter(state=Shard.State.LEASED)
    return set(leased.values_list("owner", flat=True).distinct())
