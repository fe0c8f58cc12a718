"""What a KPI is, and how to write one.

A KPI is a small frozen dataclass in the file of its group. Class attributes declare it,
fields are its parameters, each with a default and `described`. `__post_init__` checks them
and raises ValueError in words for the user (the base's checks the choices). `result` gives

- `Score` on the KPI's own raw scale, with a short sentence a support lead understands;
- `NotApplicable` when there is nothing to judge. Never a 0 for that;
- `Failed` when it could not decide. An exception becomes that by itself.

`result` is pure: no clock, no chance, no network, no files. It must take less than 0.2 s
on 200,000 characters of anything, so bound every pattern and every comparison of two
texts. Then name the class in the `KPIS` of its file. `key` is stored: never rename it.
"""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import ClassVar, Literal

from evals.domain.faults import fault
from evals.domain.pass_lines import PassLine
from evals.domain.results import Failed, NotApplicable, Result, Score
from evals.domain.scales import Scale
from evals.kpis.inputs import Inputs

__all__ = [
    "COUNT_DOWN",
    "SHARE",
    "TEXT_CAP",
    "YES_NO",
    "Failed",
    "Inputs",
    "Kpi",
    "NotApplicable",
    "PassLine",
    "Result",
    "Scale",
    "Score",
    "at_least",
    "at_most",
    "described",
    "exactly",
    "shown",
]

logger = logging.getLogger(__name__)

Kind = Literal["deterministic", "statistical", "operational"]

# Characters of an answer that a KPI reads; an answer of a real model is far below.
TEXT_CAP = 200_000

# Control characters and lone surrogates.
_UNSHOWABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")

YES_NO = Scale(binary=True)
SHARE = Scale()
COUNT_DOWN = Scale(high=None, direction="down")

_MISSING: Mapping[str, str] = {
    "question": "No question in this row",
    "reference": "No expected answer in this row",
    "evidence": "No context in this row",
    "context": "No context in this row",
    "context_used": "The answer was given no context",
    "keywords": "No keywords in this row",
    "answerable": "Not marked as answerable or not",
    "latency_ms": "No latency was recorded",
    "cost_usd": "The price of this model is unknown",
}
# The answer came with the data.
_NOT_IMPORTED: Mapping[str, str] = {
    "context_used": "What context an imported answer was given is not known",
    "latency_ms": "How long an imported answer took is not known",
    "cost_usd": "What an imported answer cost is not known",
}


@dataclass(frozen=True, kw_only=True)
class Kpi:
    """The contract of a KPI. `needs` are names of `Inputs`; a "?" at the end: optional."""

    key: ClassVar[str]
    name: ClassVar[str]
    question: ClassVar[str]
    short_name: ClassVar[str]
    group: ClassVar[str]
    kind: ClassVar[Kind] = "deterministic"
    needs: ClassVar[tuple[str, ...]]
    scale: ClassVar[Scale]
    suggested: ClassVar[PassLine]
    english_only: ClassVar[bool] = False
    # None: the whole answer is read, however long.
    text_cap: ClassVar[int | None] = TEXT_CAP

    def __post_init__(self) -> None:
        for parameter in fields(self):
            value, choices = getattr(self, parameter.name), parameter.metadata["choices"]
            if choices and value not in choices:
                known = ", ".join(choices)
                raise ValueError(f"`{parameter.name}` must be one of {known}, not {value!r}.")

    def score(self, inputs: Inputs) -> Result:
        """The result for one answer. Never raises: an exception becomes `Failed`."""
        for need in self.needed():
            if getattr(inputs, need) in ((), None):
                return NotApplicable(reason=_missing(need, inputs))
        try:
            return self._capped(inputs)
        except Exception as exc:  # noqa: BLE001 - one KPI must not end the others
            # Without its words: they may quote the answer.
            logger.error("kpi_failed", extra={"kpi": self.key, **fault(exc)})
            cause = shown(str(exc), limit=200) or type(exc).__name__
            return Failed(reason=f"{self.name} failed: {cause}")

    def result(self, inputs: Inputs) -> Result:
        """The result when all needed inputs are there. To be written by each KPI."""
        raise NotImplementedError(f"{type(self).__name__} does not measure anything.")

    def needed(self) -> tuple[str, ...]:
        """The inputs without which there is nothing to judge, given the parameters."""
        return tuple(need for need in self.needs if not need.endswith("?"))

    def _capped(self, inputs: Inputs) -> Result:
        if self.text_cap is None or len(inputs.response) <= self.text_cap:
            return self.result(inputs)
        result = self.result(replace(inputs, response=inputs.response[: self.text_cap]))
        note = f"Only the first {self.text_cap:,} characters were read."
        return replace(result, reason=f"{result.reason.rstrip('.')}. {note}")


def _missing(need: str, inputs: Inputs) -> str:
    known = {**_MISSING, **_NOT_IMPORTED} if inputs.is_imported else _MISSING
    return known.get(need, f"No {need.replace('_', ' ')} in this row")


def described(help_text: str, *, choices: tuple[str, ...] = ()) -> Mapping[str, object]:
    """The metadata of a field that is a parameter: what a form says beside it."""
    return {"help": help_text, "choices": choices}


def shown(text: str, *, limit: int = 60) -> str:
    """An excerpt fit for a reason: one line, and nothing that a database or UTF-8 refuses."""
    excerpt = _UNSHOWABLE.sub("\ufffd", text[: limit + 1])
    return excerpt if len(excerpt) <= limit else f"{excerpt[:limit]}…"


def at_least(value: float) -> PassLine:
    """The pass line ≥ value."""
    return PassLine(op=">=", value=value)


def at_most(value: float) -> PassLine:
    """The pass line ≤ value."""
    return PassLine(op="<=", value=value)


def exactly(value: float) -> PassLine:
    """The pass line = value."""
    return PassLine(op="==", value=value)
