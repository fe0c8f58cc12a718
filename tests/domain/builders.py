"""Small matrices and rules for tests."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from evals.domain.matrix import AnswerState, ScoreMatrix, ScoreState
from evals.domain.rules import Condition, PassLine, Policy, Rule

# One score of a cell: a value, or why there is none.
Cell = float | Literal["n/a", "error", "missing"]
_STATES = {
    "n/a": ScoreState.NOT_APPLICABLE,
    "error": ScoreState.ERROR,
    "missing": ScoreState.MISSING,
}


def matrix_of(**slots: Sequence[Cell]) -> ScoreMatrix:
    """One variant whose answers are all there, with the cells of each slot."""
    positions = len(next(iter(slots.values())))
    matrix = ScoreMatrix.empty(slots=list(slots), variants=1, positions=positions)
    matrix.answers[:] = AnswerState.OK
    for index, cells in enumerate(slots.values()):
        for position, cell in enumerate(cells):
            if isinstance(cell, str):
                matrix.states[0, index, position] = _STATES[cell]
            else:
                matrix.states[0, index, position] = ScoreState.VALUE
                matrix.values[0, index, position] = cell
    return matrix


def at_least_half(
    slot: str, *, required: bool = False, on_missing: Policy = "skip", on_error: Policy = "hold"
) -> Condition:
    """The condition that `slot` is at least 0.5."""
    return Condition(
        slot=slot,
        line=PassLine(op=">=", value=0.5),
        required=required,
        on_missing=on_missing,
        on_error=on_error,
    )


def all_of(*conditions: Condition) -> Rule:
    """The rule that joins the conditions by "all"."""
    return Rule(mode="all", conditions=conditions)


def whole(values: Sequence[int]) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    """A row of codes."""
    return np.array(values, dtype=np.uint8)
