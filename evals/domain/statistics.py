"""The door to accuracy, intervals and comparisons: import them from here."""

from evals.domain.accuracy import Accuracy, Comparison, accuracy, compare
from evals.domain.inference import (
    TOO_FEW_ROWS,
    Interval,
    VerdictWord,
    cohens_kappa,
    mcnemar_exact,
    paired_bootstrap,
    verdict_word,
    wilson,
)

__all__ = [
    "TOO_FEW_ROWS",
    "Accuracy",
    "Comparison",
    "Interval",
    "VerdictWord",
    "accuracy",
    "cohens_kappa",
    "compare",
    "mcnemar_exact",
    "paired_bootstrap",
    "verdict_word",
    "wilson",
]
