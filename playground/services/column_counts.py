"""Counts of one column's cells, made with pandas.

Import this on first use: pandas takes long to load and stays out of the web process.
"""

import re
from collections.abc import Sequence
from dataclasses import asdict

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from playground.domain import lengths
from playground.domain.profiles import (
    MANY,
    SHORT,
    STRICT_NUMBER,
    decimal_mark,
    number_in,
)

TOP = 5
_MAYBE_GROUPED = re.compile(r"[+-]?[1-9][0-9]{0,2}\.[0-9]{3}")


class ColumnCounts:
    """What the cells of one column add up to, chunk by chunk.

    White space around a cell does not count, and a blank cell is empty; any other text is a
    value, "NA" and "null" too. It keeps 8 bytes for each different value of a chunk and, with
    `numbers`, for each number; no text but a few short ones.
    """

    def __init__(self, *, numbers: bool, histogram: bool) -> None:
        self._filled = 0
        self._hashes: list[NDArray[np.int64]] = []
        self._lengths: pd.Series[int] = pd.Series(dtype="int64")
        self._few: pd.Series[int] | None = pd.Series(index=pd.Index([], dtype="str"), dtype="int64")
        self._numbers: list[NDArray[np.float64]] | None = [] if numbers else None
        self._grouped: list[NDArray[np.float64]] = []
        self._marks: set[str] = set()
        self._has_histogram = histogram

    def add(self, cells: Sequence[str]) -> None:
        """Take in the cells of some more rows."""
        # As text from the start: nothing is guessed, so "NA" and "007" stay what they are.
        texts = pd.Series(cells, dtype="str").str.strip()
        filled = texts[texts != ""]
        if filled.empty:
            return
        self._filled += len(filled)
        counts = filled.value_counts()
        self._hashes.append(np.fromiter(map(hash, counts.index), np.int64, len(counts)))
        self._lengths = _sum(self._lengths, counts.groupby(counts.index.str.len()).sum())
        self._keep_few(counts)
        if self._numbers is not None:
            self._add_numbers(filled, self._numbers)

    def _add_numbers(self, filled: "pd.Series[str]", numbers: list[NDArray[np.float64]]) -> None:
        is_plain = filled.str.fullmatch(STRICT_NUMBER)
        is_grouped = filled.str.fullmatch(_MAYBE_GROUPED)
        numbers.append(filled[is_plain & ~is_grouped].to_numpy(dtype=np.float64))
        self._grouped.append(filled[is_grouped].to_numpy(dtype=np.float64))
        rest = filled[~is_plain]
        self._marks.update(map(decimal_mark, rest))
        written = map(number_in, rest)
        numbers.append(np.array([n for n in written if n is not None], dtype=np.float64))

    def _keep_few(self, counts: "pd.Series[int]") -> None:
        if self._few is None:
            return
        few = _sum(self._few, counts)
        is_few = len(few) <= MANY and few.index.str.len().max() <= SHORT
        self._few = few if is_few else None

    def summary(self) -> dict[str, object]:
        """The counts as `DatasetVersion.profile` keeps them for one column, ready for JSON."""
        cells_by_length = dict(
            zip(self._lengths.index.tolist(), self._lengths.tolist(), strict=True)
        )
        spread = lengths.summarize(cells_by_length)
        histogram = lengths.bins(cells_by_length) if self._has_histogram else None
        return {
            "filled": self._filled,
            "distinct": self._distinct(),
            "lengths": asdict(spread) if spread else None,
            "histogram": asdict(histogram) if histogram else None,
            "top": self._top(),
            "numbers": self._number_range(),
        }

    def _distinct(self) -> int:
        # Hashes of 64 bits: two values of 100,000 fall together once in some billion files.
        return len(np.unique(np.concatenate(self._hashes))) if self._hashes else 0

    def _top(self) -> list[list[object]] | None:
        """The most frequent values with their counts; None where they would say little."""
        few = self._few
        if few is None or few.empty or TOP < len(few) == self._filled:
            return None
        first = few.sort_index().sort_values(ascending=False, kind="stable").head(TOP)
        return [[str(value), int(count)] for value, count in first.items()]

    def _number_range(self) -> dict[str, object] | None:
        """Smallest, middle and largest number, None without any; and how many are not numbers."""
        if self._numbers is None or not self._filled:
            return None
        # Beside "1.234,50", "1.234" is a thousand and more.
        is_thousands = {",", "."} & self._marks == {","}
        grouped = np.concatenate(self._grouped) * (1000 if is_thousands else 1)
        numbers = pd.Series(np.concatenate([*self._numbers, grouped]))
        low, median, high = (
            (float(numbers.min()), float(numbers.median()), float(numbers.max()))
            if len(numbers)
            else (None, None, None)
        )
        return {
            "min": low,
            "median": median,
            "max": high,
            "not_numbers": self._filled - len(numbers),
        }


def _sum(first: "pd.Series[int]", second: "pd.Series[int]") -> "pd.Series[int]":
    """Counts of both, key by key."""
    return first.add(second, fill_value=0).astype("int64")
