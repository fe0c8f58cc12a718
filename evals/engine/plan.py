"""A run's frozen plan in memory: what is asked, at what price, about which rows."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from evals.domain import costs
from evals.domain.prompts import messages
from evals.domain.snapshot import Snapshot, VariantSpec
from evals.engine.scoring import Scorer
from evals.llm.base import Completion, Message, Request
from evals.models import RunKpi, RunSpec
from playground.models import Row

ROWS_AT_ONCE = 500

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

    def column_name(self, column_id: str) -> str:
        """The name of a column when the run was made; its id for one that was left out."""
        return next((one.name for one in self.snapshot.columns if one.id == column_id), column_id)

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
    if variant.input_per_1m is None or variant.output_per_1m is None:
        return costs.to_nano(completion.cost_usd)
    usd = costs.cost_usd(
        completion.tokens_in,
        completion.tokens_out,
        input_per_1m=Decimal(variant.input_per_1m),
        output_per_1m=Decimal(variant.output_per_1m),
    )
    return costs.to_nano(usd)
