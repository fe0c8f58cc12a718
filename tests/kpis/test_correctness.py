"""Exact match, token F1 and ROUGE."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer

from evals.domain.results import NotApplicable, Result, Score
from evals.kpis import score
from evals.kpis.normalisation import common_subsequence

VOCABULARY = ["the", "cat", "sat", "on", "a", "mat", "Cat's", "well-known", "3.5", "x_y"]
WORDS = st.lists(st.sampled_from(VOCABULARY), max_size=12)


def _score(key: str, response: str, reference: object, **params: object) -> Result:
    return score(key, params=params, inputs={"response": response, "reference": reference})


def _value(key: str, response: str, reference: object, **params: object) -> float:
    result = _score(key, response, reference, **params)
    assert isinstance(result, Score)
    return result.value


@pytest.mark.parametrize(
    ("response", "reference", "expected"),
    [
        ("**Paris**!", "paris", 1),
        ("ﬁve", "five", 1),
        ("don’t", "don't", 1),
        ("C#", "C", 0),
        ("-5", "5", 0),
        ("$3.50", "$350", 0),
        ("x < 5", "x > 5", 0),
        ("👍", "👎", 0),
        ("", "Paris", 0),
        ("", "?", 0),
        ("?", "?", 1),
    ],
)
def test_exact_match_ignores_only_what_means_nothing(
    response: str, reference: str, expected: float
) -> None:
    assert _value("exact_match", response, reference) == expected


def test_exact_match_can_be_strict() -> None:
    assert _value("exact_match", "Paris.", "Paris", ignore_punctuation=False) == 0
    assert _value("exact_match", "paris", "Paris", ignore_case=False) == 0
    assert _value("exact_match", "The Seine", "Seine", ignore_articles=True) == 1


def test_token_f1_tells_what_is_shared_and_what_is_missing() -> None:
    result = _score("token_f1", "Refund in 30 days", "A full refund within 30 days")

    assert result == Score(
        value=2 * 3 / (4 + 5),
        reason="Shares 3 of 5 words with the expected answer, using 4",
        detail={"matched": ["refund", "30", "days"], "missing": ["full", "within"]},
    )


def test_token_f1_keeps_an_article_that_is_the_answer() -> None:
    assert _value("token_f1", "A", "a") == 1


def test_token_f1_reads_a_thousand_in_both_spellings() -> None:
    assert _value("token_f1", "1,000 boots", "1000 boots") == 1


@pytest.mark.parametrize("key", ["exact_match", "token_f1", "rouge"])
def test_a_row_without_expected_answer_is_not_applicable(key: str) -> None:
    expected = NotApplicable(reason="No expected answer in this row")

    assert _score(key, "Paris", None) == expected
    assert _score(key, "Paris", " ") == expected
    assert _score(key, "Paris", []) == expected


def test_an_expected_answer_without_words_is_not_applicable() -> None:
    assert isinstance(_score("token_f1", "Paris", "?!"), NotApplicable)
    assert isinstance(_score("rouge", "Paris", "Paris", variant="rouge2"), NotApplicable)


@settings(max_examples=60, deadline=None)
@given(response=WORDS, reference=WORDS.filter(lambda words: len(words) > 1))
@pytest.mark.parametrize("variant", ["rouge1", "rouge2", "rougeL"])
def test_rouge_agrees_with_rouge_score(
    variant: str, response: list[str], reference: list[str]
) -> None:
    answer, expected = " ".join(response), " ".join(reference)
    theirs = RougeScorer([variant], use_stemmer=False).score(expected, answer)[variant]

    assert _value("rouge", answer, expected, variant=variant) == pytest.approx(theirs.fmeasure)
    recall = _value("rouge", answer, expected, variant=variant, measure="recall")
    assert recall == pytest.approx(theirs.recall)


@settings(max_examples=60, deadline=None)
@given(a=st.lists(st.sampled_from("abc")), b=st.lists(st.sampled_from("abc")))
def test_the_common_subsequence_is_as_long_as_the_textbook_says(a: list[str], b: list[str]) -> None:
    row = [0] * (len(b) + 1)
    for left in a:
        above = row[:]
        for index, right in enumerate(b):
            row[index + 1] = (
                above[index] + 1 if left == right else max(above[index + 1], row[index])
            )

    assert common_subsequence(a, b) == row[-1]


@settings(max_examples=60, deadline=None)
@given(response=st.text(max_size=30), reference=st.text(max_size=30))
def test_precision_and_recall_change_places_when_the_texts_do(
    response: str, reference: str
) -> None:
    precision = _score("token_f1", response, reference, measure="precision")
    recall = _score("token_f1", reference, response, measure="recall")

    if isinstance(precision, Score) and isinstance(recall, Score):
        assert precision.value == recall.value


def test_rouge_says_that_it_compared_the_first_10_000_words_only() -> None:
    long = " ".join(f"w{number}" for number in range(10_001))
    whole = long.removesuffix(" w10000")

    results = [_score("rouge", *texts) for texts in ((long, "w1"), ("w1", long), (whole, "w1"))]

    note = "Only the first 10,000 words of each text were compared."
    assert [result.reason.endswith(note) for result in results] == [True, True, False]
