"""Retrieval and grounding: does the answer stay inside what it was given?"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from evals.kpis.base import (
    SHARE,
    YES_NO,
    Kpi,
    NotApplicable,
    Result,
    Score,
    at_least,
    described,
    exactly,
    shown,
)
from evals.kpis.declining import sign_of_declining
from evals.kpis.inputs import Inputs
from evals.kpis.numbers import Numbers, count_numbers, readings, spelled, without_markers
from evals.kpis.patterns import compile_pattern, well_formed

GROUP = "Retrieval & grounding"
_LISTED = 30
_CONTEXT_CAP = 1_000_000
_HEAD_CAP = 5_000
_PATTERNS_CAP = 50


@dataclass(frozen=True, kw_only=True)
class NumberGrounding(Kpi):
    """The share of the numbers in the answer that occur in the context.

    Citations ("[1]") and the numbers of a numbered list are no numbers of the answer.
    Signs are not compared. A context may spell out zero to twelve in English.
    """

    key = "number_grounding"
    name = "Number grounding"
    question = "Do its numbers stand in the context?"
    short_name = "Numbers"
    group = GROUP
    needs = ("response", "evidence")
    scale = SHARE
    suggested = at_least(1)

    rel_tol: float = field(default=0.0, metadata=described("0.01 also accepts numbers within 1 %"))
    ignore_below: float = field(
        default=0.0, metadata=described("Smaller numbers are not looked at")
    )
    against: Literal["evidence", "context_used"] = field(
        default="evidence",
        metadata=described(
            "evidence: the row's context; context_used: what the variant was given",
            choices=("evidence", "context_used"),
        ),
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.rel_tol < 1:
            raise ValueError(f"`rel_tol` must be from 0 to below 1, not {self.rel_tol!r}.")
        if not self.ignore_below >= 0:
            raise ValueError(f"`ignore_below` must not be negative, it is {self.ignore_below!r}.")

    def needed(self) -> tuple[str, ...]:
        """The answer, and the context that `against` names."""
        return ("response", self.against)

    def result(self, inputs: Inputs) -> Result:
        """Numbers found in the context / numbers in the answer, each as often as it stands."""
        said = count_numbers(without_markers(inputs.response))
        if self.ignore_below:
            small = [number for number in said if max(readings(number)) < self.ignore_below]
            for number in small:
                del said[number]
        if not said:
            return NotApplicable(reason="No numbers in this answer")
        texts = inputs.evidence if self.against == "evidence" else inputs.context_used
        # A dict for its order and its quick look-up.
        missing = dict.fromkeys(self._missing(said, "\n".join(texts)[:_CONTEXT_CAP]))
        total = said.total()
        found = total - sum(said[number] for number in missing)
        return Score(
            value=found / total,
            reason=_grounding_words(found, total, list(missing)),
            detail={
                "matched": [number for number in said if number not in missing][:_LISTED],
                "missing": list(missing)[:_LISTED],
            },
        )

    def _missing(self, said: Mapping[str, int], context: str) -> list[str]:
        written = count_numbers(context)
        # Mostly a number is written alike in both; only the rest is worth reading closely.
        missing = [number for number in said if number not in written]
        if missing:
            given = Numbers((*written, *spelled(context, missing)))
            missing = [one for one in missing if not given.contain(one, rel_tol=self.rel_tol)]
        return missing


@dataclass(frozen=True, kw_only=True)
class AbstentionCorrectness(Kpi):
    """1 if the answer declines exactly when the row cannot be answered, else 0.

    English only. An empty answer declines; so does one whose beginning says that the
    answer is not known or not in the context.
    """

    key = "abstention_correctness"
    name = "Abstention"
    question = "Does it decline exactly when it should?"
    short_name = "Abstains"
    group = GROUP
    needs = ("response", "answerable")
    scale = YES_NO
    suggested = exactly(1)
    english_only = True

    patterns: tuple[str, ...] = field(
        default=(),
        metadata=described("Your own signs of declining, beside the built-in ones (RE2 syntax)"),
    )
    head_chars: int = field(
        default=300, metadata=described("How much of the beginning is looked at")
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 1 <= self.head_chars <= _HEAD_CAP:
            raise ValueError(
                f"`head_chars` must be from 1 to {_HEAD_CAP:,}, not {self.head_chars!r}."
            )
        if len(self.patterns) > _PATTERNS_CAP:
            raise ValueError(
                f"`patterns` has {len(self.patterns)} entries; {_PATTERNS_CAP} is the most."
            )
        for pattern in self.patterns:
            compile_pattern("patterns", pattern, ignore_case=True)

    def result(self, inputs: Inputs) -> Result:
        """1 or 0, with the words that decline."""
        sign = self._sign_of_declining(inputs.response)
        declines = sign is not None
        should = "which cannot be answered" if not inputs.answerable else "which can be answered"
        does = "Declines a question" if declines else "Answers a question"
        return Score(
            value=float(declines != inputs.answerable),
            reason=f"{does} {should}",
            detail={"matched": [shown(sign)]} if sign else {},
        )

    def _sign_of_declining(self, response: str) -> str | None:
        """The words that decline ("" for an empty answer), None when it answers."""
        head = response.strip()[: self.head_chars]
        sign = sign_of_declining(head)
        if sign is not None:
            return sign
        for pattern in self.patterns:
            found = compile_pattern("patterns", pattern, ignore_case=True).search(well_formed(head))
            if found:
                return found.group()
        return None


def _grounding_words(found: int, total: int, missing: list[str]) -> str:
    if not missing:
        subject = "Its number stands" if total == 1 else f"All {total} numbers stand"
        return f"{subject} in the context"
    others = " and others" if len(missing) > 1 else ""
    return f"{found} of {total} numbers stand in the context; not {missing[0]}{others}"


KPIS: tuple[type[Kpi], ...] = (NumberGrounding, AbstentionCorrectness)
