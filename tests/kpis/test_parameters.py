"""Parameters: what is refused, in which words, and what is understood."""

import re

import pytest

from evals.kpis import build, parameters
from evals.kpis.completeness import KeywordCoverage
from evals.kpis.correctness import TokenF1

REFUSED = [
    ("token_f1", {"measure": "f2"}, "`measure` must be one of f1, precision, recall, not 'f2'."),
    ("token_f1", {"mesure": "f1"}, "Token F1 has no parameter `mesure`. It has: `measure`."),
    ("latency_ms", {"x": 1}, "Latency has no parameter `x`. It has: none."),
    ("exact_match", {"ignore_case": "yes"}, "`ignore_case` must be true or false, not 'yes'."),
    ("keyword_coverage", {"keywords": [1]}, "`keywords` must be a list of texts, not [1]."),
    ("forbidden_phrases", {"phrases": ["x"] * 201}, "`phrases` has 201 entries; 200 is the most."),
    ("number_grounding", {"rel_tol": 1}, "`rel_tol` must be from 0 to below 1, not 1.0."),
    ("number_grounding", {"ignore_below": -1}, "`ignore_below` must not be negative, it is -1.0."),
    ("number_grounding", {"rel_tol": True}, "`rel_tol` must be a number, not True."),
    ("abstention_correctness", {"head_chars": 0}, "`head_chars` must be from 1 to 5,000, not 0."),
    ("abstention_correctness", {"head_chars": 2.5}, "must be a whole number, not 2.5."),
    ("abstention_correctness", {"patterns": ["("]}, "`patterns` is not a pattern we can use"),
    ("regex_match", {"pattern": ""}, "`pattern` must not be empty: every answer matches it."),
    ("regex_match", {"pattern": "a" * 501}, "`pattern` has 501 characters; 500 is the most."),
    ("regex_match", {"pattern": "a(?=b)"}, "no look-ahead, look-behind, back-references"),
    ("regex_match", {"pattern": 7}, "`pattern` must be a text, not 7."),
]


@pytest.mark.parametrize(("key", "params", "words"), REFUSED)
def test_it_refuses_in_words(key: str, params: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        build(key, params)


def test_it_checks_choices_however_it_is_made() -> None:
    with pytest.raises(ValueError, match="`measure` must be one of"):
        TokenF1(measure="f2")  # type: ignore[arg-type] # what the type forbids is the test


def test_it_refuses_a_blank_phrase() -> None:
    with pytest.raises(ValueError, match="`keywords` has a blank entry"):
        KeywordCoverage(keywords=(" ",))


def test_it_takes_lines_from_a_text_and_from_a_list() -> None:
    text = build("keyword_coverage", {"keywords": "refund\n\n 30 days \n"})

    assert text == build("keyword_coverage", {"keywords": ["refund", "30 days"]})


def test_it_describes_its_parameters_for_a_form() -> None:
    kinds = {one.name: one.kind for one in parameters("abstention_correctness")}

    assert kinds == {"patterns": "lines", "head_chars": "number"}
    assert parameters("token_f1")[0].choices == ("f1", "precision", "recall")
