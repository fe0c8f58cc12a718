"""Rules and verdicts in words."""

import pytest

from evals.domain.matrix import AnswerState
from evals.domain.rules import (
    Condition,
    Mode,
    Operator,
    PassLine,
    Rule,
    evaluate,
    reasons,
    sentence,
    tokens,
)
from evals.domain.scales import Scale
from tests.domain.builders import Cell, all_of, at_least_half, matrix_of

NAMES = {"f1": "Token F1", "json": "JSON valid", "ms": "Latency"}


def _reasons(rule: Rule, *, scales: dict[str, Scale] | None = None, **cells: Cell) -> list[str]:
    matrix = matrix_of(**{slot: [cell] for slot, cell in cells.items()})
    return reasons(rule, evaluate(rule, matrix), 0, 0, NAMES, scales)


def _condition(slot: str, op: Operator, value: float, *, required: bool = False) -> Condition:
    return Condition(slot=slot, line=PassLine(op=op, value=value), required=required)


F1 = _condition("f1", ">=", 0.6)
JSON = _condition("json", "==", 1, required=True)


@pytest.mark.parametrize(
    ("mode", "n", "conditions", "words"),
    [
        ("all", None, (JSON,), "JSON valid = 1 holds."),
        ("all", None, (F1,), "Token F1 ≥ 0.6 holds."),
        ("all", None, (F1, JSON), "JSON valid = 1 holds, and Token F1 ≥ 0.6 holds."),
        (
            "all",
            None,
            (F1, at_least_half("b"), at_least_half("c")),
            "Token F1 ≥ 0.6, b ≥ 0.5 and c ≥ 0.5 all hold.",
        ),
        (
            "any",
            None,
            (F1, at_least_half("b")),
            "at least one of Token F1 ≥ 0.6 and b ≥ 0.5 holds.",
        ),
        (
            "at_least",
            2,
            (JSON, F1, at_least_half("b")),
            "JSON valid = 1 holds, and at least 2 of Token F1 ≥ 0.6 and b ≥ 0.5 hold.",
        ),
    ],
)
def test_a_rule_reads_as_a_sentence(
    mode: Mode, n: int | None, conditions: tuple[Condition, ...], words: str
) -> None:
    rule = Rule(mode=mode, n=n, conditions=conditions)

    assert sentence(rule, NAMES) == f"An answer passes when {words}"


def test_an_empty_rule_says_what_is_missing() -> None:
    assert sentence(Rule(), {}) == "No KPI is in the rule yet, so every answer stays undecided."


def test_its_tokens_carry_what_can_be_edited() -> None:
    rule = Rule(mode="at_least", n=1, conditions=(JSON, F1))

    edited = [(one.kind, one.text, one.slot) for one in tokens(rule, NAMES) if one.kind != "text"]

    assert edited == [
        ("required", "JSON valid = 1", "json"),
        ("number", "1", None),
        ("counted", "Token F1 ≥ 0.6", "f1"),
    ]


def test_a_fail_names_the_line_and_what_stood_there() -> None:
    rule = all_of(F1, JSON)

    assert _reasons(rule, f1=0.41, json=0) == [
        "JSON valid 0 is not 1",
        "Token F1 0.41 is below 0.6",
    ]
    assert _reasons(rule, f1=0.5999, json=1) == ["Token F1 0.5999 is below 0.6"]


@pytest.mark.parametrize(
    ("op", "value", "words"),
    [
        (">", 0.5, "Token F1 0.5 is not above 0.5"),
        ("<=", 0.4, "Token F1 0.5 is above 0.4"),
        ("<", 0.5, "Token F1 0.5 is not below 0.5"),
        ("==", 1, "Token F1 0.5 is not 1"),
    ],
)
def test_each_line_has_its_word_for_missing_it(op: Operator, value: float, words: str) -> None:
    assert _reasons(all_of(_condition("f1", op, value)), f1=0.5) == [words]


def test_between_says_which_end_was_missed() -> None:
    rule = all_of(Condition(slot="f1", line=PassLine(op="between", value=1, high=300)))

    assert _reasons(rule, f1=0) == ["Token F1 0 is below 1"]
    assert _reasons(rule, f1=301) == ["Token F1 301 is above 300"]


def test_values_carry_their_units_when_the_scale_is_known() -> None:
    scales = {"ms": Scale(high=None, unit="ms"), "json": Scale(binary=True)}
    rule = all_of(_condition("ms", "<=", 5000), JSON)

    assert _reasons(rule, scales=scales, ms=6200, json=0) == [
        "JSON valid No is not Yes",
        "Latency 6.2 s is above 5.0 s",
    ]
    assert _reasons(rule, scales=scales, ms=5001, json=1) == ["Latency 5,001 ms is above 5.0 s"]


def test_a_pass_names_what_held() -> None:
    rule = all_of(F1, at_least_half("b"))

    assert _reasons(rule, f1=0.72, b="n/a") == ["Token F1 0.72 meets ≥ 0.6"]


def test_a_pass_between_two_ends_lies_there() -> None:
    line = PassLine(op="between", value=1, high=300)
    rule = all_of(Condition(slot="words", line=line))
    scales = {"words": Scale(high=None, unit="words")}

    assert _reasons(rule, scales=scales, words=14) == ["words 14 words is between 1 and 300"]


def test_an_undecided_answer_names_what_is_open() -> None:
    rule = all_of(F1, at_least_half("b"))

    assert _reasons(rule, f1="n/a", b="error") == [
        "Token F1 does not apply and is left out",
        "b could not be scored, so the verdict stays open",
    ]


def test_at_least_says_how_many_are_short() -> None:
    rule = Rule(mode="at_least", n=2, conditions=(F1, at_least_half("b")))

    assert _reasons(rule, f1=0.7, b=0.1) == [
        "1 of 2 counted KPIs holds, 2 must",
        "b 0.1 is below 0.5",
    ]


def test_a_policy_that_decided_is_named() -> None:
    failing = all_of(at_least_half("f1", on_missing="fail"))
    passing = all_of(at_least_half("f1", on_missing="pass"))

    assert _reasons(failing, f1="n/a") == ["Token F1 does not apply, which counts as a fail"]
    assert _reasons(passing, f1="n/a") == ["Token F1 does not apply, which counts as a pass"]


def test_what_is_not_judged_says_why() -> None:
    rule, matrix = all_of(F1), matrix_of(f1=["missing", 1.0, 1.0])
    matrix.answers[0, 1:] = AnswerState.MISSING, AnswerState.ERROR
    verdicts = evaluate(rule, matrix)

    assert [reasons(rule, verdicts, 0, position, NAMES) for position in range(3)] == [
        ["Token F1 is not scored yet"],
        ["Not answered yet"],
        ["There is no answer, so there is nothing to judge"],
    ]
    assert _reasons(Rule(), f1=1.0) == ["No KPI is in the rule"]
