"""The dashboard: what a run says, under the saved rule or a draft of it. No model is called."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evals.charts.dashboard import Boxes, Part, Quantiles, Scatter, boxes, scatter, stack
from evals.domain import rendering
from evals.domain.rules import Verdict
from evals.domain.statistics import Accuracy, accuracy
from evals.queries.answer_sentence import Answer, answer, best_variant, listed
from evals.queries.out_of_date import out_of_date
from evals.queries.pairs import Pair, pairs
from evals.queries.reading import Reading
from evals.queries.variant_heads import VariantHead, heads

_HEAT_LEVELS = 10
_RANKS = (5, 25, 50, 75, 95)


@dataclass(frozen=True, kw_only=True)
class AccuracyRow:
    """A variant in the accuracy card. `saved` is None unless a draft is shown."""

    head: VariantHead
    saved: float | None
    change: str
    versus: str
    fixed: int
    broke: int


@dataclass(frozen=True, kw_only=True)
class HeatCell:
    """The pass rate of one KPI and variant; `level` 0 to 9 is its shade, None without data."""

    letter: str
    accuracy: Accuracy
    level: int | None


@dataclass(frozen=True, kw_only=True)
class HeatRow:
    """A KPI of the rule with its pass rate for each variant."""

    slot: str
    name: str
    line: str
    required: bool
    cells: tuple[HeatCell, ...]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a variant's answers ended."""

    head: VariantHead
    parts: tuple[Part, ...]


@dataclass(frozen=True, kw_only=True)
class Latency:
    """A variant's latencies in ms; None without any."""

    head: VariantHead
    quantiles: Quantiles | None


@dataclass(frozen=True, kw_only=True)
class Dashboard:
    """Everything left of the pass lines. `scatter` is None when no price is known.

    `outdated` says how many rows were changed or removed since the run; empty when none was.
    """

    answer: Answer
    heads: tuple[VariantHead, ...]
    rows: tuple[AccuracyRow, ...]
    pairs: tuple[Pair, ...]
    heat: tuple[HeatRow, ...]
    outcomes: tuple[Outcome, ...]
    latencies: tuple[Latency, ...]
    boxes: Boxes
    outdated: str
    scatter: Scatter | None

    @property
    def is_decided(self) -> bool:
        """Whether any variant has an accuracy."""
        return any(head.accuracy.decided for head in self.heads)

    @property
    def is_imported(self) -> bool:
        """Whether all answers came with the data, so that nothing was called or paid."""
        return all(head.is_imported for head in self.heads)

    @property
    def unpriced(self) -> str:
        """The variants without any known price: "A and B"; empty when each has one."""
        return listed([head.name for head in self.heads if head.is_unpriced])


def dashboard(reading: Reading) -> Dashboard:
    """The dashboard of a run. One or two queries, and one for each version of a run."""
    shown = heads(reading)
    compared = pairs(reading, best_variant(reading.accuracies))
    latencies = tuple(
        Latency(head=head, quantiles=_quantiles(reading, index)) for index, head in enumerate(shown)
    )
    return Dashboard(
        answer=answer(reading, shown, compared),
        heads=shown,
        rows=_rows(reading, shown),
        pairs=compared,
        heat=_heat(reading),
        outcomes=tuple(Outcome(head=head, parts=_parts(head.accuracy)) for head in shown),
        latencies=latencies,
        boxes=boxes(
            [
                (one.head.letter, one.head.name, one.quantiles)
                for one in latencies
                if one.quantiles is not None
            ],
            _axis_latency,
        ),
        outdated=out_of_date(reading).counts.note,
        scatter=_cost_and_quality(shown),
    )


def _rows(reading: Reading, shown: Sequence[VariantHead]) -> tuple[AccuracyRow, ...]:
    """The variants, the most accurate first; what is not decided comes last."""
    codes = reading.verdicts.codes
    base = codes[reading.baseline]
    rows = []
    for index, head in enumerate(shown):
        own, saved = head.accuracy.value, reading.saved_accuracies[index].value
        change = None if own is None or saved is None else own - saved
        rows.append(
            AccuracyRow(
                head=head,
                saved=saved if reading.is_draft else None,
                change=rendering.points(change, decimals=1) if reading.is_draft else "",
                versus=_versus(own, head.baseline),
                fixed=int(((base == Verdict.FAIL) & (codes[index] == Verdict.PASS)).sum()),
                broke=int(((base == Verdict.PASS) & (codes[index] == Verdict.FAIL)).sum()),
            )
        )
    return tuple(sorted(rows, key=_least_accurate, reverse=True))


def _least_accurate(row: AccuracyRow) -> float:
    share = row.head.accuracy.value
    return -1.0 if share is None else share


def _versus(own: float | None, baseline: float | None) -> str:
    return rendering.points(None if own is None or baseline is None else own - baseline)


def _heat(reading: Reading) -> tuple[HeatRow, ...]:
    """One line a condition of the rule, the one that is missed most first."""
    rows = []
    for index, condition in enumerate(reading.rule.conditions):
        own = [accuracy(states) for states in reading.verdicts.conditions[:, index]]
        face = reading.kpis.get(condition.slot)
        row = HeatRow(
            slot=condition.slot,
            name=reading.names.get(condition.slot, condition.slot),
            line=condition.line.words(face.scale if face else None),
            required=condition.required,
            cells=tuple(
                HeatCell(letter=letter, accuracy=one, level=_level(one.value))
                for letter, one in zip(reading.letters, own, strict=True)
            ),
        )
        known = [one.value for one in own if one.value is not None]
        rows.append((sum(known) / len(known) if known else 2.0, row))
    rows.sort(key=lambda one: one[0])
    return tuple(row for _mean, row in rows)


def _level(share: float | None) -> int | None:
    return None if share is None else min(_HEAT_LEVELS - 1, int(share * _HEAT_LEVELS))


def _parts(own: Accuracy) -> tuple[Part, ...]:
    return stack(
        [
            ("p", own.passes),
            ("r", own.undecided),
            ("f", own.fails),
            ("e", own.errors),
            ("w", own.waiting),
        ]
    )


def _quantiles(reading: Reading, variant: int) -> Quantiles | None:
    known = reading.matrix.latency_ms[variant]
    known = known[~np.isnan(known)]
    if not known.size:
        return None
    p5, p25, p50, p75, p95 = (float(one) for one in np.percentile(known, _RANKS))
    return Quantiles(p5=p5, p25=p25, p50=p50, p75=p75, p95=p95)


def _axis_latency(ms: float) -> str:
    """A round latency on an axis, and the numbers beside it."""
    return f"{rendering.number(ms / 1000)} s"


def _cost_and_quality(shown: Sequence[VariantHead]) -> Scatter | None:
    """Cost for 1,000 answers against accuracy; None when no variant has a price above 0."""
    points = [
        (head.letter, head.name, float(head.usd_per_answer) * 1000, head.accuracy.value)
        for head in shown
        if head.usd_per_answer is not None and head.accuracy.value is not None
    ]
    if not any(cost > 0 for _letter, _name, cost, _share in points):
        return None
    return scatter(points, rendering.money)
