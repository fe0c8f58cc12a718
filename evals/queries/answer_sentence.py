"""The dashboard's answer in words. It never says more than the numbers do."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from evals.domain import rendering
from evals.domain.inference import Z_95
from evals.domain.statistics import TOO_FEW_ROWS, Accuracy
from evals.queries.pairs import CLEARLY, Pair
from evals.queries.reading import Reading
from evals.queries.variant_heads import VariantHead

_CLOSE_LATENCY = 0.1
_HALF_WIDTH = 0.05


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A headline and what supports it."""

    headline: str
    detail: str


def best_variant(accuracies: Sequence[Accuracy]) -> int | None:
    """The variant with the highest accuracy, the first of equals; None when nothing is decided."""
    shares = [-1.0 if one.value is None else one.value for one in accuracies]
    best = max(range(len(shares)), key=lambda index: shares[index], default=None)
    return best if best is not None and shares[best] >= 0 else None


def answer(reading: Reading, heads: Sequence[VariantHead], pairs: Sequence[Pair]) -> Answer:
    """What the run says so far about which variant to ship."""
    best = best_variant(reading.accuracies)
    if best is None:
        return _nothing_decided(reading)
    found = _single(heads[0]) if len(heads) == 1 else _compared(heads, best, pairs)
    parts = [found.detail, _left_out(reading), _simulated(heads)]
    headline = found.headline if reading.is_over else f"So far: {found.headline}"
    return Answer(headline=headline, detail=" ".join(part for part in parts if part))


def rows_needed(passes: int, decided: int) -> int:
    """How many rows make the 95 % interval of an accuracy about ±5 points wide.

    The rate is drawn to one half, (k + 2) / (n + 4), so that 2 of 2 do not count as certain.
    Source: Agresti and Coull (1998), The American Statistician 52.
    """
    share = (passes + 2) / (decided + 4)
    return ceil(Z_95**2 * share * (1 - share) / _HALF_WIDTH**2)


def _nothing_decided(reading: Reading) -> Answer:
    if not reading.rule.conditions:
        return Answer(
            headline="No rule yet, so nothing passes or fails.",
            detail="Choose KPIs and their pass lines in Setup, then run again.",
        )
    if not reading.is_over:
        return Answer(
            headline="Nothing is judged yet.", detail="The run goes on; come back in a moment."
        )
    if all(one.errors == one.all for one in reading.accuracies):
        return Answer(
            headline="Every answer ended in an error.",
            detail="Nothing can be compared. Compare shows what went wrong in each cell.",
        )
    return Answer(
        headline="No answer could be judged.",
        detail="Every verdict stayed undecided: the KPIs of the rule had nothing to measure.",
    )


def _single(head: VariantHead) -> Answer:
    own = head.accuracy
    if own.decided < TOO_FEW_ROWS:
        return Answer(
            headline=f"{head.name} passes {own.passes} of {own.decided} answers.",
            detail="Too few rows to say more than that.",
        )
    return Answer(
        headline=f"{head.name} passes {rendering.percent(own.value)} of its answers.",
        detail=f"{_interval(own)} Add a second variant to compare it with.",
    )


def _compared(heads: Sequence[VariantHead], best: int, pairs: Sequence[Pair]) -> Answer:
    rivals = [other for other, head in enumerate(heads) if other != best and head.accuracy.decided]
    if not rivals:
        return _single(heads[best])
    rivals.sort(key=lambda index: -(heads[index].accuracy.value or 0.0))
    tests = {other: _test(best, other, pairs) for other in rivals}
    if any(test.word == "too few rows" for test in tests.values()):
        return _too_few(heads, best, rivals[0])
    close = [other for other in rivals if not _wins(tests[other], best)]
    if close:
        return _too_close(heads, [best, *close])
    return _winner(heads[best], heads[rivals[0]], tests[rivals[0]])


def _test(best: int, other: int, pairs: Sequence[Pair]) -> Pair:
    """The comparison of two variants, whichever way they were compared."""
    return next(pair for pair in pairs if {pair.first, pair.second} == {best, other})


def _wins(test: Pair, best: int) -> bool:
    return test.word == ("better" if test.second == best else "worse")


def _too_few(heads: Sequence[VariantHead], best: int, second: int) -> Answer:
    one, two = heads[best], heads[second]
    needed = max(TOO_FEW_ROWS, rows_needed(one.accuracy.passes, one.accuracy.decided))
    return Answer(
        headline="Too few rows to tell.",
        detail=(
            f"{one.name} passes {one.accuracy.passes} of {one.accuracy.decided}, "
            f"{two.name} {two.accuracy.passes} of {two.accuracy.decided}. "
            f"With fewer than {TOO_FEW_ROWS} rows in common such a gap can be luck; "
            f"about {needed:,} rows would give an accuracy within 5 points."
        ),
    )


def _too_close(heads: Sequence[VariantHead], close: Sequence[int]) -> Answer:
    names = listed([heads[index].name for index in close])
    shares = listed([rendering.percent(heads[index].accuracy.value) for index in close])
    return Answer(
        headline=f"{names} are too close to call.",
        detail=f"They pass {shares} of their answers. The gap could be luck on this many rows.",
    )


def _winner(one: VariantHead, two: VariantHead, test: Pair) -> Answer:
    interval, share = one.accuracy.interval, rendering.percent(one.accuracy.value)
    passes_most = interval is not None and interval.low > 0.5
    gap = (one.accuracy.value or 0.0) - (two.accuracy.value or 0.0)
    headline = (
        f"{one.name} is the one to ship: it passes {share} of answers."
        if passes_most
        else f"{one.name} is ahead, but passes only {share} of answers."
    )
    luck = "too large to be luck" if test.p < CLEARLY else "unlikely to be luck"
    detail = (
        f"{two.name} is next at {rendering.percent(two.accuracy.value)}. "
        f"The gap of {rendering.points(gap).lstrip('+')} points is {luck}."
    )
    return Answer(headline=headline, detail=" ".join([detail, *_price_of(one, two)]))


def _price_of(one: VariantHead, two: VariantHead) -> list[str]:
    """What `one` costs in money and time against `two`, as far as it is known."""
    clauses = []
    if one.usd_per_answer is not None and two.usd_per_answer is not None:
        extra = (one.usd_per_answer - two.usd_per_answer) * 1000
        word = "more" if extra > 0 else "less"
        if extra:
            clauses.append(f"costs {rendering.money(abs(extra))} {word} per 1,000 answers")
    if one.p50_ms is not None and two.p50_ms is not None:
        slower = one.p50_ms - two.p50_ms
        if abs(slower) <= _CLOSE_LATENCY * two.p50_ms:
            clauses.append("is as fast")
        else:
            word = "slower" if slower > 0 else "faster"
            clauses.append(f"is {rendering.latency(abs(slower))} {word}")
    return [f"It {' and '.join(clauses)}."] if clauses else []


def _left_out(reading: Reading) -> str:
    """How many answers accuracy says nothing of; nothing while the run goes on."""
    if not reading.is_over:
        return ""
    left = sum(one.open for one in reading.accuracies)
    total = sum(one.all for one in reading.accuracies)
    verb = "is" if left == 1 else "are"
    return f"{left:,} of {total:,} answers {verb} not decided and not counted." if left else ""


def _simulated(heads: Sequence[VariantHead]) -> str:
    """Which of the ranked variants are no models."""
    names = [head.name for head in heads if head.is_simulated]
    if not names:
        return ""
    return f"{listed(names)} {'is' if len(names) == 1 else 'are'} simulated."


def _interval(own: Accuracy) -> str:
    interval = own.interval
    if interval is None:
        return ""
    low, high = rendering.percent(interval.low), rendering.percent(interval.high)
    return f"95% interval {low} to {high} on {own.decided:,} rows."


def listed(names: Sequence[str]) -> str:
    """The names as a sentence has them: "A, B and C"."""
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)
