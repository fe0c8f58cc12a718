"""Which rows of a run a page shows, and in which order: arrays only, no database."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evals.domain.rules import ConditionState, Verdict
from evals.queries.reading import Reading
from evals.queries.view_state import Cursor

Mask = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Ordering:
    """Positions in the order they are shown, and each one's disagreement, both int[n]."""

    positions: NDArray[np.intp]
    disagreement: NDArray[np.intp]

    def after(self, cursor: Cursor | None) -> int:
        """The place in the order where the page after `cursor` begins.

        Found by value, not by number, so that rows which came or went before it move nothing.
        """
        if cursor is None:
            return 0
        behind = (self.disagreement < cursor.disagreement) | (
            (self.disagreement == cursor.disagreement) & (self.positions > cursor.position)
        )
        return int(np.argmax(behind)) if behind.any() else len(self.positions)

    def cursor(self, place: int) -> Cursor:
        """The cursor of the row at `place`."""
        return Cursor(
            disagreement=int(self.disagreement[place]), position=int(self.positions[place])
        )

    def place(self, position: int) -> int | None:
        """Where `position` stands in the order; None when it is not shown."""
        found = np.flatnonzero(self.positions == position)
        return int(found[0]) if found.size else None


def masks(reading: Reading, variant: int | None = None) -> dict[str, Mask]:
    """For each word of `show` the rows it keeps, bool[P].

    With `variant` a row counts for what this variant did there; "disagree" looks at all of them.
    """
    codes = reading.verdicts.codes
    passed, failed = codes == Verdict.PASS, codes == Verdict.FAIL
    base_passed, base_failed = passed[reading.baseline], failed[reading.baseline]
    one = slice(None) if variant is None else slice(variant, variant + 1)
    return {
        "all": np.ones(codes.shape[1], dtype=np.bool_),
        "fail": failed[one].any(axis=0),
        "disagree": passed.any(axis=0) & failed.any(axis=0),
        "regressed": base_passed & failed[one].any(axis=0),
        "fixed": base_failed & passed[one].any(axis=0),
        "undecided": (codes[one] == Verdict.UNDECIDED).any(axis=0),
        "error": (codes[one] == Verdict.ERROR).any(axis=0),
    }


def kpi_mask(reading: Reading, slot: str, variant: int | None = None) -> Mask | None:
    """The rows on which a KPI's line is missed, bool[P]; None when the rule has no such slot."""
    if slot not in reading.rule.slots:
        return None
    states = reading.verdicts.conditions[:, reading.rule.slots.index(slot)]
    missed: Mask = states == ConditionState.FAIL
    return np.asarray(missed.any(axis=0) if variant is None else missed[variant])


def disagreement(reading: Reading) -> NDArray[np.intp]:
    """How divided the variants are on each row: the size of the smaller camp, int[P]."""
    codes = reading.verdicts.codes
    passes = (codes == Verdict.PASS).sum(axis=0)
    fails = (codes == Verdict.FAIL).sum(axis=0)
    smaller: NDArray[np.intp] = np.minimum(passes, fails)
    return smaller


def ordering(reading: Reading, sort: str, mask: Mask) -> Ordering:
    """The rows of `mask`, by number or the most divided first."""
    positions = np.flatnonzero(mask)
    if sort != "disagreement":
        return Ordering(positions=positions, disagreement=np.zeros_like(positions))
    divided = disagreement(reading)[positions]
    # Stable: rows that are equally divided stay in the order of their numbers.
    order = np.argsort(-divided, kind="stable")
    return Ordering(positions=positions[order], disagreement=divided[order])
