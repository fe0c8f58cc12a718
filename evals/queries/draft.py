"""A rule with moved pass lines: a draft that lives in the URL until it is saved."""

from collections.abc import Mapping
from dataclasses import replace
from math import isfinite

from accounts.errors import Refused
from evals.domain.rules import Condition, Rule
from evals.domain.scales import Scale
from evals.queries.view_state import LINE_PREFIX

HIGH_SUFFIX = ".high"


def drafted(rule: Rule, draft: Mapping[str, str], scales: Mapping[str, Scale]) -> Rule:
    """`rule` with the lines of `draft` in place of its own.

    `draft` maps "line.<slot>" to the new number of a line, "line.<slot>.high" to the upper end of
    a line that says between, and "n" to the number of "at least n". Slots that the rule does not
    have are left out: they come with links of other runs. `scales` are by slot. Raises Refused for
    what is no number, makes no line or lies off the KPI's scale.
    """
    try:
        conditions = tuple(_moved(condition, draft, scales) for condition in rule.conditions)
        n = int(draft["n"]) if rule.mode == "at_least" and draft.get("n") else rule.n
        return replace(rule, conditions=conditions, n=n)
    except ValueError as exc:
        raise Refused(str(exc), hint="Move the line again, or press Reset.") from exc


def line_pairs(rule: Rule, saved: Rule) -> dict[str, str]:
    """What of `rule` differs from `saved`, as the draft that makes `saved` into it."""
    pairs: dict[str, str] = {}
    for condition, before in zip(rule.conditions, saved.conditions, strict=True):
        name = f"{LINE_PREFIX}{condition.slot}"
        if condition.line.value != before.line.value:
            pairs[name] = typed(condition.line.value)
        if condition.line.high is not None and condition.line.high != before.line.high:
            pairs[f"{name}{HIGH_SUFFIX}"] = typed(condition.line.high)
    if rule.n != saved.n:
        pairs["n"] = str(rule.n)
    return pairs


def _moved(
    condition: Condition, draft: Mapping[str, str], scales: Mapping[str, Scale]
) -> Condition:
    name = f"{LINE_PREFIX}{condition.slot}"
    line = condition.line
    value = _number(draft, name, line.value)
    high = line.high if line.high is None else _number(draft, f"{name}{HIGH_SUFFIX}", line.high)
    if (value, high) == (line.value, line.high):
        return condition
    moved = replace(line, value=value, high=high)
    if condition.slot in scales:
        moved.check_fits(scales[condition.slot])
    return replace(condition, line=moved)


def typed(number: float) -> str:
    """A number as a person would type it: "0.7", "5000"."""
    return str(int(number)) if number == int(number) else repr(float(number))


def _number(draft: Mapping[str, str], name: str, current: float) -> float:
    text = draft.get(name, "")
    if not text:
        return current
    try:
        number = float(text)
    except ValueError as exc:
        raise ValueError(f"A pass line needs a number, not {text[:40]!r}.") from exc
    if not isfinite(number):
        raise ValueError(f"A pass line needs a number, not {text[:40]!r}.")
    return number
