"""What a user can do with runs: start one, cancel it, or work it off in this process."""

import logging
from collections.abc import Sequence

import numpy as np
from django.db import IntegrityError, transaction

from accounts.errors import NotReady, Refused
from accounts.models import User
from evals import enqueue
from evals.domain.snapshot import Snapshot, VariantSpec
from evals.engine import cancelling, connection_states, shards
from evals.engine.process import engine
from evals.models import Connection, Job, RuleVersion, Run, RunKpi, RunRule, RunSpec, Shard
from playground.models import Playground
from playground.services.rows import freeze_current_version

logger = logging.getLogger(__name__)

FIRST_CALL_S = 1.0
FIRST_EMBEDDED_CALL_S = 10.0
# No call at all: the largest shards are best.
IMPORTED_ANSWER_S = 0.0001


def create_run(
    *,
    playground: Playground,
    snapshot: Snapshot,
    row_ids: Sequence[int],
    form_token: str,
    user: User | None = None,
    limit: int | None = None,
) -> Run:
    """A run over the rows, frozen and queued; workers begin it after the commit.

    `row_ids` are in order of position; `limit` takes the first so many. `form_token` makes it
    safe to call twice: the second call gives the run of the first.

    Raises Refused when there is nothing to run, and NotReady when the rows or the columns
    were changed meanwhile.
    """
    chosen = row_ids[:limit]
    if not chosen:
        raise Refused("There are no rows to run.", hint="Add rows on the Data page first.")
    if not snapshot.variants:
        raise Refused("There is no variant to run.", hint="Add a variant in Setup first.")
    try:
        with transaction.atomic():
            return _create(playground, snapshot, chosen, form_token, user)
    except IntegrityError:
        # The same form, sent twice at once: the other one was first.
        made = _made_before(playground, form_token)
        if made is None:
            raise
        return made


def cancel_run(run_id: int) -> None:
    """End a run early. What is in flight is still stored; nothing new is asked.

    A run that is cancelled already stays so. Raises NotReady when it is done.
    """
    if cancelling.cancel(run_id):
        logger.info("run_cancelled", extra={"run": run_id})
    elif Run.objects.filter(id=run_id, state=Run.State.DONE).exists():
        raise NotReady("This run has already finished.", hint="Reload to see its results.")


def drain_here(run_id: int, timeout_s: float | None = None) -> bool:
    """Work a run off in this process, beside live workers if there are any.

    True when the run has ended, False when `timeout_s` passed before.
    """
    return engine.drain_until_ended(run_id, timeout_s=timeout_s)


def _made_before(playground: Playground, form_token: str) -> Run | None:
    return Run.objects.filter(workspace_id=playground.workspace_id, form_token=form_token).first()


def _create(
    playground: Playground,
    snapshot: Snapshot,
    row_ids: Sequence[int],
    form_token: str,
    user: User | None,
) -> Run:
    # One at a time in a playground, so that the numbers of its runs have no gap and no twin.
    Playground.objects.select_for_update().get(id=playground.id)
    if made := _made_before(playground, form_token):
        return made
    _check_columns(playground, snapshot)
    freeze_current_version(playground, row_ids=row_ids)
    newest = Run.objects.filter(playground_id=playground.id).order_by("-number").first()
    ranges = _ranges(snapshot, len(row_ids))
    run = Run.objects.create(
        workspace_id=playground.workspace_id,
        playground_id=playground.id,
        number=newest.number + 1 if newest else 1,
        form_token=form_token,
        cells=len(row_ids) * len(snapshot.variants),
        open_shards=sum(map(len, ranges)),
    )
    RunSpec.objects.create(
        run=run,
        snapshot=snapshot.to_json(),
        row_ids=np.asarray(row_ids, dtype="<i8").tobytes(),
    )
    job = Job.objects.create(run_id=run.id)
    _add_kpis(run, job, snapshot)
    _add_shards(run, job, snapshot, ranges)
    rule = RuleVersion.objects.filter(playground=playground).order_by("-number").first()
    if rule is not None:
        RunRule.objects.create(run_id=run.id, rule_version_id=rule.id)
    enqueue.drain(run.id)
    logger.info(
        "run_created",
        extra={"run": run.id, "cells": run.cells, "user": user.id if user else None},
    )
    return run


def _check_columns(playground: Playground, snapshot: Snapshot) -> None:
    """Raises NotReady when a column of the snapshot has another name by now, or is gone."""
    names = {str(key): name for key, name in playground.columns.values_list("id", "name")}
    if any(names.get(column.id) != column.name for column in snapshot.columns):
        raise NotReady("The columns were changed meanwhile.", hint="Press Run again.")


def _add_kpis(run: Run, job: Job, snapshot: Snapshot) -> None:
    RunKpi.objects.bulk_create(
        RunKpi(
            run_id=run.id,
            kpi_version_id=kpi.kpi_version_id,
            job_id=job.id,
            slot=kpi.slot,
            code_hash=kpi.code_hash,
        )
        for kpi in snapshot.kpis
    )


def _add_shards(
    run: Run, job: Job, snapshot: Snapshot, ranges: Sequence[Sequence[tuple[int, int]]]
) -> None:
    Shard.objects.bulk_create(
        Shard(
            run_id=run.id,
            job_id=job.id,
            variant=variant,
            start=start,
            n=n,
            pool=f"{spec.connection_id}:{spec.model}"[:300],
        )
        for variant, spec in enumerate(snapshot.variants)
        for start, n in ranges[variant]
    )


def _ranges(snapshot: Snapshot, rows: int) -> list[list[tuple[int, int]]]:
    """The shards of each variant as (start, n)."""
    ids = {variant.connection_id for variant in snapshot.variants}
    measured = connection_states.call_seconds(ids)
    concurrency = dict(Connection.objects.filter(id__in=ids).values_list("id", "concurrency"))
    found = []
    for variant in snapshot.variants:
        size = shards.size(
            rows=rows,
            reps=1,
            concurrency=concurrency.get(variant.connection_id, 1),
            call_s=measured.get(variant.connection_id, _first_guess(variant)),
        )
        found.append(shards.ranges(rows, size))
    return found


def _first_guess(variant: VariantSpec) -> float:
    """Seconds of a call, before any was measured."""
    if variant.is_imported:
        return IMPORTED_ANSWER_S
    return FIRST_EMBEDDED_CALL_S if variant.kind == Connection.Kind.EMBEDDED else FIRST_CALL_S
