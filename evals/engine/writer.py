"""Stores what the loop has gathered: one transaction for answers, scores, shards and counters.

Order within it: the fence of each shard by id, answers, the end of shards as later statements
(a count must see what the lock protects), the run's counters, and blocks under the version that
the counters gave. Only this module writes answers and blocks.
"""

import logging
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from django.db import IntegrityError, transaction

from evals.domain.faults import fault
from evals.engine import answers, connection_states, runs, score_store, shards
from evals.engine.answers import AnswerRecord
from evals.engine.database import patiently
from evals.engine.held import HeldShard
from evals.engine.shards import Fence
from evals.models import Run, Shard

logger = logging.getLogger(__name__)

# Heavy scoring never delays the storing of answers by more than this.
SCORING_S = 0.1


class Fate(Enum):
    """What became of a shard in a flush."""

    HELD = "leased"
    DONE = "done"
    READY = "ready"
    DROPPED = "dropped"
    LOST = "lost"


@dataclass(kw_only=True)
class Part:
    """What one flush is to do for one shard.

    `is_complete`: with `records`, every cell has been asked. `is_release`: the shard is given
    back with what is stored.
    """

    shard: HeldShard
    records: Sequence[AnswerRecord] = ()
    is_complete: bool = False
    is_release: bool = False

    @property
    def is_due(self) -> bool:
        """Whether there is anything to store, score or change."""
        shard = self.shard
        ends = self.is_complete or self.is_release
        waits = bool(shard.unscored) or shard.scores.are_due(time.monotonic())
        return ends or waits or bool(self.records)


@dataclass(kw_only=True)
class Flushed:
    """What a flush did: the fate of each shard by id, the state of each run it touched."""

    fates: dict[int, Fate] = field(default_factory=dict)
    states: dict[int, Run.State] = field(default_factory=dict)
    written: list[HeldShard] = field(default_factory=list)


def flush(parts: Sequence[Part]) -> Flushed:
    """Score what there is time for, and store everything in one transaction.

    A shard that was lost is left out entirely: its cells belong to the new holder. Database
    errors are retried, so that answers that were paid for are not thrown away.
    """
    for part in parts:
        _note(part)
    _score([part.shard for part in parts])
    ordered = sorted(parts, key=lambda part: part.shard.id)
    try:
        flushed = patiently(lambda: _write(ordered))
    except IntegrityError as error:
        # Never inside a held shard. Should it happen, the next claim reads what is stored.
        shard_ids = [part.shard.id for part in ordered]
        logger.error("answers_collided", extra={"shards": shard_ids, **fault(error)})
        return Flushed(fates={part.shard.id: Fate.LOST for part in ordered})
    now = time.monotonic()
    for part in ordered:
        if flushed.fates[part.shard.id] is not Fate.LOST:
            part.shard.seq += 1
    for shard in flushed.written:
        shard.scores.mark_written(now)
    return flushed


def _note(part: Part) -> None:
    shard = part.shard
    for record in part.records:
        shard.scores.note_answer(shard.index(record), record.status, record.latency_ms)
        if record.is_ok:
            shard.unscored.append(record)


def _score(held: Sequence[HeldShard]) -> None:
    until = time.perf_counter() + SCORING_S
    for shard in held:
        while shard.unscored:
            record = shard.unscored[0]
            marks = shard.plan.scorer.score(record, shard.rows.get(record.position, {}))
            shard.scores.note_marks(shard.index(record), marks)
            shard.unscored.popleft()
            if time.perf_counter() >= until:
                return


def _write(parts: Sequence[Part]) -> Flushed:
    flushed = Flushed()
    with transaction.atomic():
        # Fences by id, then the runs by id: everybody locks in this order.
        kept = [part for part in parts if _holds(part, flushed.fates)]
        answers.insert([record for part in kept for record in part.records])
        flushed.states = runs.states({part.shard.run_id for part in kept})
        for part in kept:
            flushed.fates[part.shard.id] = _leave(part, flushed.states)
        for run_id in sorted(flushed.states):
            of_run = [part for part in kept if part.shard.run_id == run_id]
            tally = _tally(of_run, flushed.fates)
            # Before the blocks: readers fetch what is younger than the version they know.
            version, flushed.states[run_id] = runs.settle(run_id, tally)
            flushed.written += _write_blocks(of_run, flushed.fates, version)
        _note_call_times(kept, flushed.fates)
    return flushed


def _holds(part: Part, fates: dict[int, Fate]) -> bool:
    shard = part.shard
    fence = shards.fence(shard_id=shard.id, token=shard.lease.token, seq=shard.seq)
    if fence is Fence.APPLIED:
        fates[shard.id] = Fate(shards.state_of(shard.id))
    elif fence is Fence.LOST:
        fates[shard.id] = Fate.LOST
    return fence is Fence.HELD


def _leave(part: Part, states: Mapping[int, Run.State]) -> Fate:
    shard, lease = part.shard, part.shard.lease
    if part.is_complete and not shard.unscored:
        stored = answers.count(
            run_id=lease.run_id, variant=lease.variant, start=lease.start, n=lease.n
        )
        # Fewer than there should be: somebody took answers away, so they are asked again.
        state = Shard.State.DONE if stored == lease.n * shard.plan.reps else Shard.State.READY
    elif part.is_release and not shard.unscored:
        cancelled = states[lease.run_id] == Run.State.CANCELLED
        state = Shard.State.DROPPED if cancelled else Shard.State.READY
    else:
        return Fate.HELD
    shards.leave(shard_id=shard.id, token=lease.token, state=state)
    return Fate(state)


def _tally(parts: Collection[Part], fates: Mapping[int, Fate]) -> runs.Tally:
    records = [record for part in parts for record in part.records]
    return runs.Tally(
        n_ok=sum(record.is_ok for record in records),
        n_error=sum(not record.is_ok for record in records),
        spent_nano=sum(record.cost_nano or 0 for record in records),
        unpriced=sum(_is_unpriced(part, record) for part in parts for record in part.records),
        closed_shards=sum(fates[p.shard.id] in (Fate.DONE, Fate.DROPPED) for p in parts),
    )


def _is_unpriced(part: Part, record: AnswerRecord) -> bool:
    """Whether somebody will be billed an amount that nobody knows; imported answers cost none."""
    variant = part.shard.plan.variant(part.shard.lease.variant)
    return record.cost_nano is None and not variant.is_imported


def _note_call_times(parts: Collection[Part], fates: Mapping[int, Fate]) -> None:
    measured = {}
    for shard in (part.shard for part in parts if fates[part.shard.id] is Fate.DONE):
        connection_id = shard.plan.variant(shard.lease.variant).connection_id
        measured[connection_id] = shard.scores.mean_latency_ms
    for connection_id, call_ms in sorted(measured.items()):
        if call_ms is not None:
            connection_states.note_call_ms(connection_id, call_ms)


def _write_blocks(
    parts: Collection[Part], fates: Mapping[int, Fate], version: int
) -> list[HeldShard]:
    now = time.monotonic()
    due = [
        part.shard
        for part in parts
        if part.shard.scores.are_due(now)
        or (part.shard.scores.changed and fates[part.shard.id] is not Fate.HELD)
    ]
    blocks = []
    for shard in due:
        lease = shard.lease
        blocks += shard.scores.packed(
            run_id=lease.run_id, variant=lease.variant, start=lease.start, n=lease.n
        )
    score_store.write(blocks, version)
    return due
