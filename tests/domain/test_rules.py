"""Rules: truth tables of modes and policies, and what is refused."""

import itertools
import json
from dataclasses import replace
from time import thread_time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.domain.matrix import AnswerState, ScoreMatrix
from evals.domain.rules import POLICIES, Condition, Mode, PassLine, Policy, Rule, Verdict, evaluate
from tests.domain.builders import Cell, all_of, at_least_half, matrix_of

P, F, U, W = Verdict.PASS, Verdict.FAIL, Verdict.UNDECIDED, Verdict.WAITING
CELLS: dict[str, Cell] = {"p": 1.0, "f": 0.0, "n": "n/a", "e": "error"}

# Two counted conditions with the default policies: n/a is skipped, an error holds.
MODES: dict[tuple[Mode, int | None], dict[str, Verdict]] = {
    ("all", None): {
        "pp": P,
        "pf": F,
        "pn": P,
        "pe": U,
        "ff": F,
        "fn": F,
        "fe": F,
        "nn": U,
        "ne": U,
        "ee": U,
    },
    ("any", None): {
        "pp": P,
        "pf": P,
        "pn": P,
        "pe": U,
        "ff": F,
        "fn": F,
        "fe": U,
        "nn": U,
        "ne": U,
        "ee": U,
    },
    ("at_least", 1): {
        "pp": P,
        "pf": P,
        "pn": P,
        "pe": U,
        "ff": F,
        "fn": U,
        "fe": U,
        "nn": U,
        "ne": U,
        "ee": U,
    },
    ("at_least", 2): {
        "pp": P,
        "pf": F,
        "pn": U,
        "pe": U,
        "ff": F,
        "fn": F,
        "fe": F,
        "nn": U,
        "ne": U,
        "ee": U,
    },
}
TABLE = [
    (mode, n, "".join(order), verdict)
    for (mode, n), verdicts in MODES.items()
    for states, verdict in verdicts.items()
    for order in sorted(set(itertools.permutations(states)))
]


def _verdict(rule: Rule, **cells: Cell) -> Verdict:
    matrix = matrix_of(**{slot: [cell] for slot, cell in cells.items()})
    return Verdict(evaluate(rule, matrix).codes[0, 0])


@pytest.mark.parametrize(("mode", "n", "states", "expected"), TABLE)
def test_a_mode_joins_two_counted_conditions(
    mode: Mode, n: int | None, states: str, expected: Verdict
) -> None:
    rule = Rule(mode=mode, n=n, conditions=(at_least_half("a"), at_least_half("b")))

    assert _verdict(rule, a=CELLS[states[0]], b=CELLS[states[1]]) == expected


@pytest.mark.parametrize(
    ("policy", "alone", "beside_a_pass", "beside_a_fail"),
    [("skip", U, P, F), ("fail", F, F, F), ("pass", P, P, F), ("hold", U, U, F)],
)
@pytest.mark.parametrize("required", [True, False])
@pytest.mark.parametrize("state", ["n/a", "error"])
def test_a_policy_says_what_an_absent_score_means(
    policy: Policy,
    alone: Verdict,
    beside_a_pass: Verdict,
    beside_a_fail: Verdict,
    required: bool,
    state: Cell,
) -> None:
    absent = at_least_half("a", required=required, on_missing=policy, on_error=policy)

    assert _verdict(all_of(absent), a=state) == alone
    assert _verdict(all_of(absent, at_least_half("b")), a=state, b=1.0) == beside_a_pass
    assert _verdict(all_of(absent, at_least_half("b")), a=state, b=0.0) == beside_a_fail


def test_policies_for_not_applicable_and_for_errors_are_apart() -> None:
    rule = all_of(at_least_half("a", on_missing="pass", on_error="fail"))

    assert (_verdict(rule, a="n/a"), _verdict(rule, a="error")) == (P, F)


def test_a_failed_requirement_fails_whatever_else_passes() -> None:
    rule = Rule(mode="any", conditions=(at_least_half("a", required=True), at_least_half("b")))

    assert _verdict(rule, a=0.0, b=1.0) == F
    assert _verdict(rule, a=1.0, b=0.0) == F
    assert _verdict(rule, a=1.0, b="n/a") == U
    assert _verdict(rule, a="n/a", b=1.0) == P


def test_a_missing_score_waits_and_a_failed_answer_is_an_error() -> None:
    matrix = matrix_of(a=["missing", 1.0, 1.0, 0.0])
    matrix.answers[0, 1:3] = AnswerState.ERROR, AnswerState.MISSING

    verdicts = evaluate(all_of(at_least_half("a")), matrix)

    assert verdicts.codes.tolist() == [[W, Verdict.ERROR, W, F]]
    assert verdicts.conditions.tolist() == [[[0, 1, 1, 2]]]


def test_a_slot_that_was_never_scored_waits() -> None:
    assert _verdict(all_of(at_least_half("b")), a=1.0) == W


def test_a_rule_without_conditions_decides_nothing() -> None:
    assert _verdict(Rule(), a=1.0) == U


@settings(max_examples=50, deadline=None)
@given(
    values=st.lists(st.floats(0, 1), min_size=1, max_size=30),
    lines=st.lists(st.floats(0, 1), min_size=2, max_size=2).map(sorted),
)
def test_moving_a_line_up_never_adds_passes(values: list[float], lines: list[float]) -> None:
    matrix = matrix_of(a=values)
    rules = (all_of(Condition(slot="a", line=PassLine(op=">=", value=line))) for line in lines)
    low, high = (evaluate(rule, matrix).codes == P for rule in rules)

    assert not (high & ~low).any()


STATES = st.sampled_from([1.0, 0.0, "n/a", "error", "missing"])
CONDITIONS = st.builds(
    at_least_half,
    slot=st.just("?"),
    required=st.booleans(),
    on_missing=st.sampled_from(POLICIES),
    on_error=st.sampled_from(POLICIES),
)


def _by_hand(rule: Rule, cells: list[Cell]) -> Verdict:
    """The words of the definition, one answer at a time."""
    if "missing" in cells:
        return W
    outcomes: dict[bool, list[str]] = {True: [], False: []}
    for condition, cell in zip(rule.conditions, cells, strict=True):
        absent = {"n/a": condition.on_missing, "error": condition.on_error}
        outcome = absent[cell] if isinstance(cell, str) else ("pass" if cell >= 0.5 else "fail")
        outcomes[condition.required].append(outcome)
    counted, every = outcomes[False], outcomes[True] + outcomes[False]
    passes, fails = counted.count("pass"), counted.count("fail")
    needed = {"all": 0, "any": min(1, len(counted)), "at_least": rule.n or 0}[rule.mode]
    lost = {
        "all": fails > 0,
        "any": fails > 0 and passes + counted.count("hold") == 0,
        "at_least": len(counted) - fails < needed,
    }[rule.mode]
    if lost or "fail" in outcomes[True]:
        return F
    if "hold" in every or passes < needed or "pass" not in every:
        return U
    return P


@settings(max_examples=300, deadline=None)
@given(
    mode=st.sampled_from(["all", "any", "at_least"]),
    drawn=st.lists(st.tuples(CONDITIONS, STATES), min_size=1, max_size=5),
    n=st.integers(1, 5),
)
def test_all_answers_at_once_are_judged_as_one_by_one(
    mode: Mode, drawn: list[tuple[Condition, Cell]], n: int
) -> None:
    conditions = tuple(
        at_least_half(
            f"k{index}",
            required=condition.required,
            on_missing=condition.on_missing,
            on_error=condition.on_error,
        )
        for index, (condition, _) in enumerate(drawn)
    )
    counted = sum(not condition.required for condition in conditions)
    if mode == "at_least" and counted == 0:
        mode = "all"
    rule = Rule(mode=mode, n=min(n, counted) if mode == "at_least" else None, conditions=conditions)
    cells = [cell for _, cell in drawn]
    named = {f"k{index}": cell for index, cell in enumerate(cells)}

    assert _verdict(rule, **named) == _by_hand(rule, cells)


def test_ten_thousand_rows_by_four_variants_by_ten_kpis_are_quick() -> None:
    random = np.random.default_rng(7)
    slots = [f"k{index}" for index in range(10)]
    matrix = matrix_of(**{slot: [0.0] * 10_000 for slot in slots})
    wide = type(matrix)(
        slots=matrix.slots,
        values=random.random((4, 10, 10_000)),
        states=random.choice([1, 1, 2, 3], (4, 10, 10_000)).astype(np.uint8),
        answers=np.ones((4, 10_000), dtype=np.uint8),
        latency_ms=np.zeros((4, 10_000)),
    )
    rule = Rule(mode="at_least", n=3, conditions=tuple(map(at_least_half, slots)))

    assert min(_thread_time_of(rule, wide) for _ in range(3)) < 0.05


def _thread_time_of(rule: Rule, matrix: ScoreMatrix) -> float:
    started = thread_time()
    evaluate(rule, matrix)
    return thread_time() - started


def test_a_rule_comes_back_from_json_with_the_same_hash() -> None:
    rule = Rule(
        mode="at_least", n=1, conditions=(at_least_half("a", required=True), at_least_half("b"))
    )

    back = Rule.from_json(json.loads(json.dumps(rule.to_json())))

    assert back == rule
    assert back.sha256 == rule.sha256
    assert replace(back, mode="any", n=None).sha256 != rule.sha256


def test_one_and_one_point_zero_are_the_same_line() -> None:
    whole, decimal = (
        all_of(Condition(slot="a", line=PassLine(op="==", value=value))) for value in (1, 1.0)
    )

    assert whole.sha256 == decimal.sha256


LINE = {"op": ">=", "value": 0.5}


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"mode": "most"}, "A rule joins its conditions by one of all, any, at_least, not 'most'."),
        ({"mode": "at_least", "n": 1}, "At least 1 of 0 counted KPIs cannot be asked for."),
        ({"mode": "at_least"}, "“At least” needs a whole number, not None."),
        ({"mode": "all", "n": 2}, "Only the mode “at least” has a number."),
        ({"rules": []}, "A rule has mode, n and a list of conditions"),
        ({"conditions": ["a"]}, "Each condition of a rule must be an object."),
        ({"conditions": [{"slot": "a"}]}, "A condition of a rule needs a pass line."),
        ({"conditions": [{"slot": "", "line": LINE}]}, "must name its KPI"),
        ({"conditions": [{"slot": "a", "line": LINE, "weight": 1}]}, "Not a condition of a rule"),
        ({"conditions": [{"slot": "a", "line": LINE}] * 2}, "'a' stands twice"),
        ({"conditions": [{"slot": "a", "line": LINE, "on_error": "?"}]}, "'?' is not one of skip"),
        ({"conditions": [{"slot": "a", "line": LINE, "required": 1}]}, "is true or false, not 1"),
    ],
)
def test_it_refuses_what_is_no_rule(rule: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Rule.from_json(rule)
