"""Why an answer got its verdict, in words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from evals.domain import rendering
from evals.domain.pass_lines import PassLine, line_number
from evals.domain.rule_model import Condition, Policy, Rule
from evals.domain.rule_words import Vocabulary
from evals.domain.scales import Scale
from evals.domain.verdicts import ConditionState, Verdict, Verdicts

_CONSEQUENCES: dict[Policy, str] = {
    "skip": " and is left out",
    "fail": ", which counts as a fail",
    "pass": ", which counts as a pass",
    "hold": ", so the verdict stays open",
}
_OPEN = (ConditionState.NOT_APPLICABLE, ConditionState.ERROR)


@dataclass(frozen=True, kw_only=True)
class _Finding:
    """How one condition stands for one answer; `value` means nothing without a score."""

    condition: Condition
    state: ConditionState
    value: float


def reasons(
    rule: Rule,
    verdicts: Verdicts,
    variant: int,
    position: int,
    names: Mapping[str, str],
    scales: Mapping[str, Scale] | None = None,
) -> list[str]:
    """Why one answer got its verdict, most telling first: ["Token F1 0.41 is below 0.6"].

    A pass lists what held, a fail what failed, an undecided answer all that did not
    hold. With `scales` (by slot) the values carry their units.
    """
    verdict = Verdict(verdicts.codes[variant, position])
    vocabulary = Vocabulary(names=names, scales=scales or {})
    if verdict == Verdict.ERROR:
        return ["There is no answer, so there is nothing to judge"]
    findings = list(_findings(rule, verdicts, variant, position))
    if verdict == Verdict.WAITING:
        missing = [one for one in findings if one.state == ConditionState.MISSING]
        waits = [f"{vocabulary.name(one.condition.slot)} is not scored yet" for one in missing]
        return waits or ["Not answered yet"]
    if not findings:
        return ["No KPI is in the rule"]
    told = [one for one in findings if _explains(one, verdict)]
    told.sort(key=lambda one: (one.state in _OPEN, not one.condition.required))
    shortfall = [] if verdict == Verdict.PASS else _shortfall(rule, findings)
    return [*shortfall, *(_reason(one, vocabulary) for one in told)]


def _explains(finding: _Finding, verdict: Verdict) -> bool:
    """Whether a finding is part of the answer to "why this verdict?"."""
    if verdict == Verdict.UNDECIDED:
        return finding.state != ConditionState.PASS
    policies = {
        ConditionState.NOT_APPLICABLE: finding.condition.on_missing,
        ConditionState.ERROR: finding.condition.on_error,
    }
    wanted = "pass" if verdict == Verdict.PASS else "fail"
    return policies.get(finding.state, finding.state.name.lower()) == wanted


def _findings(rule: Rule, verdicts: Verdicts, variant: int, position: int) -> Iterator[_Finding]:
    matrix = verdicts.matrix
    for number, condition in enumerate(rule.conditions):
        index = matrix.slot_index(condition.slot)
        yield _Finding(
            condition=condition,
            state=ConditionState(verdicts.conditions[variant, number, position]),
            value=0.0 if index is None else float(matrix.values[variant, index, position]),
        )


def _shortfall(rule: Rule, findings: list[_Finding]) -> Iterator[str]:
    """How far the counted conditions are from the number the rule wants."""
    counted = [one for one in findings if not one.condition.required]
    held = sum(one.state == ConditionState.PASS for one in counted)
    if rule.mode == "at_least" and held < (rule.n or 0):
        verb = "holds" if held == 1 else "hold"
        yield f"{held} of {len(counted)} counted KPIs {verb}, {rule.n} must"


def _reason(finding: _Finding, vocabulary: Vocabulary) -> str:
    condition, value = finding.condition, finding.value
    name, scale = vocabulary.name(condition.slot), vocabulary.scales.get(condition.slot)
    if finding.state == ConditionState.NOT_APPLICABLE:
        return f"{name} does not apply{_CONSEQUENCES[condition.on_missing]}"
    if finding.state == ConditionState.ERROR:
        return f"{name} could not be scored{_CONSEQUENCES[condition.on_error]}"
    shown = _shown(value, condition.line, scale)
    if finding.state == ConditionState.PASS:
        return f"{name} {shown} {_met(condition.line, scale)}"
    return f"{name} {shown} is {_missed(condition.line, value, scale)}"


def _met(line: PassLine, scale: Scale | None) -> str:
    """How a value meets the line: "meets ≥ 0.6", "is between 1 and 300"."""
    words = line.words(scale)
    if line.high is None:
        return f"meets {words}"
    unit = scale.unit if scale else ""
    return f"is {words.removesuffix(f' {unit}')}" if unit else f"is {words}"


def _missed(line: PassLine, value: float, scale: Scale | None) -> str:
    """How `value` misses the line: "below 0.6"."""
    if line.high is not None:
        end, side = (line.value, "below") if value < line.value else (line.high, "above")
        return f"{side} {line_number(end, scale)}"
    side = {">=": "below", ">": "not above", "<=": "above", "<": "not below"}.get(line.op, "not")
    return f"{side} {line_number(line.value, scale)}"


def _shown(value: float, line: PassLine, scale: Scale | None) -> str:
    """The value, with more digits where rounding would make it look like its line."""
    text = rendering.number(value) if scale is None else rendering.score(value, scale)
    ends = {end for end in (line.value, line.high) if end is not None and end != value}
    if text not in {line_number(end, scale) for end in ends}:
        return text
    unit = scale.unit if scale else ""
    return f"{rendering.number(value, decimals=9)} {unit}".rstrip()
