"""A straight scale from data to pixels, and round numbers to label it with."""

from dataclasses import dataclass
from math import ceil, floor, log10

_ROUND = (1, 2, 5, 10)


@dataclass(frozen=True, kw_only=True)
class Axis:
    """Maps `low`…`high` of the data to `start`…`end` in SVG user units."""

    low: float
    high: float
    start: float
    end: float

    def place(self, value: float) -> float:
        """Where `value` lies, held within the axis, with one decimal."""
        length = self.high - self.low
        share = (value - self.low) / length if length else 0.0
        return round(self.start + min(1.0, max(0.0, share)) * (self.end - self.start), 1)


def ticks(high: float, wanted: int = 4) -> list[float]:
    """Round numbers from 0 to at least `high`, about `wanted` steps; [0, 1] when `high` is 0."""
    if high <= 0:
        return [0.0, 1.0]
    size = 10.0 ** floor(log10(high / wanted))
    step = next(size * one for one in _ROUND if size * one * wanted >= high)
    return [round(step * index, 12) for index in range(ceil(round(high / step, 9)) + 1)]
