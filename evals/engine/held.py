"""A shard that this process holds: what is to be asked, what is under way, what is scored."""

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field

from evals.engine import answers, score_store
from evals.engine.answers import AnswerRecord
from evals.engine.plan import Cells, RunPlan
from evals.engine.shard_scores import ShardScores
from evals.engine.shards import Lease


@dataclass(frozen=True, slots=True)
class Cell:
    """One answer to be asked for: a row of the run and a repetition."""

    position: int
    rep: int


@dataclass(eq=False, kw_only=True)
class HeldShard:
    """Two threads share it: the loop owns `todo`, `in_flight`, `unstored`; the writer the rest.

    `stopped` is set when no call may start any more.
    """

    lease: Lease
    plan: RunPlan
    scores: ShardScores
    rows: dict[int, Cells]
    todo: deque[Cell]
    unscored: deque[AnswerRecord]
    seq: int = 0
    in_flight: int = 0
    unstored: int = 0
    stopped: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def id(self) -> int:
        """The shard's id."""
        return self.lease.id

    @property
    def run_id(self) -> int:
        """The id of its run."""
        return self.lease.run_id

    @property
    def is_idle(self) -> bool:
        """No call is under way and none will start."""
        return not self.in_flight and (not self.todo or self.stopped.is_set())

    def index(self, record: AnswerRecord) -> int:
        """The place of an answer in the shard's blocks."""
        return (record.position - self.lease.start) * self.plan.reps + record.rep


def load(lease: Lease, plan: RunPlan) -> HeldShard:
    """The claimed shard with what the database says is missing of it, never memory.

    Answers that were stored without a score, because a process died in between, are put in
    `unscored`: they are scored from their stored text, without a call.
    """
    cells = [
        Cell(position, rep)
        for position in range(lease.start, lease.start + lease.n)
        for rep in range(plan.reps)
    ]
    found = answers.stored_cells(
        run_id=lease.run_id, variant=lease.variant, start=lease.start, n=lease.n
    )
    stored = {Cell(answer.position, answer.rep): answer for answer in found}
    scores = ShardScores(plan.scorer.slots, len(cells))
    if stored:
        blocks = score_store.read(run_id=lease.run_id, variant=lease.variant, start=lease.start)
        scores.load(blocks, time.monotonic())
    scores.note_stored({i: stored[cell] for i, cell in enumerate(cells) if cell in stored})
    # A process died between an answer and its score: the text is there, no call is needed.
    late = {cells[index] for index in scores.unscored(plan.scorer.live)}
    texts = answers.ok_answers(
        run_id=lease.run_id, variant=lease.variant, positions={cell.position for cell in late}
    )
    todo = [cell for cell in cells if cell not in stored]
    return HeldShard(
        lease=lease,
        plan=plan,
        scores=scores,
        rows=plan.rows({cell.position for cell in (*todo, *late)}),
        todo=deque(todo),
        unscored=deque(text for text in texts if Cell(text.position, text.rep) in late),
    )
