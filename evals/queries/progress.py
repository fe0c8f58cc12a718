"""How a run is doing: its counters, its variants, errors by cause, the latest answers.

The figures come from the run's one narrow row and from the packed scores, which are kept in
memory by version; of the answers only the failed ones are counted and the latest ones read.
"""

import time
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache, reduce
from operator import or_

from django.db.models import Count, Min, Q
from django.utils import timezone

from evals.domain import rendering
from evals.domain.accuracy import Accuracy, accuracy
from evals.domain.costs import from_nano
from evals.domain.matrix import AnswerState
from evals.engine.score_store import ANSWERS_SLOT
from evals.llm.errors import ERRORS
from evals.models import Answer, Block, ConnectionState, Run
from evals.queries.answer_cells import AnswerCell, compared_rows
from evals.queries.error_words import title
from evals.queries.out_of_date import out_of_date
from evals.queries.reading import Reading, read
from evals.queries.row_faces import clamped
from evals.queries.variant_heads import percentile
from evals.services.estimates import cost_of_run

LATEST = 5
EXAMPLE_CHARS = 240
HINTS = {error.kind: error.default_hint for error in ERRORS}


@dataclass(frozen=True, kw_only=True)
class VariantProgress:
    """One variant so far. `p50` is None before anything was answered."""

    index: int
    letter: str
    name: str
    is_simulated: bool
    is_imported: bool
    rows: int
    answered: int
    errors: int
    accuracy: Accuracy
    p50_ms: float | None


@dataclass(frozen=True, kw_only=True)
class Cause:
    """Answers that failed for one reason: how many, what one of them said, what to do now."""

    title: str
    count: int
    example: str
    hint: str


@dataclass(frozen=True, kw_only=True)
class Latest:
    """An answer that came in lately; `number` is its row's."""

    number: int
    index: int
    question: str
    cell: AnswerCell


@dataclass(frozen=True, kw_only=True)
class Rest:
    """A connection that has asked to be left alone: for how long, and its own words."""

    name: str
    left_s: float
    reason: str


@dataclass(frozen=True, kw_only=True)
class Progress:
    """A run as its page shows it. `percent` is whole and reaches 100 only at the end.

    `is_live` is true as long as answers may come: those on their way when a run was cancelled
    are stored after it is over. `error_rows` counts the rows with a failed answer. `outdated` says
    how many rows were changed or removed since; empty when none was.
    """

    run: Run
    is_over: bool
    is_live: bool
    title: str
    page_title: str
    percent: int
    done: int
    error_rows: int
    rate: str
    rate_unit: str
    cost: str
    cost_note: str
    accuracy: Accuracy
    variants: tuple[VariantProgress, ...]
    causes: tuple[Cause, ...]
    latest: tuple[Latest, ...]
    rests: tuple[Rest, ...]
    outdated: str


def progress(run: Run) -> Progress:
    """The progress of `run`, read now. A fixed number of queries, whatever its size."""
    run.refresh_from_db()
    reading = read(run)
    done = run.n_ok + run.n_error
    percent = 100 if done >= run.cells else int(100 * done / run.cells)
    a_second = _rate(run, done)
    rate, rate_unit = rendering.rate(a_second)
    return Progress(
        run=run,
        is_over=reading.is_over,
        is_live=not reading.is_over or run.open_shards > 0,
        title=_title(run, percent, (run.cells - done) / a_second if a_second else None),
        page_title=f"{_state_word(run, percent)} · Run {run.number}",
        percent=percent,
        done=done,
        error_rows=int((reading.matrix.answers == AnswerState.ERROR).any(axis=0).sum()),
        rate=rate,
        rate_unit=rate_unit,
        cost=_cost(reading),
        cost_note=_cost_note(reading),
        accuracy=accuracy(reading.verdicts.codes.reshape(-1)),
        variants=tuple(_variant(reading, index) for index in range(len(reading.letters))),
        causes=_causes(run) if run.n_error else (),
        latest=_latest(reading),
        rests=() if reading.is_over else _rests(reading),
        outdated=out_of_date(reading).counts.note,
    )


def _rate(run: Run, done: int) -> float | None:
    """Answers a second from the start to now or to the end.

    None before the first answer, and for a run that was over in under a second.
    """
    end = run.finished_at or run.cancelled_at
    seconds = ((end or timezone.now()) - run.created_at).total_seconds()
    shortest = 1 if end else 0
    return done / seconds if done and seconds > shortest else None


def _title(run: Run, percent: int, left_s: float | None) -> str:
    if run.state == Run.State.DONE:
        took_s = (run.finished_at - run.created_at).total_seconds() if run.finished_at else None
        return "Done" if took_s is None else f"Done in {rendering.duration_words(took_s)}"
    if run.state == Run.State.CANCELLED:
        return f"Cancelled at {percent}%"
    if run.state == Run.State.PAUSED:
        return f"Paused at {percent}%"
    if left_s is None:
        return "Waiting for the first answer"
    return f"{percent}% done, {rendering.duration_words(left_s)} left"


def _state_word(run: Run, percent: int) -> str:
    is_running = run.state == Run.State.RUNNING
    return f"{percent}%" if is_running else Run.State(run.state).label


def _cost(reading: Reading) -> str:
    run = reading.run
    if reading.is_imported:
        return rendering.NOTHING
    if run.unpriced and not run.spent_nano:
        return "unknown"
    return rendering.money(from_nano(run.spent_nano))


def _cost_note(reading: Reading) -> str:
    run = reading.run
    if reading.is_imported:
        return "answers imported, no calls"
    if run.unpriced:
        return f"{rendering.count(run.unpriced)} answers without a known price"
    expected = _expected_cost(run.pk, run.created_at)
    if expected is None:
        # A call that failed was not billed, whatever its price would have been.
        is_all = not run.spent_nano and run.n_ok + run.n_error >= run.cells
        return "nothing was billed" if is_all else "not all prices are known"
    return "free" if expected == 0 else f"of about {rendering.money(expected)}"


@lru_cache(maxsize=64)
def _expected_cost(run_id: int, _created_at: datetime) -> Decimal | None:
    # What a run froze never changes, and reading its rows on every poll would be waste. The
    # moment is in the key because an id alone may be given out again after a rollback.
    return cost_of_run(run_id)


def _variant(reading: Reading, index: int) -> VariantProgress:
    answers = reading.matrix.answers[index]
    return VariantProgress(
        index=index,
        letter=reading.letters[index],
        name=reading.snapshot.variants[index].name,
        is_simulated=reading.snapshot.variants[index].is_simulated,
        is_imported=reading.snapshot.variants[index].is_imported,
        rows=int(answers.size),
        answered=int((answers == AnswerState.OK).sum()),
        errors=int((answers == AnswerState.ERROR).sum()),
        accuracy=reading.accuracies[index],
        p50_ms=percentile(reading, index, 50),
    )


def _causes(run: Run) -> tuple[Cause, ...]:
    """Failed answers by class, the most frequent first, each with the words of its first one."""
    failed = Answer.objects.filter(run_id=run.pk, status=Answer.Status.ERROR)
    counted = failed.values("error_class").annotate(count=Count("id"), first=Min("id"))
    grouped = list(counted.order_by("-count", "error_class"))
    texts = dict(
        failed.filter(pk__in=[one["first"] for one in grouped]).values_list(
            "error_class", "error_text"
        )
    )
    return tuple(
        _cause(one["error_class"], one["count"], texts.get(one["error_class"], ""))
        for one in grouped
    )


def _cause(error_class: str, count: int, example: str) -> Cause:
    hint = HINTS.get(error_class, "")
    return Cause(
        title=title(error_class),
        count=count,
        example=clamped(example, EXAMPLE_CHARS),
        # Most stored texts end with what to do already.
        hint="" if hint in example else hint,
    )


def _latest(reading: Reading) -> tuple[Latest, ...]:
    """The newest answers, the newest first.

    Looked for in the shards written last: sorting all answers of a large run takes too long.
    """
    written = Block.objects.filter(run_id=reading.run.pk, slot=ANSWERS_SLOT).order_by("-version")
    shards = [
        Q(variant=variant, position__gte=start, position__lt=start + size)
        for variant, start, size in written.values_list("variant", "start", "n")[:LATEST]
    ]
    answers = Answer.objects.filter(reduce(or_, shards, Q(pk=None)), run_id=reading.run.pk, rep=0)
    newest = list(answers.order_by("-id").values_list("variant", "position")[:LATEST])
    positions = list(dict.fromkeys(position for _variant, position in newest))
    rows = {row.position: row for row in compared_rows(reading, positions, first_index=1)}
    return tuple(
        Latest(
            number=rows[position].number,
            index=variant,
            question=rows[position].question,
            cell=rows[position].cells[variant],
        )
        for variant, position in newest
    )


def _rests(reading: Reading) -> tuple[Rest, ...]:
    """The connections of the run that nobody may ask now."""
    names = {one.connection_id: one.connection_name for one in reading.snapshot.variants}
    now = time.time()
    resting = ConnectionState.objects.filter(connection_id__in=names, paused_until__gt=now)
    return tuple(
        Rest(name=names[state.connection_id], left_s=state.paused_until - now, reason=state.reason)
        for state in resting
    )
