"""How long a column's cells are, in characters, from how many cells have each length."""

from collections.abc import Mapping
from dataclasses import dataclass

MOST_BINS = 12


@dataclass(frozen=True, kw_only=True)
class Lengths:
    """Characters. Median and 95th percentile are lengths that occur (nearest rank)."""

    shortest: int
    median: int
    p95: int
    longest: int


@dataclass(frozen=True, kw_only=True)
class LengthBins:
    """Cells in bins of `width` characters each, the first of which begins at the shortest."""

    width: int
    counts: tuple[int, ...]


def summarize(cells_by_length: Mapping[int, int]) -> Lengths | None:
    """The lengths in four figures; None when there is no cell.

    `cells_by_length` maps a length to how many cells have it, at least one.
    """
    if not cells_by_length:
        return None
    return Lengths(
        shortest=min(cells_by_length),
        median=_percentile(cells_by_length, 50),
        p95=_percentile(cells_by_length, 95),
        longest=max(cells_by_length),
    )


def bins(cells_by_length: Mapping[int, int]) -> LengthBins | None:
    """The lengths in at most 12 bins of one width, as narrow as that allows; None for no cell."""
    if not cells_by_length:
        return None
    shortest, longest = min(cells_by_length), max(cells_by_length)
    width = -(-(longest - shortest + 1) // MOST_BINS)
    counts = [0] * ((longest - shortest) // width + 1)
    for length, cells in cells_by_length.items():
        counts[(length - shortest) // width] += cells
    return LengthBins(width=width, counts=tuple(counts))


def _percentile(cells_by_length: Mapping[int, int], percent: int) -> int:
    """The shortest length that at least `percent` % of the cells do not exceed."""
    # In whole numbers: 0.95 × 20 need not be 19.
    wanted = -(-sum(cells_by_length.values()) * percent // 100)
    seen = 0
    for length in sorted(cells_by_length):
        seen += cells_by_length[length]
        if seen >= wanted:
            break
    return length
