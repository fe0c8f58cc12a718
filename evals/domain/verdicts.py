"""A rule applied to all scores of a run at once."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from evals.domain.matrix import AnswerState, ScoreMatrix, ScoreState
from evals.domain.rule_model import Condition, Policy, Rule


class Verdict(IntEnum):
    """What stands in `Verdicts.codes`."""

    WAITING = 0
    PASS = 1
    FAIL = 2
    UNDECIDED = 3
    ERROR = 4


class ConditionState(IntEnum):
    """What stands in `Verdicts.conditions`, before the rule's policies are applied."""

    MISSING = 0
    PASS = 1
    FAIL = 2
    NOT_APPLICABLE = 3
    ERROR = 4


@dataclass(frozen=True, kw_only=True)
class Verdicts:
    """What a rule says of every answer.

    `codes` is uint8[V, P] of Verdict: WAITING without an answer or with a score still
    missing, ERROR where the answer itself failed. `conditions` is uint8[V, C, P] of
    ConditionState, in the order of the rule. `matrix` is what was judged.
    """

    codes: NDArray[np.uint8]
    conditions: NDArray[np.uint8]
    matrix: ScoreMatrix


_OUTCOMES: dict[Policy, int] = {"skip": 0, "pass": 1, "fail": 2, "hold": 3}
_SKIP, _PASS, _FAIL, _HOLD = _OUTCOMES.values()


def evaluate(rule: Rule, matrix: ScoreMatrix) -> Verdicts:
    """The verdict of every answer in `matrix`.

    Required conditions must all hold, the counted ones are joined by the mode:
    all = no fail; any = one pass; at_least = n passes, a fail as soon as the passes
    and what is unknown cannot reach n. A held condition leaves the answer undecided
    unless it has failed already; so does a rule of which nothing was decided.
    """
    conditions = np.zeros((matrix.variants, len(rule.conditions), matrix.positions), dtype=np.uint8)
    for index, condition in enumerate(rule.conditions):
        conditions[:, index] = _condition_states(condition, matrix)

    codes = _decide(rule, conditions)
    codes[(conditions == ConditionState.MISSING).any(axis=1)] = Verdict.WAITING
    codes[matrix.answers == AnswerState.ERROR] = Verdict.ERROR
    codes[matrix.answers == AnswerState.MISSING] = Verdict.WAITING
    return Verdicts(codes=codes, conditions=conditions, matrix=matrix)


def _condition_states(condition: Condition, matrix: ScoreMatrix) -> NDArray[np.uint8]:
    index = matrix.slot_index(condition.slot)
    if index is None:
        return np.zeros(matrix.answers.shape, dtype=np.uint8)
    bounds = condition.line.bounds()
    values, states = matrix.values[:, index], matrix.states[:, index]
    holds = (values >= bounds.low) & (values <= bounds.high)
    decided = np.where(holds, np.uint8(ConditionState.PASS), np.uint8(ConditionState.FAIL))
    undecided = np.zeros(4, dtype=np.uint8)
    undecided[ScoreState.NOT_APPLICABLE] = ConditionState.NOT_APPLICABLE
    undecided[ScoreState.ERROR] = ConditionState.ERROR
    return np.where(states == ScoreState.VALUE, decided, undecided[states])


def _decide(rule: Rule, conditions: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Verdicts from condition states, as if every answer and score were there."""
    shape = conditions.shape[0], conditions.shape[2]
    required, counted = _Tally.empty(shape), _Tally.empty(shape)
    for index, condition in enumerate(rule.conditions):
        tally = required if condition.required else counted
        tally.add(_outcome(condition, conditions[:, index]))

    failed = (required.fails > 0) | _lost(rule, counted)
    held = (required.holds > 0) | (counted.holds > 0)
    anything_decided = (required.passes + counted.passes) > 0
    passed = _met(rule, counted) & anything_decided & ~held & ~failed

    codes = np.full(shape, Verdict.UNDECIDED, dtype=np.uint8)
    codes[passed] = Verdict.PASS
    codes[failed] = Verdict.FAIL
    return codes


@dataclass(frozen=True, kw_only=True)
class _Tally:
    """How many conditions of a group ended how; each int16[V, P]."""

    passes: NDArray[np.int16]
    fails: NDArray[np.int16]
    skips: NDArray[np.int16]
    holds: NDArray[np.int16]

    @classmethod
    def empty(cls, shape: tuple[int, int]) -> "_Tally":
        return cls(
            passes=np.zeros(shape, dtype=np.int16),
            fails=np.zeros(shape, dtype=np.int16),
            skips=np.zeros(shape, dtype=np.int16),
            holds=np.zeros(shape, dtype=np.int16),
        )

    def add(self, outcome: NDArray[np.uint8]) -> None:
        np.add(self.passes, outcome == _PASS, out=self.passes)
        np.add(self.fails, outcome == _FAIL, out=self.fails)
        np.add(self.skips, outcome == _SKIP, out=self.skips)
        np.add(self.holds, outcome == _HOLD, out=self.holds)


def _outcome(condition: Condition, states: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Condition states with the policies for "not applicable" and errors applied."""
    by_state = np.full(len(ConditionState), _HOLD, dtype=np.uint8)
    by_state[ConditionState.PASS] = _PASS
    by_state[ConditionState.FAIL] = _FAIL
    by_state[ConditionState.NOT_APPLICABLE] = _OUTCOMES[condition.on_missing]
    by_state[ConditionState.ERROR] = _OUTCOMES[condition.on_error]
    outcome: NDArray[np.uint8] = by_state[states]
    return outcome


def _met(rule: Rule, counted: _Tally) -> NDArray[np.bool_]:
    """Where the counted conditions are met as the mode wants."""
    if not rule.counted or rule.mode == "all":
        return np.equal(counted.fails, 0)
    return np.greater_equal(counted.passes, rule.n or 1)


def _lost(rule: Rule, counted: _Tally) -> NDArray[np.bool_]:
    """Where the counted conditions can no longer be met."""
    if not rule.counted or rule.mode == "all":
        return np.greater(counted.fails, 0)
    lost: NDArray[np.bool_]
    if rule.mode == "any":
        # All skipped is not lost: "not applicable" must never turn into a fail.
        lost = (counted.fails > 0) & (counted.passes + counted.holds == 0)
    else:
        lost = counted.passes + counted.skips + counted.holds < (rule.n or 1)
    return lost
