"""The condition a score must meet."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf, isfinite, nextafter
from typing import Literal, Self, get_args

from evals.domain import rendering
from evals.domain.scales import Scale

Operator = Literal[">=", ">", "<=", "<", "==", "between"]
OPERATORS: tuple[Operator, ...] = get_args(Operator)

# Scores are quotients: 0.1 + 0.2 must meet a line at 0.3.
SLACK = 1e-9

_SIGNS: dict[Operator, str] = {">=": "≥", ">": ">", "<=": "≤", "<": "<", "==": "="}


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """The scores that meet a line: low ≤ score ≤ high, both ends included."""

    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class PassLine:
    """A comparison with `value`; "between" goes from `value` to `high`, ends included.

    Raises ValueError, in words for the user, for what is no comparison.
    """

    op: Operator
    value: float
    high: float | None = None

    def __post_init__(self) -> None:
        if self.op not in OPERATORS:
            known = " ".join(OPERATORS)
            raise ValueError(f"A pass line compares with one of {known}, not {self.op!r}.")
        ends = (self.value,) if self.high is None else (self.value, self.high)
        for end in ends:
            if isinstance(end, bool) or not isinstance(end, int | float) or not isfinite(end):
                raise ValueError(f"A pass line needs a number, not {end!r}.")
        if (self.op == "between") != (self.high is not None):
            raise ValueError("A pass line has an upper end if it says between, else none.")
        if self.high is not None and self.high < self.value:
            raise ValueError(
                f"Between {self.value:g} and {self.high:g} there is nothing: "
                "put the smaller number first."
            )

    def bounds(self) -> Bounds:
        """The line as a closed interval, with a slack of 1e-9 for rounding."""
        least, most = self.value - SLACK, self.value + SLACK
        if self.op == ">=":
            return Bounds(low=least, high=inf)
        if self.op == ">":
            return Bounds(low=nextafter(most, inf), high=inf)
        if self.op == "<=":
            return Bounds(low=-inf, high=most)
        if self.op == "<":
            return Bounds(low=-inf, high=nextafter(least, -inf))
        top = self.value if self.high is None else self.high
        return Bounds(low=least, high=top + SLACK)

    def holds(self, value: float) -> bool:
        """Whether `value` meets the line. NaN never does."""
        bounds = self.bounds()
        return bounds.low <= value <= bounds.high

    def words(self, scale: Scale | None = None) -> str:
        """The line as people read it: "≥ 0.6", "between 1 and 300".

        With the scale of its KPI it also says the unit: "≤ 5.0 s", "= Yes".
        """
        if self.high is not None:
            return f"between {self._low_words(scale)} and {line_number(self.high, scale)}"
        return f"{_SIGNS[self.op]} {line_number(self.value, scale)}"

    def _low_words(self, scale: Scale | None) -> str:
        """The lower end, without its unit where the upper end says the same one."""
        low, _, unit = line_number(self.value, scale).partition(" ")
        _, _, high_unit = line_number(self.high or 0, scale).partition(" ")
        return low if unit.rstrip("s") == high_unit.rstrip("s") else f"{low} {unit}"

    def check_fits(self, scale: Scale) -> None:
        """Raises ValueError when the line asks for a value that the scale does not have."""
        for end in (self.value, self.high):
            if end is not None and not scale.contains(end):
                top = "without end" if scale.high is None else f"to {scale.high:g}"
                raise ValueError(
                    f"{end:g} is not on this KPI's scale, which goes from {scale.low:g} {top}."
                )

    def to_json(self) -> dict[str, object]:
        """`{"op", "value"}`, and "high" for between."""
        line: dict[str, object] = {"op": self.op, "value": self.value}
        return line if self.high is None else {**line, "high": self.high}

    @classmethod
    def from_json(cls, line: Mapping[str, object]) -> Self:
        """The line that `to_json` wrote. Raises ValueError for anything else."""
        unknown = set(line) - {"op", "value", "high"}
        if unknown or "op" not in line or "value" not in line:
            raise ValueError(f"A pass line has op, value and perhaps high, not {sorted(line)}.")
        # The checks of the class are made for what JSON may hold.
        return cls(op=line["op"], value=line["value"], high=line.get("high"))  # type: ignore[arg-type]


def line_number(value: float, scale: Scale | None) -> str:
    """A number of a line, with the unit of its scale when that is known."""
    if scale is None or not (scale.binary or scale.unit):
        return rendering.number(value, decimals=6)
    return rendering.score(value, scale)
