"""Who may take and change a shard, as the database decides it."""

import secrets

import pytest

from evals.engine import cancelling, shards
from evals.engine.shards import Fence, Lease
from evals.models import ConnectionState, Run, Shard
from tests.engine.conftest import MakeRun


def claim(owner: str = "me", **exclusions: set[str] | set[int]) -> Lease | None:
    options = {"full_pools": set(), "held_runs": set(), **exclusions}
    return shards.claim(owner=owner, token=secrets.token_hex(16), **options)  # type: ignore[arg-type]  # both kinds of sets


def taken(owner: str = "me", **exclusions: set[str] | set[int]) -> Lease:
    lease = claim(owner, **exclusions)
    assert lease is not None
    return lease


def overdue(lease: Lease) -> None:
    Shard.objects.filter(id=lease.id).update(lease_until=0)


@pytest.mark.parametrize(
    ("rows", "concurrency", "call_s", "size"),
    [(24, 2, 10.0, 4), (1_000, 64, 0.05, 125), (100_000, 64, 0.05, 1_024), (1, 8, 1.0, 4)],
)
def test_it_cuts_a_run_into_shards_of_a_fair_size(
    rows: int, concurrency: int, call_s: float, size: int
) -> None:
    assert shards.size(rows=rows, reps=1, concurrency=concurrency, call_s=call_s) == size


def test_its_ranges_cover_every_row_once() -> None:
    assert shards.ranges(10, 4) == [(0, 4), (4, 4), (8, 2)]


def test_it_leases_a_shard_to_one_owner_only(make_run: MakeRun) -> None:
    run = make_run(rows=4, variants=1)

    assert taken("one").run_id == run.id
    assert claim("two") is None


def test_it_claims_by_start_then_variant(make_run: MakeRun) -> None:
    make_run(rows=8, variants=2)

    order = [taken() for _ in range(4)]

    assert [(lease.start, lease.variant) for lease in order] == [(0, 0), (0, 1), (4, 0), (4, 1)]


def test_it_serves_the_runs_in_turn(make_run: MakeRun) -> None:
    first, second = make_run(rows=8, variants=1), make_run(rows=8, variants=1)

    order = [taken().run_id for _ in range(4)]

    assert order in ([first.id, second.id] * 2, [second.id, first.id] * 2)


def test_it_leaves_a_pool_to_the_process_that_drains_it(make_run: MakeRun) -> None:
    make_run(rows=8, variants=1)
    taken("one")

    assert claim("two") is None
    assert shards.is_claimable("one")
    assert not shards.is_claimable("two")


def test_it_takes_a_shard_of_a_full_pool_only_for_a_run_it_does_not_hold(make_run: MakeRun) -> None:
    run = make_run(rows=8, variants=1)
    pool = taken().pool

    assert claim(full_pools={pool}, held_runs={run.id}) is None
    assert claim(full_pools={pool}, held_runs={run.id + 1}) is not None


def test_it_leaves_a_paused_connection_alone(make_run: MakeRun) -> None:
    make_run(rows=4, variants=1)
    connection_id = int(Shard.objects.get().pool.partition(":")[0])
    ConnectionState.objects.create(connection_id=connection_id, paused_until=9e9)

    assert claim() is None


@pytest.mark.parametrize("state", [Run.State.PAUSED, Run.State.CANCELLED, Run.State.DONE])
def test_it_claims_nothing_of_a_run_that_does_not_run(make_run: MakeRun, state: Run.State) -> None:
    run = make_run(rows=4, variants=1)
    Run.objects.filter(id=run.id).update(state=state)

    assert claim() is None


def test_a_fence_lets_each_flush_through_once(make_run: MakeRun) -> None:
    make_run(rows=4, variants=1)
    lease = taken()
    flush = {"shard_id": lease.id, "token": lease.token, "seq": 0}

    assert shards.fence(**flush) is Fence.HELD  # type: ignore[arg-type]  # names are those of fence
    assert shards.fence(**flush) is Fence.APPLIED  # type: ignore[arg-type]  # names are those of fence


def test_a_fence_stops_the_old_holder(make_run: MakeRun) -> None:
    make_run(rows=4, variants=1)
    old = taken("old")
    overdue(old)
    assert shards.expire([]) == [old.id]
    new = taken("new")

    assert shards.fence(shard_id=old.id, token=old.token, seq=0) is Fence.LOST
    assert not shards.leave(shard_id=old.id, token=old.token, state=Shard.State.DONE)
    assert shards.fence(shard_id=new.id, token=new.token, seq=0) is Fence.HELD


def test_it_frees_only_what_ran_out(make_run: MakeRun) -> None:
    make_run(rows=8, variants=1)
    late, live = taken(), taken()
    overdue(late)

    assert shards.expire([]) == [late.id]
    assert Shard.objects.get(id=live.id).state == Shard.State.LEASED


def test_it_frees_the_shards_of_the_dead_at_once(make_run: MakeRun) -> None:
    make_run(rows=4, variants=1)
    lease = taken("dead")

    assert shards.expire(["someone else"]) == []
    assert shards.expire(["dead"], also_by_time=False) == [lease.id]


def test_it_does_not_trust_leases_after_the_machine_slept(make_run: MakeRun) -> None:
    make_run(rows=4, variants=1)
    overdue(taken())

    assert shards.expire([], also_by_time=False) == []


def test_it_renews_what_is_held_and_no_more(make_run: MakeRun) -> None:
    make_run(rows=8, variants=1)
    mine, other = taken(), taken()
    overdue(mine)
    overdue(other)

    shards.renew({mine.id: mine.token, other.id: "an old token"})

    assert shards.expire([]) == [other.id]


def test_a_flush_renews_the_lease_too(make_run: MakeRun) -> None:
    make_run(rows=4, variants=1)
    lease = taken()
    overdue(lease)

    shards.fence(shard_id=lease.id, token=lease.token, seq=0)

    assert shards.expire([]) == []


def test_a_postponed_shard_is_left_for_a_while(make_run: MakeRun) -> None:
    make_run(rows=4, variants=1)
    shards.postpone(taken(), seconds=60)

    assert claim() is None


def test_cancelling_drops_what_nobody_has_begun(make_run: MakeRun) -> None:
    run = make_run(rows=8, variants=1)
    held = taken()

    assert cancelling.cancel(run.id)

    run.refresh_from_db()
    assert (run.state, run.open_shards) == (Run.State.CANCELLED, 1)
    assert Shard.objects.get(id=held.id).state == Shard.State.LEASED
    assert not cancelling.cancel(run.id)


def test_the_rest_of_a_cancelled_run_is_dropped_when_its_holder_died(make_run: MakeRun) -> None:
    run = make_run(rows=4, variants=1)
    overdue(taken())
    cancelling.cancel(run.id)
    shards.expire([])

    cancelling.drop_rest_of_cancelled()

    run.refresh_from_db()
    assert (run.open_shards, Shard.objects.get().state) == (0, Shard.State.DROPPED)
