"""Patterns, JSON, phrases and keywords, counts and what the run recorded."""

from decimal import Decimal

import pytest

from evals.domain.results import NotApplicable, Result, Score
from evals.kpis import score


def _value(key: str, response: str, **params: object) -> float:
    result = score(key, params=params, inputs={"response": response})
    assert isinstance(result, Score)
    return result.value


def _keywords(response: str, of_row: object, of_kpi: tuple[str, ...] = ()) -> Result:
    inputs = {"response": response, "keywords": of_row}
    return score("keyword_coverage", params={"keywords": of_kpi}, inputs=inputs)


@pytest.mark.parametrize(
    ("response", "params", "expected"),
    [
        ("[1, 2]", {}, 1),
        ("NaN", {}, 0),
        ('{"a": Infinity}', {}, 0),
        ("", {}, 0),
        ("[" * 100_000, {}, 0),
        ("1" * 10_000, {}, 1),
        ('{"a": 1,}', {}, 0),
        ('Here:\n```json\n{"a": 1}\n```\nDone', {"extract": "fenced"}, 1),
        ('```{"a": 1}```', {"extract": "fenced"}, 1),
        ('```\n{"a": 1}\n```', {"extract": "fenced", "root": "object"}, 1),
        ('{"a": 1}', {"extract": "fenced", "root": "array"}, 0),
    ],
)
def test_json_is_valid_or_not(response: str, params: dict[str, object], expected: float) -> None:
    assert _value("json_valid", response, **params) == expected


def test_it_says_where_json_ends() -> None:
    result = score("json_valid", inputs={"response": '{"a": 1,\n b}'})

    assert isinstance(result, Score)
    assert "line 2, column 2" in result.reason


@pytest.mark.parametrize(
    ("response", "params", "expected"),
    [
        ("order ORD-1", {"pattern": r"ORD-\d"}, 1),
        ("order ORD-1", {"pattern": r"ORD-\d", "mode": "full"}, 0),
        ("order ORD-1", {"pattern": r"ORD-\d", "negate": True}, 0),
        ("none", {"pattern": r"ORD-\d", "negate": True}, 1),
        ("straße\ud800", {"pattern": r"^straße.$"}, 1),
        ("a\x00b", {"pattern": "a.b", "mode": "full"}, 1),
    ],
)
def test_a_pattern_matches_or_not(
    response: str, params: dict[str, object], expected: float
) -> None:
    assert _value("regex_match", response, **params) == expected


def test_a_pattern_reads_a_bounded_part_and_says_so() -> None:
    inputs = {"response": "a" * 200_000 + "Z"}

    result = score("regex_match", params={"pattern": "Z"}, inputs=inputs)

    assert isinstance(result, Score)
    assert result.value == 0
    assert result.reason.endswith("Only the first 200,000 characters were read.")


def test_it_counts_every_use_of_a_forbidden_phrase() -> None:
    text = "As  an AI, I guarantee it. As an\nAI! Guaranteed."

    assert _value("forbidden_phrases", text, phrases=["as an AI", "guarantee"]) == 3
    assert _value("forbidden_phrases", text, phrases=["guarantee"], whole_word=False) == 2
    assert _value("forbidden_phrases", text, phrases=["as an ai"], ignore_case=False) == 0


def test_no_forbidden_phrases_are_nothing_to_judge() -> None:
    result = score("forbidden_phrases", inputs={"response": "Hello"})

    assert result == NotApplicable(reason="No forbidden phrases are set")


def test_it_joins_the_keywords_of_the_kpi_and_of_the_row() -> None:
    result = _keywords("Bring a receipt", "receipt; 30 days", of_kpi=("bring", "receipt"))

    assert result == Score(
        value=2 / 3,
        reason="Names 2 of 3 keywords; not “30 days”",
        detail={"matched": ["bring", "receipt"], "missing": ["30 days"]},
    )


@pytest.mark.parametrize("keywords", ["a\nb, c", "a; b, c", ["a", "b, c"]])
def test_it_parts_keywords_at_the_strongest_separator(keywords: object) -> None:
    result = _keywords("a - b, c", keywords)

    assert isinstance(result, Score)
    assert result.detail["matched"] == ["a", "b, c"]


@pytest.mark.parametrize(
    ("text", "expected"), [("", 0), ("हिन्दी भाषा", 2), ("it’s one-off", 2), ("x_y …", 2)]
)
def test_it_counts_words(text: str, expected: float) -> None:
    assert _value("word_count", text) == expected


@pytest.mark.parametrize(
    ("key", "recorded", "expected"),
    [
        ("latency_ms", 950, Score(value=950.0, reason="Took 0.9 s")),
        ("latency_ms", "", NotApplicable(reason="No latency was recorded")),
        ("cost_usd", Decimal("0.0004"), Score(value=0.0004, reason="Cost $0.0004")),
        ("cost_usd", 0, Score(value=0.0, reason="Cost $0")),
        ("cost_usd", None, NotApplicable(reason="The price of this model is unknown")),
    ],
)
def test_it_repeats_what_the_run_recorded(key: str, recorded: object, expected: Result) -> None:
    assert score(key, inputs={"response": "Hello", key: recorded}) == expected


def test_it_says_when_there_are_more_keywords_than_it_looks_for() -> None:
    result = _keywords("k1", [f"k{number}" for number in range(250)])

    assert isinstance(result, Score)
    assert result.value == 1 / 200
    assert "Only the first 200 of 250 were looked for" in result.reason
