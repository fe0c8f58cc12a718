"""The scale a KPI measures on."""

from dataclasses import dataclass
from typing import Literal

Direction = Literal["up", "down", "target"]


@dataclass(frozen=True, kw_only=True)
class Scale:
    """The raw values a KPI may give, and which of them are good.

    `high` is None when there is no upper end (counts, ms). `unit` is "", "ms", "USD"
    or the plural of what is counted ("words"). `direction` says where good lies:
    "up", "down", or "target" for a band. `binary` scales know 0 (no) and 1 (yes) only.
    """

    low: float = 0.0
    high: float | None = 1.0
    unit: str = ""
    direction: Direction = "up"
    binary: bool = False

    def __post_init__(self) -> None:
        if self.high is not None and self.high <= self.low:
            raise ValueError(f"A scale cannot end at {self.high} and begin at {self.low}.")
        if self.binary and (self.low, self.high) != (0.0, 1.0):
            raise ValueError("A yes-or-no scale goes from 0 to 1.")

    def contains(self, value: float) -> bool:
        """Whether `value` can be a score on this scale."""
        if self.binary:
            return value in (0.0, 1.0)
        return value >= self.low and (self.high is None or value <= self.high)
