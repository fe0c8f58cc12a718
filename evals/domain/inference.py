"""How sure an accuracy and a difference are. Own code, checked against other libraries."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import exp, lgamma, log, sqrt
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Z_95 = 1.959963984540054
BOOTSTRAP_SEED = 20_250_101
TOO_FEW_ROWS = 30
SIGNIFICANT = 0.05

VerdictWord = Literal["better", "worse", "too close to call", "too few rows"]
Weights = Literal["linear", "quadratic"]


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A range of values, both ends included."""

    low: float
    high: float


def wilson(k: int, n: int, z: float = Z_95) -> Interval | None:
    """The Wilson score interval of the share k / n; None when n is 0.

    Source: Wilson (1927), J. Am. Stat. Assoc. 22. Raises ValueError unless 0 ≤ k ≤ n.
    """
    if not 0 <= k <= n:
        raise ValueError(f"{k} of {n} is not a share.")
    if n == 0:
        return None
    share, z2 = k / n, z * z
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = z / (1 + z2 / n) * sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    # At the ends the formula gives 0 and 1 but for rounding.
    low = 0.0 if k == 0 else max(0.0, centre - half)
    high = 1.0 if k == n else min(1.0, centre + half)
    return Interval(low=low, high=high)


def mcnemar_exact(b: int, c: int) -> float:
    """The two-sided exact p-value of McNemar's test for `b` and `c` discordant rows.

    Twice the lower tail of Binomial(b + c, ½), at most 1; 1 when no row differs. Summed
    from logarithms of gamma, so that thousands of rows take milliseconds.
    """
    n, least = b + c, min(b, c)
    if n == 0:
        return 1.0
    constant = lgamma(n + 1) - n * log(2)
    tail = sum(exp(constant - lgamma(i + 1) - lgamma(n - i + 1)) for i in range(least + 1))
    return min(1.0, 2 * tail)


def cohens_kappa(
    a: Sequence[Hashable], b: Sequence[Hashable], weights: Weights | None = None
) -> float | None:
    """Cohen's kappa of two raters of the same things; None when it is undefined.

    It is undefined without ratings and when both raters used one and the same class
    only. `weights` take the distance of the sorted classes, "linear" or "quadratic".
    Source: Cohen (1968), Psychological Bulletin 70. Raises ValueError for unequal lengths.
    """
    if len(a) != len(b):
        raise ValueError(f"One rater has {len(a)} ratings, the other {len(b)}.")
    classes, codes = np.unique(np.array([*a, *b]), return_inverse=True)
    if len(classes) < 2:
        return None
    size = len(classes)
    table = np.zeros((size, size))
    np.add.at(table, (codes[: len(a)], codes[len(a) :]), 1)
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / len(a)
    steps = np.abs(np.subtract.outer(np.arange(size), np.arange(size)))
    cost = {None: steps > 0, "linear": steps, "quadratic": steps**2}[weights]
    return float(1 - (cost * table).sum() / (cost * expected).sum())


def paired_bootstrap(
    a_pass: NDArray[np.bool_],
    b_pass: NDArray[np.bool_],
    seed: int = BOOTSTRAP_SEED,
    resamples: int = 2000,
) -> Interval | None:
    """The 95 % percentile interval of accuracy(b) − accuracy(a) on the same rows; bool[N] each.

    Rows are resampled as pairs. A pair counts −1, 0 or +1 only, so a resample is one
    multinomial draw of these three. None without rows. Raises ValueError for unequal shapes.
    """
    if a_pass.shape != b_pass.shape:
        raise ValueError(f"Shapes {a_pass.shape} and {b_pass.shape} are not the same rows.")
    rows = a_pass.size
    if rows == 0:
        return None
    wins = int((b_pass & ~a_pass).sum())
    losses = int((a_pass & ~b_pass).sum())
    shares = np.array([losses, rows - wins - losses, wins]) / rows
    draws = np.random.default_rng(seed).multinomial(rows, shares, size=resamples)
    low, high = np.percentile((draws[:, 2] - draws[:, 0]) / rows, [2.5, 97.5])
    return Interval(low=float(low), high=float(high))


def verdict_word(*, rows: int, difference: Interval | None, p: float) -> VerdictWord:
    """What a paired comparison on `rows` rows says of the second against the first.

    `difference` is the interval of the difference, `p` McNemar's. Both must agree before
    it is called better or worse.
    """
    if rows < TOO_FEW_ROWS or difference is None:
        return "too few rows"
    if p < SIGNIFICANT and difference.low > 0:
        return "better"
    if p < SIGNIFICANT and difference.high < 0:
        return "worse"
    return "too close to call"
