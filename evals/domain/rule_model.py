"""A rule: the pass lines of a playground and how they are joined. Plain, versioned data."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Literal, Self, get_args

from evals.domain.pass_lines import PassLine

Mode = Literal["all", "any", "at_least"]
Policy = Literal["skip", "fail", "pass", "hold"]
MODES: tuple[Mode, ...] = get_args(Mode)
POLICIES: tuple[Policy, ...] = get_args(Policy)


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One KPI of the setup (its slot) and the line its score must meet.

    `required` conditions must all hold; the others count towards the rule's mode.
    `on_missing` says what "not applicable" means, `on_error` what a KPI error means:
    skip (leave it out), fail, pass, or hold (the verdict stays undecided).
    """

    slot: str
    line: PassLine
    required: bool = False
    on_missing: Policy = "skip"
    on_error: Policy = "hold"

    def __post_init__(self) -> None:
        if not isinstance(self.slot, str) or not self.slot:
            raise ValueError("A condition of a rule must name its KPI.")
        if not isinstance(self.required, bool):
            raise ValueError(f"`required` is true or false, not {self.required!r}.")
        for policy in (self.on_missing, self.on_error):
            if policy not in POLICIES:
                known = ", ".join(POLICIES)
                raise ValueError(f"{policy!r} is not one of {known}.")

    def to_json(self) -> dict[str, object]:
        """All fields, the line as its own object."""
        return {
            "slot": self.slot,
            "line": self.line.to_json(),
            "required": self.required,
            "on_missing": self.on_missing,
            "on_error": self.on_error,
        }

    @classmethod
    def from_json(cls, condition: Mapping[str, object]) -> Self:
        """The condition that `to_json` wrote. Raises ValueError for anything else."""
        fields = dict(condition)
        line = fields.pop("line", None)
        if not isinstance(line, Mapping):
            raise ValueError("A condition of a rule needs a pass line.")
        try:
            # The checks of the class are made for what JSON may hold.
            return cls(line=PassLine.from_json(line), **fields)  # type: ignore[arg-type]
        except TypeError as exc:
            raise ValueError(f"Not a condition of a rule: {sorted(condition)}.") from exc


@dataclass(frozen=True, kw_only=True)
class Rule:
    """How pass lines become a verdict; `n` belongs to the mode "at_least" only.

    Raises ValueError, in words for the user, for a rule that no answer could meet
    or that names a KPI twice. A rule without conditions decides nothing.
    """

    mode: Mode = "all"
    n: int | None = None
    conditions: tuple[Condition, ...] = ()

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            known = ", ".join(MODES)
            raise ValueError(f"A rule joins its conditions by one of {known}, not {self.mode!r}.")
        slots = [condition.slot for condition in self.conditions]
        twice = sorted({slot for slot in slots if slots.count(slot) > 1})
        if twice:
            raise ValueError(f"A KPI stands in the rule once, but {twice[0]!r} stands twice.")
        if self.mode != "at_least":
            if self.n is not None:
                raise ValueError("Only the mode “at least” has a number.")
            return
        if isinstance(self.n, bool) or not isinstance(self.n, int):
            raise ValueError(f"“At least” needs a whole number, not {self.n!r}.")
        if not 1 <= self.n <= len(self.counted):
            raise ValueError(
                f"At least {self.n} of {len(self.counted)} counted KPIs cannot be asked for."
            )

    @property
    def required(self) -> tuple[Condition, ...]:
        """The conditions that must all hold."""
        return tuple(condition for condition in self.conditions if condition.required)

    @property
    def counted(self) -> tuple[Condition, ...]:
        """The conditions that the mode joins."""
        return tuple(condition for condition in self.conditions if not condition.required)

    @property
    def slots(self) -> tuple[str, ...]:
        """The slots in the rule's order."""
        return tuple(condition.slot for condition in self.conditions)

    def to_json(self) -> dict[str, object]:
        """Mode, n and conditions, ready for `json.dumps`."""
        return {
            "mode": self.mode,
            "n": self.n,
            "conditions": [condition.to_json() for condition in self.conditions],
        }

    @classmethod
    def from_json(cls, rule: Mapping[str, object]) -> Self:
        """The rule that `to_json` wrote. Raises ValueError for anything else."""
        unknown = set(rule) - {"mode", "n", "conditions"}
        conditions = rule.get("conditions", [])
        if unknown or not isinstance(conditions, list | tuple):
            raise ValueError(f"A rule has mode, n and a list of conditions, not {sorted(rule)}.")
        if not all(isinstance(condition, Mapping) for condition in conditions):
            raise ValueError("Each condition of a rule must be an object.")
        # The checks of the class are made for what JSON may hold.
        return cls(
            mode=rule.get("mode", "all"),  # type: ignore[arg-type]
            n=rule.get("n"),  # type: ignore[arg-type]
            conditions=tuple(Condition.from_json(condition) for condition in conditions),
        )

    @cached_property
    def sha256(self) -> str:
        """The hash of the canonical JSON: equal for rules that decide alike."""
        # 1 and 1.0 are the same line and must have the same hash.
        canonical = json.dumps(
            json.loads(json.dumps(self.to_json()), parse_int=float),
            sort_keys=True,
            separators=(",", ":"),
        )
        return sha256(canonical.encode()).hexdigest()
