"""Pass lines as sliders over the scores of the last run."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evals import kpis as catalogue
from evals.domain.matrix import ScoreMatrix
from evals.domain.rules import PassLine
from evals.domain.scales import Scale
from evals.domain.snapshot import KpiSpec, Snapshot
from evals.engine import score_store
from evals.models import Run, RunSpec, SetupKpi
from playground.models import Playground

BINS = 30


@dataclass(frozen=True, kw_only=True)
class Slider:
    """A pass line over the last run's scores. `line` is a share of the track from low to top."""

    low: float
    top: float
    step: float
    value: float
    line: float
    counts: tuple[int, ...]
    passes_above: bool

    @property
    def shown(self) -> str:
        """The value as a person would type it."""
        return f"{self.value:.12g}"


@dataclass(frozen=True, kw_only=True)
class LastRun:
    """The newest finished run of the playground, as far as this page reads it.

    `kpis` are those it froze, by slot.
    """

    run: Run
    matrix: ScoreMatrix
    kpis: Mapping[str, KpiSpec]

    def measured(self, kpi: SetupKpi) -> bool:
        """Whether its scores are what `kpi` would measure now: same parameters, inputs and code."""
        frozen = self.kpis.get(kpi.slot)
        return frozen is not None and (
            (frozen.key, frozen.params, frozen.inputs) == (kpi.key, kpi.params, kpi.inputs)
            and frozen.code_hash == catalogue.code_hash(kpi.key)
        )


def last_run(playground: Playground) -> LastRun | None:
    """The newest run that is done, with its scores; None when nothing was run to its end."""
    runs = Run.objects.filter(playground_id=playground.pk, state=Run.State.DONE)
    run = runs.order_by("-number").first()
    if run is None:
        return None
    spec = RunSpec.objects.values_list("snapshot", flat=True).get(run_id=run.pk)
    frozen = {kpi.slot: kpi for kpi in Snapshot.from_json(spec).kpis}
    return LastRun(run=run, matrix=score_store.matrix(run), kpis=frozen)


def slider(kpi: SetupKpi, line: PassLine, scale: Scale, last: LastRun | None) -> Slider | None:
    """The slider for `line`; None for a line that is no single number to move."""
    if scale.binary or line.op in ("==", "between"):
        return None
    values = _scores(kpi, last)
    step = _step_of(scale)
    top = scale.high
    if top is None:
        # Whole steps, so that the end of the track is a value a line can have.
        reach = max(2 * line.value, float(np.max(values, initial=0.0)), step)
        top = float(np.ceil(reach / step) * step)
    counts, _edges = np.histogram(values, bins=BINS, range=(scale.low, top))
    return Slider(
        low=scale.low,
        top=top,
        step=step,
        value=line.value,
        line=(line.value - scale.low) / (top - scale.low),
        counts=tuple(int(count) for count in counts),
        passes_above=line.op in (">=", ">"),
    )


def _step_of(scale: Scale) -> float:
    """How far one press of an arrow key moves a line on this scale."""
    if scale.unit == "ms":
        return 100
    if scale.unit == "USD":
        return 0.0001
    return 0.05 if scale.high == 1 else 1


def _scores(kpi: SetupKpi, last: LastRun | None) -> NDArray[np.float64]:
    if last is None or not last.measured(kpi):
        return np.empty(0)
    of_variants = [last.matrix.scored(kpi.slot, index) for index in range(last.matrix.variants)]
    return np.concatenate(of_variants)
