"""Cost, speed and length of an answer."""

from dataclasses import dataclass

from evals.domain import rendering
from evals.kpis.base import Kpi, NotApplicable, PassLine, Result, Scale, Score, at_most
from evals.kpis.inputs import Inputs
from evals.kpis.normalisation import words

GROUP = "Cost, speed & length"


@dataclass(frozen=True, kw_only=True)
class WordCount(Kpi):
    """The number of words: runs of letters and digits, joined by ' or -."""

    key = "word_count"
    name = "Word count"
    question = "How many words does it have?"
    short_name = "Words"
    group = GROUP
    needs = ("response",)
    scale = Scale(high=None, unit="words", direction="target")
    suggested = PassLine(op="between", value=1, high=300)
    # Words past a cap would be missing from the count.
    text_cap = None

    def result(self, inputs: Inputs) -> Result:
        """The count; an empty answer has 0 words."""
        count = len(words(inputs.response))
        return Score(value=float(count), reason=f"Has {rendering.score(count, self.scale)}")


@dataclass(frozen=True, kw_only=True)
class Latency(Kpi):
    """The wall time of the call that made the answer, in milliseconds."""

    key = "latency_ms"
    name = "Latency"
    question = "How long did the answer take?"
    short_name = "Latency"
    group = GROUP
    kind = "operational"
    needs = ("latency_ms",)
    scale = Scale(high=None, unit="ms", direction="down")
    suggested = at_most(5000)

    def result(self, inputs: Inputs) -> Result:
        """The recorded time."""
        return _recorded(inputs.latency_ms, f"Took {rendering.latency(inputs.latency_ms)}")


@dataclass(frozen=True, kw_only=True)
class Cost(Kpi):
    """The price of the call that made the answer, in US dollars."""

    key = "cost_usd"
    name = "Cost per answer"
    question = "What did the answer cost?"
    short_name = "Cost"
    group = GROUP
    kind = "operational"
    needs = ("cost_usd",)
    scale = Scale(high=None, unit="USD", direction="down")
    suggested = at_most(0.01)

    def result(self, inputs: Inputs) -> Result:
        """The recorded price; a free call costs 0, an unknown price is not applicable."""
        return _recorded(inputs.cost_usd, f"Cost {rendering.money(inputs.cost_usd)}")


def _recorded(value: float | None, reason: str) -> Result:
    if value is None:
        return NotApplicable(reason="Nothing was recorded")
    return Score(value=value, reason=reason)


KPIS: tuple[type[Kpi], ...] = (Latency, Cost, WordCount)
