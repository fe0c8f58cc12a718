"""The score matrix: its parts and its shapes."""

import numpy as np
import pytest

from evals.domain.matrix import AnswerState, ScoreMatrix, ScoreState
from tests.domain.builders import matrix_of


def test_an_empty_matrix_has_nothing_answered_or_scored() -> None:
    matrix = ScoreMatrix.empty(slots=["a", "b"], variants=3, positions=4)

    assert (matrix.variants, matrix.positions) == (3, 4)
    assert set(matrix.answers.flat) == {AnswerState.MISSING}
    assert set(matrix.states.flat) == {ScoreState.MISSING}
    assert np.isnan(matrix.values).all()


def test_it_refuses_shapes_that_disagree() -> None:
    empty = ScoreMatrix.empty(slots=["a"], variants=1, positions=2)

    with pytest.raises(ValueError, match=r"must be \(1, 2, 2\)"):
        ScoreMatrix(
            slots=("a", "b"),
            values=empty.values,
            states=empty.states,
            answers=empty.answers,
            latency_ms=empty.latency_ms,
        )


def test_it_takes_positions_out() -> None:
    matrix = matrix_of(a=[0.1, 0.2, "n/a"])

    assert matrix.at(np.array([1, 0])).values.tolist() == [[[0.2, 0.1]]]
    assert matrix.at(np.array([False, False, True])).positions == 1


def test_it_gives_the_values_of_a_slot_where_there_are_any() -> None:
    matrix = matrix_of(a=[0.1, "n/a", "error", 0.4])

    assert matrix.scored("a", 0).tolist() == [0.1, 0.4]
    assert matrix.scored("b", 0).tolist() == []
