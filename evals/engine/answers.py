"""Statements on the answer table. An answer is written once; what is missing has no row."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import QuerySet

from evals.engine.database import is_postgres, marks
from evals.models import Answer

COLUMNS = (
    "run_id",
    "variant",
    "position",
    "rep",
    "status",
    "text",
    "error_class",
    "error_text",
    "tokens_in",
    "tokens_out",
    "cost_nano",
    "latency_ms",
    "tries",
    "finish_reason",
)
TEXTS_AT_ONCE = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerRecord:
    """One answer as it is stored; the fields are the table's columns."""

    run_id: int
    variant: int
    position: int
    rep: int
    status: Answer.Status
    text: str = ""
    error_class: str = ""
    error_text: str = ""
    tokens_in: int | None = None
    tokens_out: int | None = None
    cost_nano: int | None = None
    latency_ms: float | None = None
    tries: int = 1
    finish_reason: str = ""

    @property
    def is_ok(self) -> bool:
        """Whether the model answered; an empty text is an answer too."""
        return self.status == Answer.Status.OK

    def values(self) -> tuple[str | int | float | None, ...]:
        """The values in the order of `COLUMNS`."""
        return tuple(getattr(self, name) for name in COLUMNS)


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredCell:
    """What the table says of one cell of a shard."""

    position: int
    rep: int
    status: Answer.Status
    latency_ms: float | None


def insert(records: Sequence[AnswerRecord]) -> None:
    """Store answers, within the transaction that holds their shards' fences.

    Raises IntegrityError when a cell has an answer already.
    """
    if not records:
        return
    columns = ", ".join(COLUMNS)
    with connection.cursor() as cursor:
        if is_postgres():
            with (
                connection.wrap_database_errors,
                cursor.copy(f"COPY evals_answer ({columns}) FROM STDIN") as copy,
            ):
                for record in records:
                    copy.write_row(record.values())
        else:
            cursor.executemany(
                f"INSERT INTO evals_answer ({columns}) VALUES ({marks(COLUMNS)})",
                [record.values() for record in records],
            )


def stored_cells(*, run_id: int, variant: int, start: int, n: int) -> list[StoredCell]:
    """The cells of a range that have an answer. What is not here is to be asked."""
    found = _in_range(run_id, variant, start, n).values_list(
        "position", "rep", "status", "latency_ms"
    )
    return [
        StoredCell(position=position, rep=rep, status=Answer.Status(status), latency_ms=latency)
        for position, rep, status, latency in found
    ]


def count(*, run_id: int, variant: int, start: int, n: int) -> int:
    """How many cells of a range have an answer."""
    return _in_range(run_id, variant, start, n).count()


def ok_answers(*, run_id: int, variant: int, positions: Collection[int]) -> list[AnswerRecord]:
    """The ok answers, with their texts, at some positions of a variant."""
    ordered = sorted(set(positions))
    found: list[AnswerRecord] = []
    for first in range(0, len(ordered), TEXTS_AT_ONCE):
        chunk = ordered[first : first + TEXTS_AT_ONCE]
        rows = Answer.objects.filter(
            run_id=run_id, variant=variant, position__in=chunk, status=Answer.Status.OK
        ).values(*COLUMNS)
        found += [AnswerRecord(**row) for row in rows]
    return found


def _in_range(run_id: int, variant: int, start: int, n: int) -> QuerySet[Answer]:
    return Answer.objects.filter(
        run_id=run_id, variant=variant, position__gte=start, position__lt=start + n
    )
