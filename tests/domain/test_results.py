"""Scores are finite numbers."""

import pytest

from evals.domain.results import Score


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_a_score_is_finite(value: float) -> None:
    with pytest.raises(ValueError, match="must be a finite number"):
        Score(value=value, reason="")
