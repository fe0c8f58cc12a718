"""Accuracy of a variant, and of one variant against another, from verdicts."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evals.domain.inference import (
    Interval,
    VerdictWord,
    mcnemar_exact,
    paired_bootstrap,
    verdict_word,
    wilson,
)
from evals.domain.verdicts import Verdict


@dataclass(frozen=True, kw_only=True)
class Accuracy:
    """How many answers ended how. What is not decided is counted, never hidden, never 0."""

    passes: int
    fails: int
    undecided: int
    errors: int
    waiting: int

    @property
    def decided(self) -> int:
        """Answers that passed or failed."""
        return self.passes + self.fails

    @property
    def all(self) -> int:
        """All answers, decided or not, given or not."""
        return self.decided + self.open

    @property
    def open(self) -> int:
        """Answers that neither passed nor failed (yet)."""
        return self.undecided + self.errors + self.waiting

    @property
    def value(self) -> float | None:
        """Passes / decided; None when nothing is decided."""
        return self.passes / self.decided if self.decided else None

    @property
    def coverage(self) -> float | None:
        """Decided / all; None without answers."""
        return self.decided / self.all if self.all else None

    @property
    def interval(self) -> Interval | None:
        """The 95 % Wilson interval of `value`; None when nothing is decided."""
        return wilson(self.passes, self.decided)

    @property
    def open_range(self) -> Interval | None:
        """Where accuracy would lie if all open answers failed, or all passed."""
        if not self.all:
            return None
        return Interval(low=self.passes / self.all, high=(self.passes + self.open) / self.all)


def accuracy(verdict_row: NDArray[np.uint8]) -> Accuracy:
    """The accuracy of one variant from its row of `Verdicts.codes`, uint8[P].

    A row of `Verdicts.conditions` may be given too: its codes mean the same, with
    "not applicable" as undecided. So come the pass rates of one KPI.
    """
    counts = np.bincount(verdict_row, minlength=len(Verdict))
    return Accuracy(
        passes=int(counts[Verdict.PASS]),
        fails=int(counts[Verdict.FAIL]),
        undecided=int(counts[Verdict.UNDECIDED]),
        errors=int(counts[Verdict.ERROR]),
        waiting=int(counts[Verdict.WAITING]),
    )


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Variant b against variant a on the rows that are decided in both.

    `wins` are rows that only b passes, `losses` rows that only a passes, `dropped` rows
    that are not decided in both. `difference` is accuracy(b) − accuracy(a) on these rows.
    """

    rows: int
    dropped: int
    wins: int
    losses: int
    difference: float | None
    interval: Interval | None
    p: float

    @property
    def word(self) -> VerdictWord:
        """Better, worse, too close to call, or too few rows."""
        return verdict_word(rows=self.rows, difference=self.interval, p=self.p)


def compare(a_row: NDArray[np.uint8], b_row: NDArray[np.uint8]) -> Comparison:
    """Compare two rows of `Verdicts.codes`, uint8[P] each, position by position."""
    decided = [Verdict.PASS, Verdict.FAIL]
    both = np.isin(a_row, decided) & np.isin(b_row, decided)
    a_pass, b_pass = a_row[both] == Verdict.PASS, b_row[both] == Verdict.PASS
    rows = int(both.sum())
    wins, losses = int((b_pass & ~a_pass).sum()), int((a_pass & ~b_pass).sum())
    return Comparison(
        rows=rows,
        dropped=a_row.size - rows,
        wins=wins,
        losses=losses,
        difference=(wins - losses) / rows if rows else None,
        interval=paired_bootstrap(a_pass, b_pass),
        p=mcnemar_exact(losses, wins),
    )
