"""Answers that came with the rows: read from their column, never asked for.

They go through shards, scores and verdicts like all others. Nobody knows how long they took or
what they cost, so latency, tokens and cost stay unknown.
"""

from evals.engine.answers import AnswerRecord
from evals.engine.held import Cell, HeldShard
from evals.engine.plan import Cells
from evals.models import Answer
from playground.domain.storable import storable

NO_ANSWER = "no_answer"


def record(shard: HeldShard, cell: Cell, row: Cells) -> AnswerRecord:
    """The answer of `row` as it is stored; an error of class `no_answer` for an empty cell."""
    lease = shard.lease
    spec = shard.plan.variant(lease.variant)
    text = row.get(spec.answers_column, "")
    has_text = bool(text.strip())
    return AnswerRecord(
        run_id=lease.run_id,
        variant=lease.variant,
        position=cell.position,
        rep=cell.rep,
        status=Answer.Status.OK if has_text else Answer.Status.ERROR,
        text=storable(text) if has_text else "",
        error_class="" if has_text else NO_ANSWER,
        error_text="" if has_text else no_answer_words(shard.plan.column_name(spec.answers_column)),
        tries=0,
    )


def no_answer_words(column: str) -> str:
    """What stands in the place of an answer whose cell is empty."""
    return (
        f"This row has no answer in “{column}”. "
        "Fill the cell on Data and run again, or leave the row as it is: it counts as an error."
    )
