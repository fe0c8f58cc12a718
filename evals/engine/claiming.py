"""From the queue in the database to a shard in hand. Runs in the writer thread."""

import logging
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial

from django.db import DatabaseError

from evals.domain.faults import fault
from evals.engine import endpoints, held, plan, shards
from evals.engine.database import patiently
from evals.engine.endpoints import Reach
from evals.engine.held import HeldShard
from evals.engine.plan import RunPlan

logger = logging.getLogger(__name__)

POSTPONED_S = 60


@dataclass(frozen=True, kw_only=True)
class Claimed:
    """A shard in hand; `reach` is given when its pool was not known before."""

    shard: HeldShard
    reach: Reach | None


def claim_next(
    owner: str,
    full_pools: Collection[str],
    held_runs: Collection[int],
    plans: Mapping[int, RunPlan],
    known_pools: Collection[str],
) -> Claimed | None:
    """Claim a shard and read what is missing of it; None when there is nothing to take.

    A shard that cannot be read is put off for a minute, so that the others go on.
    """
    while True:
        lease = patiently(
            lambda: shards.claim(
                owner=owner,
                token=secrets.token_hex(16),
                full_pools=full_pools,
                held_runs=held_runs,
            )
        )
        if lease is None:
            return None
        try:
            return patiently(partial(_in_hand, lease, plans, known_pools))
        except DatabaseError:
            raise
        except Exception as error:  # noqa: BLE001 - one shard must not end the work on the others
            logger.error(
                "shard_unreadable",
                extra={"run": lease.run_id, "shard": lease.id, **fault(error)},
            )
            patiently(partial(shards.postpone, lease, seconds=POSTPONED_S))


def _in_hand(
    lease: shards.Lease, plans: Mapping[int, RunPlan], known_pools: Collection[str]
) -> Claimed:
    run_plan = plans.get(lease.run_id) or plan.load(lease.run_id)
    shard = held.load(lease, run_plan)
    logger.info(
        "shard_claimed",
        extra={"run": lease.run_id, "shard": lease.id, "cells": len(shard.todo)},
    )
    if lease.pool in known_pools:
        return Claimed(shard=shard, reach=None)
    connection_id = run_plan.variant(lease.variant).connection_id
    return Claimed(shard=shard, reach=endpoints.reach(connection_id))
