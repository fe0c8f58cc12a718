"""The head of each variant's column in the grid."""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from evals.domain import rendering
from evals.domain.snapshot import VariantSpec
from evals.domain.statistics import Accuracy
from evals.queries.costs import costs
from evals.queries.reading import Reading


@dataclass(frozen=True, kw_only=True)
class VariantHead:
    """A variant in short. Shares are None without decided answers; `p50_ms` without latencies.

    `is_unpriced` says that neither the model's price nor the cost of any answer is known.
    """

    letter: str
    name: str
    model: str
    is_baseline: bool
    is_simulated: bool
    is_imported: bool
    is_unpriced: bool
    is_over: bool
    accuracy: Accuracy
    baseline: float | None
    delta: str
    direction: str
    p50_ms: float | None
    usd_per_answer: Decimal | None

    @property
    def low(self) -> float | None:
        """The lower end of the interval."""
        return self.accuracy.interval.low if self.accuracy.interval else None

    @property
    def high(self) -> float | None:
        """The upper end of the interval."""
        return self.accuracy.interval.high if self.accuracy.interval else None

    @property
    def percent(self) -> str:
        """The accuracy with one decimal."""
        return rendering.percent(self.accuracy.value, decimals=1)

    @property
    def summary(self) -> str:
        """How many of the decided answers pass, and what is not decided."""
        decided = f"{self.accuracy.passes:,} of {self.accuracy.decided:,} pass"
        return decided if self.accuracy.decided else "None decided"

    @property
    def open_words(self) -> str:
        """What is not decided, in words; empty when everything is."""
        parts = (
            (self.accuracy.undecided, "undecided"),
            (self.accuracy.errors, "with an error"),
            (self.accuracy.waiting, "not run" if self.is_over else "waiting"),
        )
        return ", ".join(f"{count:,} {word}" for count, word in parts if count)


def heads(reading: Reading) -> tuple[VariantHead, ...]:
    """One head a variant. One query for each version of a run, then none."""
    spent = costs(reading.run, len(reading.snapshot.variants))
    base = reading.accuracies[reading.baseline].value
    found = []
    for index, variant in enumerate(reading.snapshot.variants):
        own = reading.accuracies[index]
        is_baseline = index == reading.baseline
        change = None if is_baseline or base is None or own.value is None else own.value - base
        found.append(
            VariantHead(
                letter=reading.letters[index],
                name=variant.name,
                model=variant.model,
                is_baseline=is_baseline,
                is_simulated=variant.is_simulated,
                is_imported=variant.is_imported,
                is_unpriced=spent[index].usd is None and not _has_price(variant),
                is_over=reading.is_over,
                accuracy=own,
                baseline=None if is_baseline else base,
                delta="" if change is None else rendering.points(change).lstrip("+−"),
                direction=_direction(change),
                p50_ms=percentile(reading, index, 50),
                usd_per_answer=spent[index].usd_per_answer,
            )
        )
    return tuple(found)


def percentile(reading: Reading, variant: int, rank: float) -> float | None:
    """A percentile of a variant's latencies in ms; None without any."""
    known = reading.matrix.latency_ms[variant]
    known = known[~np.isnan(known)]
    return float(np.percentile(known, rank)) if known.size else None


def _has_price(variant: VariantSpec) -> bool:
    # What an imported answer cost is not asked for, so it is not missing.
    if variant.is_imported:
        return True
    return variant.input_per_1m is not None and variant.output_per_1m is not None


def _direction(change: float | None) -> str:
    if change is None or rendering.points(change) == "0":
        return ""
    return "up" if change > 0 else "down"
