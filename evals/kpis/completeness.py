"""Relevance and completeness: is everything there that must be?"""

from dataclasses import dataclass, field

from evals.kpis.base import SHARE, Kpi, NotApplicable, Result, Score, described, exactly, shown
from evals.kpis.inputs import Inputs
from evals.kpis.phrases import PHRASES_CAP, check_phrases, count_phrases

GROUP = "Relevance & completeness"


@dataclass(frozen=True, kw_only=True)
class KeywordCoverage(Kpi):
    """The share of the required keywords that the answer contains."""

    key = "keyword_coverage"
    name = "Keyword coverage"
    question = "Does it name everything it must name?"
    short_name = "Keywords"
    group = GROUP
    needs = ("response", "keywords?")
    scale = SHARE
    suggested = exactly(1)

    keywords: tuple[str, ...] = field(
        default=(), metadata=described("Asked of every row, beside the keywords of the row itself")
    )
    ignore_case: bool = field(default=True, metadata=described("“Refund” counts as “refund”"))
    whole_word: bool = field(
        default=True, metadata=described("“refunds” does not count as “refund”")
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        check_phrases("keywords", self.keywords)

    def result(self, inputs: Inputs) -> Result:
        """Keywords found / keywords asked for, each once however often it occurs."""
        asked_for = tuple(dict.fromkeys((*self.keywords, *inputs.keywords)))
        wanted = asked_for[:PHRASES_CAP]
        if not wanted:
            return NotApplicable(reason="No keywords in this row")
        counts = count_phrases(
            inputs.response, wanted, ignore_case=self.ignore_case, whole_word=self.whole_word
        )
        missing = [shown(keyword) for keyword, times in counts.items() if not times]
        matched = [shown(keyword) for keyword, times in counts.items() if times]
        reason = f"Names {len(matched)} of {len(wanted)} keywords"
        if missing:
            reason += f"; not “{missing[0]}”" + (" and others" if len(missing) > 1 else "")
        if len(asked_for) > len(wanted):
            reason += f". Only the first {PHRASES_CAP} of {len(asked_for):,} were looked for"
        return Score(
            value=len(matched) / len(wanted),
            reason=reason,
            detail={"matched": matched, "missing": missing},
        )


KPIS: tuple[type[Kpi], ...] = (KeywordCoverage,)
