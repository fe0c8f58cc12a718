"""What a KPI says of an answer: scored, not applicable, or failed. Never a silent 0."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite


@dataclass(frozen=True, kw_only=True)
class Score:
    """A value on the KPI's own raw scale, with a short sentence that says why.

    `detail` holds what a reader may want to see beside the reason (matched words,
    spans); it is JSON-ready. Raises ValueError for NaN and infinity.
    """

    value: float
    reason: str
    detail: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not isfinite(self.value):
            raise ValueError(f"A score must be a finite number, not {self.value!r}.")


@dataclass(frozen=True, kw_only=True)
class NotApplicable:
    """There was nothing to judge. Not a fail, not a 0."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class Failed:
    """The KPI could not decide. Never counted as 0."""

    reason: str


Result = Score | NotApplicable | Failed
