"""What stands between a setup and its run, as the list beside the Run button."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from evals.domain import rendering
from evals.domain.snapshot import ColumnSpec, letter
from evals.engine import connection_states
from evals.llm import embedded
from evals.models import Connection, Variant
from evals.services.estimates import Estimate

State = Literal["pass", "review", "fail", "waiting"]


@dataclass(frozen=True, kw_only=True)
class Item:
    """A line of the list. "fail" keeps the run from starting, "review" does not.

    `page` is the name of the page that mends it, "" for none.
    """

    state: State
    text: str
    page: str = ""


def items(
    *,
    problems: Sequence[str],
    estimate: Estimate,
    columns: Sequence[ColumnSpec],
    variants: Sequence[Variant],
) -> list[Item]:
    """What is wrong first, then rows, then connections."""
    return [
        *(Item(state="fail", text=problem) for problem in problems),
        *_rows(estimate, columns, variants),
        *_imported(estimate, variants),
        *_connections(variants),
    ]


def _rows(
    estimate: Estimate, columns: Sequence[ColumnSpec], variants: Sequence[Variant]
) -> Iterator[Item]:
    if not estimate.rows:
        return
    expected = _first(columns, "expected")
    without = estimate.empty.get(expected.id, 0) if expected else 0
    rows = f"{rendering.count(estimate.rows)} row{'' if estimate.rows == 1 else 's'}"
    if expected and not without:
        looked_at = estimate.looked_at == estimate.rows
        text = f"{rows}, {'all' if looked_at else 'the ones looked at'} with an expected answer"
        yield Item(state="pass", text=text)
    else:
        yield Item(state="pass", text=rows)
    if without:
        yield Item(
            state="review",
            text=f"{_share(without, estimate)} no expected answer. KPIs that need one do "
            "not apply there.",
            page="data",
        )
    yield from _context(estimate, columns, variants)


def _context(
    estimate: Estimate, columns: Sequence[ColumnSpec], variants: Sequence[Variant]
) -> Iterator[Item]:
    context = _first(columns, "context")
    users = [letter(index) for index, variant in enumerate(variants) if variant.use_context]
    without = estimate.empty.get(context.id, 0) if context else 0
    if users and without:
        yield Item(
            state="review",
            text=f"{_share(without, estimate)} no context. {' and '.join(users)} will answer "
            "them without it.",
            page="data",
        )


def _imported(estimate: Estimate, variants: Iterable[Variant]) -> Iterator[Item]:
    """The variants whose answers came with the rows, and where one is missing."""
    imported = [one for one in variants if one.answers_column is not None]
    if not imported:
        return
    names = ", ".join(variant.name for variant in imported)
    yield Item(state="pass", text=f"Answers imported, nothing is sent for them: {names}")
    for variant in imported:
        without = estimate.empty.get(str(variant.answers_column_id), 0)
        if without:
            what = "it is an error" if without == 1 else "each is an error"
            text = f"{_share(without, estimate)} no answer in {variant.name}: {what}."
            yield Item(state="review", text=text, page="data")


def _connections(variants: Iterable[Variant]) -> Iterator[Item]:
    asked = (variant for variant in variants if variant.answers_column is None)
    used = {variant.connection_id: variant.connection for variant in asked}
    seconds = connection_states.call_seconds(used)
    for connection in used.values():
        if connection.kind == Connection.Kind.SIMULATED:
            text = f"{connection.name} is simulated: its answers are invented"
            yield Item(state="review", text=text)
        elif connection.kind == Connection.Kind.EMBEDDED and not embedded.is_available():
            text = f"{connection.name} is not installed here. Choose another connection"
            yield Item(state="fail", text=text, page="models")
        else:
            yield _tested(connection, seconds.get(connection.pk))


def _tested(connection: Connection, call_s: float | None) -> Item:
    """Whether the connection answers, and how fast: in runs, or in its test before any."""
    if connection.test_ok is False:
        text = f"{connection.name} failed its last test: {connection.test_words}"
        return Item(state="review", text=text, page="models")
    if connection.test_ok or call_s is not None:
        ms = connection.test_latency_ms if call_s is None else call_s * 1000
        text = f"{connection.name} answered in {rendering.latency(ms)}"
        return Item(state="pass", text=text)
    return Item(state="waiting", text=f"{connection.name} was not tested yet", page="models")


def _first(columns: Sequence[ColumnSpec], role: str) -> ColumnSpec | None:
    return next((column for column in columns if column.role == role), None)


def _share(count: int, estimate: Estimate) -> str:
    """How many rows, or which share of them when not all were looked at; with "has"/"have"."""
    if estimate.looked_at < estimate.rows:
        return f"About {rendering.percent(count / estimate.looked_at)} of the rows have"
    return "1 row has" if count == 1 else f"{rendering.count(count)} rows have"
