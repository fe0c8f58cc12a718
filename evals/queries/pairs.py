"""Variants compared two by two on the same rows."""

from collections.abc import Sequence
from dataclasses import dataclass

from evals.charts.dashboard import Difference, difference, span
from evals.domain.statistics import Comparison, VerdictWord, compare, verdict_word
from evals.queries.reading import Reading

CLEARLY = 0.001


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Variant `second` against variant `first`; `p` is corrected for the number of pairs."""

    first: int
    second: int
    first_letter: str
    second_letter: str
    second_name: str
    comparison: Comparison
    p: float
    chart: Difference

    @property
    def word(self) -> VerdictWord:
        """What the paired test says of `second`."""
        return verdict_word(
            rows=self.comparison.rows, difference=self.comparison.interval, p=self.p
        )

    @property
    def words(self) -> str:
        """The verdict as it is shown."""
        if self.word in {"better", "worse"} and self.p < CLEARLY:
            return f"Clearly {self.word}"
        return self.word.capitalize()

    @property
    def state(self) -> str:
        """The mark beside the words."""
        return {"better": "pass_by_person", "worse": "fail"}.get(self.word, "close")

    @property
    def css(self) -> str:
        """The class of the chart."""
        return {"better": "win", "worse": "lose"}.get(self.word, "even")


def pairs(reading: Reading, best: int | None) -> tuple[Pair, ...]:
    """Every variant against the baseline, and the best one against each of the rest."""
    base, variants = reading.baseline, range(len(reading.snapshot.variants))
    chosen = [(base, other) for other in variants if other != base]
    if best is not None and best != base:
        chosen += [(other, best) for other in variants if other not in (base, best)]
    codes = reading.verdicts.codes
    made = [compare(codes[first], codes[second]) for first, second in chosen]
    intervals = [one.interval for one in made if one.interval]
    widest = span([end for one in intervals for end in (one.low, one.high)])
    return tuple(
        Pair(
            first=first,
            second=second,
            first_letter=reading.letters[first],
            second_letter=reading.letters[second],
            second_name=reading.snapshot.variants[second].name,
            comparison=one,
            p=p,
            chart=difference(
                low=one.interval.low if one.interval else None,
                high=one.interval.high if one.interval else None,
                value=one.difference,
                span=widest,
            ),
        )
        for (first, second), one, p in zip(chosen, made, holm([one.p for one in made]), strict=True)
    )


def holm(p_values: Sequence[float]) -> list[float]:
    """The p-values corrected for their number, in the order given.

    Source: Holm (1979), Scandinavian Journal of Statistics 6: the smallest is multiplied by m,
    the next by m − 1 and so on, none is smaller than one before it, none larger than 1.
    """
    order = sorted(range(len(p_values)), key=lambda index: p_values[index])
    corrected = [1.0] * len(p_values)
    highest = 0.0
    for rank, index in enumerate(order):
        highest = max(highest, min(1.0, p_values[index] * (len(p_values) - rank)))
        corrected[index] = highest
    return corrected
