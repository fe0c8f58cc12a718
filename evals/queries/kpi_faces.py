"""How the KPIs of a run are shown: names, scales, and where a score lies between its ends."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evals import kpis
from evals.domain.matrix import ScoreMatrix, ScoreState
from evals.domain.rules import PassLine, Rule
from evals.domain.scales import Scale
from evals.domain.snapshot import KpiSpec


@dataclass(frozen=True, kw_only=True)
class KpiFace:
    """A KPI of a run as people see it.

    `top` is the end of its axis: the scale's own, else the highest score or pass line of the
    run. `question` is empty for a KPI that this version of Evalground does not have.
    """

    spec: KpiSpec
    name: str
    short_name: str
    question: str
    scale: Scale
    top: float

    def share(self, value: float) -> float:
        """Where `value` lies between the ends of the axis, 0 to 1."""
        length = self.top - self.scale.low
        return min(1.0, max(0.0, (value - self.scale.low) / length)) if length > 0 else 0.0


def faces(
    specs: Sequence[KpiSpec], matrix: ScoreMatrix, rule: Rule | None = None
) -> dict[str, KpiFace]:
    """The KPIs of a run by slot, in the order of the run.

    `rule` is the saved one: a pass line beyond the highest score lengthens its KPI's axis.
    """
    lines = {condition.slot: condition.line for condition in rule.conditions} if rule else {}
    return {spec.slot: _face(spec, matrix, lines.get(spec.slot)) for spec in specs}


def _face(spec: KpiSpec, matrix: ScoreMatrix, line: PassLine | None) -> KpiFace:
    try:
        kpi = kpis.get(spec.key)
    except KeyError:
        kpi = None
    scale = kpi.scale if kpi else Scale(high=None)
    name = spec.name or (kpi.name if kpi else spec.key)
    short = kpi.short_name if kpi and name == kpi.name else name
    return KpiFace(
        spec=spec,
        name=name,
        short_name=short,
        question=kpi.question if kpi else "",
        scale=scale,
        top=_highest(matrix, spec.slot, line) if scale.high is None else scale.high,
    )


def _highest(matrix: ScoreMatrix, slot: str, line: PassLine | None) -> float:
    """Just above the highest score of the run or its pass line; 1 without either."""
    ends = [1.0] if line is None else [1.25 * (line.value if line.high is None else line.high)]
    index = matrix.slot_index(slot)
    if index is not None:
        scored = matrix.values[:, index][matrix.states[:, index] == ScoreState.VALUE]
        ends.append(float(np.max(scored, initial=0.0)))
    return max(ends)
