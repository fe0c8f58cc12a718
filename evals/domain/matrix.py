"""All scores of a run as arrays, so that a rule is applied to every answer at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Self

import numpy as np
from numpy.typing import NDArray


class ScoreState(IntEnum):
    """What stands in `ScoreMatrix.states`."""

    MISSING = 0
    VALUE = 1
    NOT_APPLICABLE = 2
    ERROR = 3


class AnswerState(IntEnum):
    """What stands in `ScoreMatrix.answers`."""

    MISSING = 0
    OK = 1
    ERROR = 3


@dataclass(frozen=True, kw_only=True)
class ScoreMatrix:
    """The scores of V variants, K slots and P positions (rows × repetitions).

    `values` is float64[V, K, P], meaningful only where `states` (uint8[V, K, P]) is
    VALUE; `answers` is uint8[V, P]; `latency_ms` is float64[V, P], NaN where unknown.
    Raises ValueError when the shapes disagree.
    """

    slots: tuple[str, ...]
    values: NDArray[np.float64]
    states: NDArray[np.uint8]
    answers: NDArray[np.uint8]
    latency_ms: NDArray[np.float64]

    def __post_init__(self) -> None:
        variants, positions = self.answers.shape
        cube = (variants, len(self.slots), positions)
        if self.values.shape != cube or self.states.shape != cube:
            raise ValueError(
                f"values {self.values.shape} and states {self.states.shape} must be {cube}."
            )
        if self.latency_ms.shape != self.answers.shape:
            raise ValueError(f"latency_ms {self.latency_ms.shape} must be {self.answers.shape}.")

    @property
    def variants(self) -> int:
        """The number of variants, V."""
        return int(self.answers.shape[0])

    @property
    def positions(self) -> int:
        """The number of positions, P."""
        return int(self.answers.shape[1])

    @classmethod
    def empty(cls, *, slots: Sequence[str], variants: int, positions: int) -> Self:
        """A matrix in which nothing has been answered or scored yet."""
        cube = (variants, len(slots), positions)
        return cls(
            slots=tuple(slots),
            values=np.full(cube, np.nan),
            states=np.zeros(cube, dtype=np.uint8),
            answers=np.zeros((variants, positions), dtype=np.uint8),
            latency_ms=np.full((variants, positions), np.nan),
        )

    def at(self, positions: NDArray[np.intp] | NDArray[np.bool_]) -> Self:
        """The same variants and slots at some positions (numbers or a mask), in order."""
        return type(self)(
            slots=self.slots,
            values=self.values[:, :, positions],
            states=self.states[:, :, positions],
            answers=self.answers[:, positions],
            latency_ms=self.latency_ms[:, positions],
        )

    def slot_index(self, slot: str) -> int | None:
        """The place of `slot` on the K axis; None when the run did not score it."""
        return self.slots.index(slot) if slot in self.slots else None

    def scored(self, slot: str, variant: int) -> NDArray[np.float64]:
        """The values of one slot and variant, where there is a value; empty for an unknown slot."""
        index = self.slot_index(slot)
        if index is None:
            return np.empty(0)
        has_value = self.states[variant, index] == ScoreState.VALUE
        values: NDArray[np.float64] = self.values[variant, index][has_value]
        return values
