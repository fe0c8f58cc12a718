"""Statistics beside statsmodels and scikit-learn, and what they say of little data."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import proportion_confint

from evals.domain.statistics import (
    Accuracy,
    Interval,
    VerdictWord,
    accuracy,
    cohens_kappa,
    compare,
    mcnemar_exact,
    paired_bootstrap,
    verdict_word,
    wilson,
)
from tests.domain.builders import whole

RATINGS = st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), min_size=1, max_size=30)


@given(n=st.integers(1, 10_000), share=st.floats(0, 1))
def test_wilson_agrees_with_statsmodels(n: int, share: float) -> None:
    k = round(n * share)
    low, high = proportion_confint(k, n, method="wilson")

    interval = wilson(k, n)

    assert interval is not None
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=1e-9)
    assert 0 <= interval.low <= k / n <= interval.high <= 1


def test_no_rows_have_no_interval() -> None:
    assert wilson(0, 0) is None
    with pytest.raises(ValueError, match="3 of 2 is not a share"):
        wilson(3, 2)


@settings(deadline=None)
@given(b=st.integers(0, 400), c=st.integers(0, 400))
def test_mcnemar_agrees_with_statsmodels(b: int, c: int) -> None:
    assume(b + c)

    theirs = mcnemar([[0, b], [c, 0]], exact=True).pvalue

    assert mcnemar_exact(b, c) == pytest.approx(min(1.0, theirs), abs=1e-9)


def test_mcnemar_of_no_difference_is_one() -> None:
    assert mcnemar_exact(0, 0) == 1


@settings(deadline=None, max_examples=50)
@given(pairs=RATINGS, weights=st.sampled_from([None, "linear", "quadratic"]))
def test_kappa_agrees_with_scikit_learn(pairs: list[tuple[int, int]], weights: None) -> None:
    a, b = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    assume(len({*a, *b}) > 1)

    theirs = cohen_kappa_score(a, b, weights=weights)

    assume(not math.isnan(theirs))
    assert cohens_kappa(a, b, weights) == pytest.approx(theirs, abs=1e-9)


def test_kappa_of_one_class_is_undefined() -> None:
    assert cohens_kappa(["pass", "pass"], ["pass", "pass"]) is None
    assert cohens_kappa([], []) is None
    with pytest.raises(ValueError, match="One rater has 1 ratings"):
        cohens_kappa([1], [])


def test_the_bootstrap_is_repeatable_and_near_the_plain_one() -> None:
    random = np.random.default_rng(3)
    a, b = random.random(300) < 0.5, random.random(300) < 0.7
    picks = random.integers(0, 300, (4000, 300))
    plain = np.percentile((b[picks].mean(axis=1) - a[picks].mean(axis=1)), [2.5, 97.5])

    interval = paired_bootstrap(a, b)

    assert interval == paired_bootstrap(a, b)
    assert interval is not None
    assert (interval.low, interval.high) == pytest.approx(tuple(plain), abs=0.015)


def test_the_bootstrap_of_no_rows_is_none() -> None:
    nothing = np.zeros(0, dtype=bool)

    assert paired_bootstrap(nothing, nothing) is None
    with pytest.raises(ValueError, match="are not the same rows"):
        paired_bootstrap(nothing, np.ones(1, dtype=bool))


def test_accuracy_counts_everything_and_hides_nothing() -> None:
    counted = accuracy(whole([0, 1, 1, 1, 2, 3, 3, 4]))

    assert counted == Accuracy(passes=3, fails=1, undecided=2, errors=1, waiting=1)
    assert (counted.value, counted.coverage) == (0.75, 0.5)
    assert counted.interval == wilson(3, 4)
    assert counted.open_range == Interval(low=3 / 8, high=7 / 8)


def test_nothing_decided_is_not_an_accuracy_of_zero() -> None:
    waiting, nothing = accuracy(whole([0, 3])), accuracy(whole([]))

    assert (waiting.value, waiting.interval, waiting.coverage) == (None, None, 0)
    assert (nothing.value, nothing.coverage, nothing.open_range) == (None, None, None)


@given(codes=st.lists(st.integers(0, 4), min_size=1))
def test_accuracy_is_passes_by_decided(codes: list[int]) -> None:
    counted = accuracy(whole(codes))

    assert counted.all == len(codes)
    if counted.value is not None:
        assert counted.value == codes.count(1) / (codes.count(1) + codes.count(2))


def test_a_comparison_uses_rows_decided_in_both() -> None:
    compared = compare(whole([1, 2, 2, 2, 0, 3]), whole([2, 1, 1, 2, 1, 1]))

    assert (compared.rows, compared.dropped) == (4, 2)
    assert (compared.wins, compared.losses, compared.difference) == (2, 1, 0.25)
    assert compared.word == "too few rows"


def test_a_comparison_without_common_rows_has_no_difference() -> None:
    compared = compare(whole([0]), whole([1]))

    assert (compared.difference, compared.interval, compared.p) == (None, None, 1)


@pytest.mark.parametrize(
    ("wins", "losses", "word"),
    [(40, 5, "better"), (5, 40, "worse"), (22, 20, "too close to call")],
)
def test_a_comparison_has_a_word(wins: int, losses: int, word: VerdictWord) -> None:
    a = whole([2] * wins + [1] * losses + [1] * 60)
    b = whole([1] * wins + [2] * losses + [1] * 60)

    assert compare(a, b).word == word


def test_interval_and_test_must_agree_on_a_word() -> None:
    above = Interval(low=0.01, high=0.2)

    assert verdict_word(rows=100, difference=above, p=0.06) == "too close to call"
    assert verdict_word(rows=29, difference=above, p=0.001) == "too few rows"
