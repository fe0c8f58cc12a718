"""Correctness: the answer against the expected one."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
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
from evals.kpis.inputs import Inputs
from evals.kpis.normalisation import (
    common_subsequence,
    fold,
    pieces_of_meaning,
    runs,
    terms,
    without_articles,
)

GROUP = "Correctness"
Measure = Literal["f1", "precision", "recall"]
Variant = Literal["rouge1", "rouge2", "rougeL"]

# Words of each text that ROUGE compares: its cost is their product.
_ROUGE_WORDS = 10_000
_LISTED = 30
_MEASURES = ("f1", "precision", "recall")
_MEASURE_HELP = "precision: share of the answer; recall: share of what was expected; f1: both"


@dataclass(frozen=True, kw_only=True)
class ExactMatch(Kpi):
    """1 if the answer equals one of the expected answers after normalisation, else 0."""

    key = "exact_match"
    name = "Exact match"
    question = "Is it exactly the expected answer?"
    short_name = "Exact"
    group = GROUP
    needs = ("response", "reference")
    scale = YES_NO
    suggested = exactly(1)

    ignore_case: bool = field(default=True, metadata=described("“Paris” equals “paris”"))
    ignore_punctuation: bool = field(default=True, metadata=described("“Paris.” equals “Paris”"))
    ignore_articles: bool = field(
        default=False, metadata=described("“the Seine” equals “Seine” (English)")
    )

    def result(self, inputs: Inputs) -> Result:
        """1 or 0; any one of several expected answers will do."""
        answer = self._normalise(inputs.response)
        if any(self._normalise(reference) == answer for reference in inputs.reference):
            return Score(value=1.0, reason="Same as the expected answer")
        expected = shown(inputs.reference[0])
        return Score(value=0.0, reason=f"Differs from the expected answer “{expected}”")

    def _normalise(self, text: str) -> list[str]:
        folded = fold(text, ignore_case=self.ignore_case)
        # An expected "?" must not equal an empty answer.
        meant = pieces_of_meaning(folded) if self.ignore_punctuation else []
        pieces = meant or folded.split()
        return without_articles(pieces) if self.ignore_articles else pieces


@dataclass(frozen=True, kw_only=True)
class Overlap:
    """How many units two texts share; F1 is 2 · shared / (answer + expected)."""

    shared: int
    answer: int
    expected: int

    def value(self, measure: Measure) -> float:
        """The measure of the overlap, 0 when nothing is shared."""
        if not self.shared:
            return 0.0
        if measure == "f1":
            return 2 * self.shared / (self.answer + self.expected)
        return self.shared / (self.answer if measure == "precision" else self.expected)


def left_over(wanted: Mapping[str, int], given: Iterable[str]) -> dict[str, int]:
    """`wanted` less `given`, both with repeats; what is used up is left out."""
    left = dict(wanted)
    for word in given:
        times = left.get(word)
        if times == 1:
            del left[word]
        elif times:
            left[word] = times - 1
    return left


@dataclass(frozen=True, kw_only=True)
class TokenF1(Kpi):
    """Words shared with the best expected answer, counted with repeats, as in SQuAD."""

    key = "token_f1"
    name = "Token F1"
    question = "How many words does it share with the expected answer?"
    short_name = "Token F1"
    group = GROUP
    kind = "statistical"
    needs = ("response", "reference")
    scale = SHARE
    suggested = at_least(0.6)

    measure: Measure = field(default="f1", metadata=described(_MEASURE_HELP, choices=_MEASURES))

    def result(self, inputs: Inputs) -> Result:
        """The best overlap over the expected answers, from 0 to 1."""
        answer = terms(fold(inputs.response))
        references = [terms(fold(reference)) for reference in inputs.reference]
        scores = [self._compare(answer, reference) for reference in references if reference]
        return _best(scores, "word")

    def _compare(self, answer: list[str], expected: list[str]) -> Score:
        wanted = Counter(expected)
        missing = left_over(wanted, answer)
        overlap = Overlap(
            shared=len(expected) - sum(missing.values()),
            answer=len(answer),
            expected=len(expected),
        )
        return Score(
            value=overlap.value(self.measure),
            reason=_shares(overlap),
            detail={
                "matched": [word for word in wanted if word not in missing][:_LISTED],
                "missing": list(missing)[:_LISTED],
            },
        )


@dataclass(frozen=True, kw_only=True)
class Rouge(Kpi):
    """ROUGE-1, ROUGE-2 or ROUGE-L against the best expected answer, without stemming.

    Source: Lin (2004), ROUGE: a package for automatic evaluation of summaries.
    """

    key = "rouge"
    name = "ROUGE"
    question = "How closely does it follow the expected wording?"
    short_name = "ROUGE"
    group = GROUP
    kind = "statistical"
    needs = ("response", "reference")
    scale = SHARE
    suggested = at_least(0.4)

    variant: Variant = field(
        default="rougeL",
        metadata=described(
            "rouge1: words; rouge2: pairs of words; rougeL: words in the same order",
            choices=("rouge1", "rouge2", "rougeL"),
        ),
    )
    measure: Measure = field(default="f1", metadata=described(_MEASURE_HELP, choices=_MEASURES))

    def result(self, inputs: Inputs) -> Result:
        """The best value over the expected answers, from 0 to 1."""
        unit = "word pair" if self.variant == "rouge2" else "word"
        texts = [runs(fold(text)) for text in (inputs.response, *inputs.reference)]
        answer, *references = [self._units(words[:_ROUGE_WORDS]) for words in texts]
        scores = [self._compare(answer, units, unit) for units in references if units]
        best = _best(scores, unit)
        if all(len(words) <= _ROUGE_WORDS for words in texts):
            return best
        note = f"Only the first {_ROUGE_WORDS:,} words of each text were compared."
        return replace(best, reason=f"{best.reason}. {note}")

    def _units(self, words: list[str]) -> list[str]:
        if self.variant == "rouge2":
            return [f"{first} {second}" for first, second in pairwise(words)]
        return words

    def _compare(self, answer: list[str], expected: list[str], unit: str) -> Score:
        if self.variant == "rougeL":
            shared = common_subsequence(expected, answer)
        else:
            shared = len(expected) - sum(left_over(Counter(expected), answer).values())
        overlap = Overlap(shared=shared, answer=len(answer), expected=len(expected))
        order = " in the same order" if self.variant == "rougeL" else ""
        return Score(value=overlap.value(self.measure), reason=_shares(overlap, unit, order))


def _best(scores: list[Score], unit: str) -> Result:
    if not scores:
        return NotApplicable(reason=f"The expected answer has no {unit}s to compare")
    return max(scores, key=lambda score: score.value)


def _shares(overlap: Overlap, unit: str = "word", order: str = "") -> str:
    plural = "" if overlap.expected == 1 else "s"
    shares = f"Shares {overlap.shared} of {overlap.expected} {unit}{plural}{order}"
    return f"{shares} with the expected answer, using {overlap.answer}"


KPIS: tuple[type[Kpi], ...] = (ExactMatch, TokenF1, Rouge)
