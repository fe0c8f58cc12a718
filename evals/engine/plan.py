"""A run's frozen plan in memory: what is asked, at what price, about which rows."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
from numpy.typing import NDArray

from evals.domain.prompts import messages
from evals.domain.snapshot import Snapshot, VariantSpec
from evals.engine.scoring import Scorer
from evals.llm.base import Completion, Message, Request
from evals.models import RunKpi, RunSpec
from playground.models import Row

ROWS_AT_ONCE = 500
NANO_USD_PER_USD = 10**9
# US dollars for a million tokens, times this, is nano-USD for one token.
NANO_A_TOKEN = 1000

Cells = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class RunPlan:
    """The snapshot of one run with the scorer made of its KPIs. Never changes."""

    run_id: int
    snapshot: Snapshot
    reps: int
    row_ids: NDArray[np.int64]
    scorer: Scorer

    def variant(self, index: int) -> VariantSpec:
        """The variant as it was when the run was made."""
        return self.snapshot.variants[index]

    def request(self, variant: int, cells: Cells) -> Request:
        """What is sent for one row.

        Raises KeyError for a placeholder without a column, ValueError for a prompt over the cap.
        """
        spec = self.variant(variant)
        return Request(
            model=spec.model,
            messages=tuple(
                Message(role=role, content=text)
                for role, text in messages(spec, self.snapshot.columns, cells)
            ),
            temperature=spec.temperature,
            max_tokens=spec.max_tokens,
            seed=spec.seed,
        )

    def rows(self, positions: Collection[int]) -> dict[int, Cells]:
        """The cells of the rows at some positions, read in chunks."""
        by_id = {int(self.row_ids[position]): position for position in positions}
        ids = list(by_id)
        found: dict[int, Cells] = {}
        for first in range(0, len(ids), ROWS_AT_ONCE):
            rows = Row.objects.filter(id__in=ids[first : first + ROWS_AT_ONCE])
            found |= {by_id[row_id]: cells for row_id, cells in rows.values_list("id", "cells")}
        return found


def load(run_id: int) -> RunPlan:
    """The plan of a run, read from its specification."""
    spec = RunSpec.objects.get(run_id=run_id)
    snapshot = Snapshot.from_json(spec.snapshot)
    frozen = RunKpi.objects.filter(run_id=run_id).order_by("id")
    hashes = dict(frozen.values_list("slot", "code_hash"))
    return RunPlan(
        run_id=run_id,
        snapshot=snapshot,
        reps=spec.reps,
        row_ids=np.frombuffer(bytes(spec.row_ids), dtype="<i8"),
        scorer=Scorer(snapshot, hashes),
    )


def cost_nano(variant: VariantSpec, completion: Completion) -> int | None:
    """What an answer cost in nano-USD, by the run's frozen prices; None when that is unknown.

    The client's own figure is used only where no price was frozen.
    """
    parts = (
        (completion.tokens_in, variant.input_per_1m),
        (completion.tokens_out, variant.output_per_1m),
    )
    if all(price is not None for _, price in parts):
        return _by_tokens(parts)
    if completion.cost_usd is None:
        return None
    return _whole(completion.cost_usd * NANO_USD_PER_USD)


def _by_tokens(parts: Collection[tuple[int | None, str | None]]) -> int | None:
    total = Decimal(0)
    for tokens, price in parts:
        # A price of 0 needs no count: what is free stays free when tokens are not reported.
        if Decimal(price or 0) == 0:
            continue
        if tokens is None:
            return None
        total += tokens * Decimal(price or 0) * NANO_A_TOKEN
    return _whole(total)


def _whole(amount: Decimal) -> int:
    return int(amount.to_integral_value(rounding=ROUND_HALF_UP))
