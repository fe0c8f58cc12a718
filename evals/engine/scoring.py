"""Scores answers with the KPIs of a run: each KPI is built once, each row is read once."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from evals import kpis
from evals.domain.costs import from_nano
from evals.domain.faults import fault
from evals.domain.matrix import ScoreState
from evals.domain.results import NotApplicable, Result, Score
from evals.domain.snapshot import KpiSpec, Snapshot
from evals.engine.answers import AnswerRecord
from evals.kpis.base import Inputs, Kpi
from evals.kpis.binding import answer_inputs, row_fields

logger = logging.getLogger(__name__)

# The inputs that take another column than their role's, as (input, column id).
Binding = tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Mark:
    """What a block keeps of a result. `value` counts only when the state is VALUE."""

    state: ScoreState
    value: float = float("nan")


class Scorer:
    """The KPIs of a snapshot, ready to score.

    `slots` are all slots; `live` are those whose code is still what the run was frozen with.
    The others are left missing: two codes never share one version.
    """

    def __init__(self, snapshot: Snapshot, code_hashes: Mapping[str, str]) -> None:
        self._snapshot = snapshot
        self.slots = tuple(spec.slot for spec in snapshot.kpis)
        self._kpis: dict[str, Kpi] = {}
        # Slots with the same bindings share one reading of the row.
        self._bindings = {spec.slot: tuple(sorted(spec.inputs.items())) for spec in snapshot.kpis}
        for spec in snapshot.kpis:
            kpi = _build(spec, code_hashes.get(spec.slot, ""))
            if kpi is not None:
                self._kpis[spec.slot] = kpi

    @property
    def live(self) -> frozenset[str]:
        """The slots that can be scored."""
        return frozenset(self._kpis)

    def score(self, answer: AnswerRecord, cells: Mapping[str, str]) -> dict[str, Mark]:
        """The marks of one ok answer in each live slot. `cells` are its row's."""
        inputs: dict[Binding, Inputs] = {}
        marks = {}
        for slot, kpi in self._kpis.items():
            binding = self._bindings[slot]
            try:
                if binding not in inputs:
                    inputs[binding] = self._inputs(answer, cells, binding)
                marks[slot] = _mark(kpi.score(inputs[binding]))
            except Exception as error:  # noqa: BLE001 - whatever it was, the score says so
                # An answer that was paid for is stored whatever becomes of its scores.
                logger.error("kpi_broke", extra={"slot": slot, **fault(error)})
                marks[slot] = Mark(state=ScoreState.ERROR)
        return marks

    def _inputs(self, answer: AnswerRecord, cells: Mapping[str, str], binding: Binding) -> Inputs:
        row = row_fields(self._snapshot.columns, cells, dict(binding))
        evidence = row.get("evidence", ())
        cost = from_nano(answer.cost_nano)
        variant = self._snapshot.variants[answer.variant]
        return answer_inputs(
            row,
            response=answer.text,
            context_used=evidence if variant.use_context and isinstance(evidence, tuple) else (),
            latency_ms=answer.latency_ms,
            cost_usd=None if cost is None else float(cost),
            tokens_in=answer.tokens_in,
            tokens_out=answer.tokens_out,
            finish_reason=answer.finish_reason or None,
            is_imported=variant.is_imported,
        )


def _build(spec: KpiSpec, code_hash: str) -> Kpi | None:
    try:
        if kpis.code_hash(spec.key) == code_hash:
            return kpis.build(spec.key, spec.params)
        reason = "its code has changed since the run was made"
    except KeyError:
        reason = "it is no longer in the catalogue"
    except ValueError:
        reason = "its parameters are no longer accepted"
    logger.warning("kpi_not_scored", extra={"slot": spec.slot, "kpi": spec.key, "reason": reason})
    return None


def _mark(result: Result) -> Mark:
    if isinstance(result, Score):
        return Mark(state=ScoreState.VALUE, value=result.value)
    if isinstance(result, NotApplicable):
        return Mark(state=ScoreState.NOT_APPLICABLE)
    return Mark(state=ScoreState.ERROR)
