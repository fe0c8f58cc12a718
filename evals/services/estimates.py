"""What a run will take: calls, tokens, money and time, before anything is sent.

Tokens are estimated at four characters each, the usual figure for English text. Rows are read,
at most `SAMPLE` of them and evenly spaced, and the prompts are filled as they would be sent.
Imported answers take no call, no tokens and no money, so they are in none of these sums. Other
answers are taken to be as long as the model's earlier ones, else at least `SHORTEST_ANSWER`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil
from typing import Literal

import numpy as np

from evals.domain import prompts
from evals.domain.costs import cost_usd
from evals.domain.snapshot import ColumnSpec, Snapshot, VariantSpec
from evals.models import Connection, ConnectionState, Run, RunSpec
from evals.services.answer_lengths import mean_tokens_out
from evals.services.variants import column_specs, spec_of
from playground.models import Playground
from playground.queries import cells_of, current_version, spread_cells

CHARS_PER_TOKEN = 4
SAMPLE = 500
# Tokens. A model asked for a word says a sentence.
SHORTEST_ANSWER = 60
# Until a call of the connection was measured.
GUESSED_CALL_MS: Mapping[str, float] = {
    Connection.Kind.EMBEDDED: 500.0,
    Connection.Kind.OPENAI: 2_000.0,
    Connection.Kind.LITELLM: 2_000.0,
    # Read from their rows and scored: no call.
    Connection.Kind.IMPORTED: 1.0,
}

Cells = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class VariantEstimate:
    """One variant over the rows. Costs are US dollars, None when a price is unknown.

    `cost_most` is reached when every answer is as long as its limit allows. All figures are
    None when the prompt cannot be filled. `is_measured`: earlier answers gave `tokens_out`.
    With `is_imported` nothing is asked: `calls` is 0 and nothing else is known.
    """

    model: str
    calls: int
    tokens_in: int | None
    tokens_out: int | None
    cost: Decimal | None
    cost_most: Decimal | None
    is_measured: bool
    is_imported: bool = False


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """The whole run. `cost` is the sum of what is known; `unpriced` names the models left out.

    `seconds` is None without a variant; `is_measured` says that earlier calls were timed.
    `empty` counts, by column id, the looked-at rows without a cell there, of `looked_at`.
    """

    rows: int
    variants: tuple[VariantEstimate, ...]
    unpriced: tuple[str, ...]
    seconds: float | None
    is_measured: bool
    at_a_time: int
    looked_at: int
    empty: Mapping[str, int]

    @property
    def calls(self) -> int:
        """Answers to be asked for."""
        return sum(variant.calls for variant in self.variants)

    @property
    def answers(self) -> int:
        """Answers to be judged, the imported ones among them."""
        return self.rows * len(self.variants)

    @property
    def asked(self) -> tuple[VariantEstimate, ...]:
        """The variants that calls are made for."""
        return tuple(variant for variant in self.variants if not variant.is_imported)

    @property
    def imported(self) -> int:
        """How many variants have imported answers."""
        return len(self.variants) - len(self.asked)

    @property
    def tokens_in(self) -> int | None:
        """Tokens of all prompts; None when one cannot be filled."""
        return _sum(variant.tokens_in for variant in self.asked)

    @property
    def tokens_out(self) -> int | None:
        """Tokens of all answers; None when one cannot be estimated."""
        return _sum(variant.tokens_out for variant in self.asked)

    @property
    def measured_answers(self) -> Literal["all", "some", "none"]:
        """For how many of the variants earlier answers say how long an answer is."""
        measured = {variant.is_measured for variant in self.asked}
        if True not in measured:
            return "none"
        return "some" if False in measured else "all"

    @property
    def cost(self) -> Decimal | None:
        """US dollars for the variants with a known price; None when there is none."""
        return _known_sum(variant.cost for variant in self.variants)

    @property
    def cost_most(self) -> Decimal | None:
        """The upper bound of `cost`, over the same variants."""
        return _known_sum(variant.cost_most for variant in self.variants)


def estimate(playground: Playground, limit: int | None = None) -> Estimate:
    """The estimate for the current setup over the first `limit` rows, or all.

    A fixed number of queries, whatever the number of rows.
    """
    version = current_version(playground)
    rows = min(version.row_count, limit or version.row_count)
    chosen = list(
        playground.variants.select_related("connection").prefetch_related("connection__models")
    )
    columns = column_specs(playground)
    looked_at = spread_cells(version, first=rows, most=SAMPLE)
    specs = [spec_of(variant) for variant in chosen]
    connections = {variant.connection_id: variant.connection for variant in chosen}
    seconds, is_measured = _duration(specs, connections, rows)
    said = mean_tokens_out(playground.pk, {_model(spec) for spec in specs})
    priced = tuple(
        estimate_variant(spec, columns, looked_at, rows, said=said.get(_model(spec)))
        for spec in specs
    )
    return Estimate(
        rows=rows,
        variants=priced,
        unpriced=tuple(
            dict.fromkeys(one.model for one in priced if one.cost is None and not one.is_imported)
        ),
        seconds=seconds,
        is_measured=is_measured,
        at_a_time=sum(connection.concurrency for connection in _asked(connections).values()),
        looked_at=len(looked_at),
        empty={
            column.id: sum(not cells.get(column.id, "").strip() for cells in looked_at)
            for column in columns
        },
    )


def cost_of_run(run_id: int) -> Decimal | None:
    """What a run was expected to cost, by what it froze; None when a price is unknown."""
    spec = RunSpec.objects.get(run_id=run_id)
    snapshot = Snapshot.from_json(spec.snapshot)
    ids = np.frombuffer(bytes(spec.row_ids), dtype="<i8").tolist()
    step = max(1, ceil(len(ids) / SAMPLE))
    looked_at = [row.cells for row in cells_of(ids[::step]).values()]
    rows = len(ids) * spec.reps
    run = Run.objects.get(pk=run_id)
    models = {_model(variant) for variant in snapshot.variants}
    said = mean_tokens_out(run.playground_id, models, before=run.number)
    costs = [
        estimate_variant(
            variant, snapshot.columns, looked_at, rows, said=said.get(_model(variant))
        ).cost
        for variant in snapshot.variants
        if not variant.is_imported
    ]
    return None if None in costs else _known_sum(costs)


def estimate_variant(
    spec: VariantSpec,
    columns: Sequence[ColumnSpec],
    sample: Sequence[Cells],
    rows: int,
    *,
    said: float | None = None,
) -> VariantEstimate:
    """One variant over `rows` rows, of which `sample` was read.

    An answer is taken to have `said` tokens, the mean of the model's earlier answers; None when
    there are none: then it is as long as the expected one, and `SHORTEST_ANSWER` at least. It is
    never longer than its limit.
    """
    if spec.is_imported or prompts.problems(spec, columns):
        return VariantEstimate(
            model=spec.model,
            calls=0 if spec.is_imported else rows,
            tokens_in=None,
            tokens_out=None,
            cost=None,
            cost_most=None,
            is_measured=said is not None,
            is_imported=spec.is_imported,
        )
    sent = sum(_tokens(_prompt_length(spec, columns, cells)) for cells in sample)
    tokens_in = _scaled(sent, rows, len(sample))
    if said is None:
        assumed = sum(_answer_tokens(spec, columns, cells) for cells in sample)
        tokens_out = _scaled(assumed, rows, len(sample))
    else:
        tokens_out = round(rows * min(said, spec.max_tokens))
    return VariantEstimate(
        model=spec.model,
        calls=rows,
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        cost=cost_of(spec, tokens_in, tokens_out),
        cost_most=cost_of(spec, tokens_in, rows * spec.max_tokens),
        is_measured=said is not None,
    )


def cost_of(spec: VariantSpec, tokens_in: int, tokens_out: int) -> Decimal | None:
    """US dollars for these tokens at the variant's prices; None when one is unknown."""
    price_in, price_out = (
        None if price is None else Decimal(price)
        for price in (spec.input_per_1m, spec.output_per_1m)
    )
    return cost_usd(tokens_in, tokens_out, input_per_1m=price_in, output_per_1m=price_out)


def _prompt_length(spec: VariantSpec, columns: Sequence[ColumnSpec], cells: Cells) -> int:
    try:
        return sum(len(text) for _role, text in prompts.messages(spec, columns, cells))
    except ValueError:
        # Over the length cap: such a prompt is never sent, its cell becomes an error.
        return 0


def _answer_tokens(spec: VariantSpec, columns: Sequence[ColumnSpec], cells: Cells) -> int:
    expected = next((column.id for column in columns if column.role == "expected"), None)
    known = _tokens(len(cells.get(expected, ""))) if expected else 0
    return min(spec.max_tokens, max(known, SHORTEST_ANSWER))


def _model(spec: VariantSpec) -> tuple[int, str]:
    return spec.connection_id, spec.model


def _tokens(characters: int) -> int:
    return ceil(characters / CHARS_PER_TOKEN)


def _scaled(total: int, rows: int, looked_at: int) -> int:
    return round(total * rows / looked_at) if looked_at else 0


def _duration(
    specs: Sequence[VariantSpec], connections: Mapping[int, Connection], rows: int
) -> tuple[float | None, bool]:
    """Seconds of the slowest connection, as all work at once, and whether all were measured."""
    states = ConnectionState.objects.filter(connection_id__in=connections)
    measured = {state.connection_id: state.call_ms for state in states if state.call_ms}
    seconds = [
        _connection_seconds(
            connection, measured.get(pk), rows * sum(spec.connection_id == pk for spec in specs)
        )
        for pk, connection in connections.items()
    ]
    return max(seconds, default=None), len(measured) == len(_asked(connections))


def _asked(connections: Mapping[int, Connection]) -> dict[int, Connection]:
    """The connections that models are called through."""
    imported = Connection.Kind.IMPORTED
    return {pk: one for pk, one in connections.items() if one.kind != imported}


def _connection_seconds(connection: Connection, call_ms: float | None, calls: int) -> float:
    if call_ms is None:
        simulated = float(connection.options.get("latency_ms") or 0)
        call_ms = GUESSED_CALL_MS.get(connection.kind, simulated)
    seconds = calls * call_ms / 1000 / connection.concurrency
    if connection.requests_per_minute:
        seconds = max(seconds, calls * 60 / connection.requests_per_minute)
    return seconds


def _sum(values: Iterable[int | None]) -> int | None:
    listed = list(values)
    known = [value for value in listed if value is not None]
    return sum(known) if len(known) == len(listed) else None


def _known_sum(values: Iterable[Decimal | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if known else None
