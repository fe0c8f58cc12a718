"""A run as CSV: the rows, and for each variant its answer, verdict, reasons, scores and figures."""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from io import StringIO

import numpy as np
from django.utils.text import slugify
from numpy.typing import NDArray

from evals.domain.matrix import ScoreState
from evals.domain.rules import Verdict, reasons
from evals.models import Answer
from evals.queries.costs import cost_of
from evals.queries.reading import Reading
from playground.domain.spreadsheets import safe_cell
from playground.models import Row

_CHUNK = 250
# Spreadsheets take UTF-8 for what it is only when a file begins like this.
_BOM = "\ufeff"
_STATES = {
    ScoreState.MISSING: "missing",
    ScoreState.VALUE: "value",
    ScoreState.NOT_APPLICABLE: "not applicable",
    ScoreState.ERROR: "error",
}
_FACTS: Mapping[str, Callable[[Answer], object]] = {
    "error": lambda answer: answer.error_text,
    "latency_ms": lambda answer: answer.latency_ms,
    "tokens_in": lambda answer: answer.tokens_in,
    "tokens_out": lambda answer: answer.tokens_out,
    "cost_usd": cost_of,
    "finish_reason": lambda answer: answer.finish_reason,
}


def file_name(playground_name: str, run_number: int) -> str:
    """A name that is safe in a header and on every disk: "support-answers-run-7.csv"."""
    return f"{slugify(playground_name)[:80] or 'playground'}-run-{run_number}.csv"


def csv_parts(reading: Reading, positions: NDArray[np.intp]) -> Iterator[bytes]:
    """The file, a few hundred rows at a time: quoted as in RFC 4180, UTF-8, safe for spreadsheets.

    Two queries for each part, whatever the number of rows.
    """
    yield (_BOM + _lines([_header(reading)])).encode()
    for start in range(0, len(positions), _CHUNK):
        chunk = [int(position) for position in positions[start : start + _CHUNK]]
        # Half a surrogate pair cannot be written as UTF-8.
        yield _lines(_rows(reading, chunk)).encode("utf-8", "replace")


def _header(reading: Reading) -> list[object]:
    columns: list[object] = ["Row", *(column.name for column in reading.snapshot.columns)]
    for letter, variant in zip(reading.letters, reading.snapshot.variants, strict=True):
        before = f"{letter} {variant.name}"
        columns += [f"{before}: {part}" for part in ("answer", "verdict", "reasons")]
        for name in reading.names.values():
            columns += [f"{before}: {name}", f"{before}: {name} (state)"]
        columns += [f"{before}: {fact}" for fact in _FACTS]
    return columns


def _rows(reading: Reading, positions: Sequence[int]) -> Iterator[list[object]]:
    rows = Row.objects.in_bulk([int(reading.row_ids[position]) for position in positions])
    answers = {
        (answer.variant, answer.position): answer
        for answer in Answer.objects.filter(
            run_id=reading.run.pk,
            variant__in=range(len(reading.letters)),
            position__in=positions,
            rep=0,
        )
    }
    for position in positions:
        row = rows.get(int(reading.row_ids[position]))
        line: list[object] = [row.position if row else position + 1]
        cells = row.cells if row else {}
        line += [cells.get(column.id, "") for column in reading.snapshot.columns]
        for variant in range(len(reading.letters)):
            line += _of_variant(reading, variant, position, answers.get((variant, position)))
        yield line


def _of_variant(
    reading: Reading, variant: int, position: int, answer: Answer | None
) -> list[object]:
    verdict = Verdict(reading.verdicts.codes[variant, position])
    why = reasons(reading.rule, reading.verdicts, variant, position, reading.names, reading.scales)
    line: list[object] = [answer.text if answer else "", verdict.name.lower(), "; ".join(why)]
    for slot in reading.kpis:
        line += _score(reading, slot, variant, position)
    return [*line, *(fact(answer) if answer else "" for fact in _FACTS.values())]


def _score(reading: Reading, slot: str, variant: int, position: int) -> list[object]:
    place = reading.matrix.slot_index(slot)
    if place is None:
        return ["", _STATES[ScoreState.MISSING]]
    state = ScoreState(reading.matrix.states[variant, place, position])
    value = float(reading.matrix.values[variant, place, position])
    return [value if state == ScoreState.VALUE else "", _STATES[state]]


def _lines(rows: Iterator[list[object]] | list[list[object]]) -> str:
    buffer = StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerows([_cell(value) for value in row] for row in rows)
    return buffer.getvalue()


def _cell(value: object) -> str:
    """A value as text; None is an empty cell, which is not 0."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}"
    return safe_cell(str(value))
