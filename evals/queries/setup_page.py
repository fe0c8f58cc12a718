"""What the Setup page shows: variants, KPIs with their lines on the last run, the rule, readiness.

A fixed number of queries, whatever the number of rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evals.domain import rendering
from evals.domain.rules import PassLine, Rule, Token, tokens
from evals.domain.scales import Scale
from evals.domain.snapshot import letter
from evals.domain.statistics import accuracy
from evals.kpis.base import Kpi
from evals.models import SetupKpi, Variant
from evals.queries.setup_sliders import LastRun, Slider, slider
from evals.queries.verdicts import verdicts
from evals.services import kpis, rules
from evals.services.estimates import VariantEstimate
from evals.services.kpis import PLACE_WORDS, PLACES, Place
from playground.models import Playground

KIND_WORDS: Mapping[str, str] = {
    "deterministic": "Code",
    "statistical": "Code, statistics",
    "operational": "Measured with the call",
}


@dataclass(frozen=True, kw_only=True)
class VariantLine:
    """A row of the variants table. `cost_per_1k` is "–" while a price is unknown.

    `column` names the column of imported answers; "" for a variant that is asked.
    """

    pk: int
    letter: str
    index: int
    name: str
    is_baseline: bool
    is_first: bool
    model: str
    connection: str
    is_simulated: bool
    prompt: str
    prompt_version: int
    use_context: bool
    parameters: str
    cost_per_1k: str
    column: str


@dataclass(frozen=True, kw_only=True)
class KpiLine:
    """A row of the KPIs table. Without a slider `words` says the line: "Must be Yes"."""

    pk: int
    slot: str
    name: str
    group: str
    how: str
    words: str
    slider: Slider | None
    place: Place
    places: tuple[tuple[Place, str], ...]


@dataclass(frozen=True, kw_only=True)
class RuleText:
    """The rule as a sentence of tokens. `counted` is how many KPIs the mode joins."""

    mode: str
    n: int | None
    counted: int
    tokens: tuple[Token, ...]
    is_empty: bool


def variant_lines(
    variants: Sequence[Variant], estimates: Sequence[VariantEstimate]
) -> list[VariantLine]:
    """The rows of the variants table; `estimates` are those of the same variants."""
    return [
        VariantLine(
            pk=variant.pk,
            letter=letter(index),
            index=index,
            name=variant.name,
            is_baseline=variant.is_baseline,
            is_first=index == 0,
            model=variant.model_id,
            connection=variant.connection.name,
            is_simulated=variant.connection.kind == "simulated",
            prompt=_first_words(variant.user_prompt),
            prompt_version=variant.prompt_version,
            use_context=variant.use_context,
            parameters=_parameters(variant),
            cost_per_1k=_cost_per_1k(one),
            column=variant.answers_column.name if variant.answers_column else "",
        )
        for index, (variant, one) in enumerate(zip(variants, estimates, strict=True))
    ]


def kpi_lines(chosen: Sequence[SetupKpi], rule: Rule, last: LastRun | None) -> list[KpiLine]:
    """The rows of the KPIs table, with sliders over the scores of the last run."""
    conditions = {condition.slot: condition for condition in rule.conditions}
    lines = []
    for kpi in chosen:
        kind = kpis.kind_of(kpi.key)
        condition = conditions.get(kpi.slot)
        line = condition.line if condition else kind.suggested
        place: Place = "shown"
        if condition:
            place = "required" if condition.required else "counted"
        lines.append(
            KpiLine(
                pk=kpi.pk,
                slot=kpi.slot,
                name=kpi.name,
                group=kind.group,
                how=_how(kind),
                words=line_words(line, kind.scale),
                slider=slider(kpi, line, kind.scale, last),
                place=place,
                places=tuple((each, PLACE_WORDS[each]) for each in PLACES),
            )
        )
    return lines


def rule_text(chosen: Sequence[SetupKpi], rule: Rule) -> RuleText:
    """The rule read back, with the names that the playground gives its KPIs."""
    names = {kpi.slot: kpi.name for kpi in chosen}
    scales = {kpi.slot: kpis.kind_of(kpi.key).scale for kpi in chosen}
    return RuleText(
        mode=rule.mode,
        n=rule.n,
        counted=len(rule.counted),
        tokens=tuple(tokens(rule, names, scales)),
        is_empty=not rule.conditions,
    )


def rule_of(playground: Playground, chosen: Sequence[SetupKpi]) -> Rule:
    """The playground's rule, without what its setup no longer measures."""
    return rules.restricted(playground=playground, slots={kpi.slot for kpi in chosen})


def would_give(
    rule: Rule, chosen: Sequence[SetupKpi], last: LastRun | None
) -> list[tuple[str, str]]:
    """(letter, accuracy) per variant of the last run under `rule`, which is on `chosen`.

    Empty when there is no run, or when it did not measure every KPI of the rule as it is now.
    """
    ruling = [kpi for kpi in chosen if kpi.slot in rule.slots]
    if last is None or not ruling or not all(last.measured(kpi) for kpi in ruling):
        return []
    codes = verdicts(last.run, rule).codes
    return [
        (letter(index), rendering.percent(accuracy(row).value)) for index, row in enumerate(codes)
    ]


def duration_figure(seconds: float | None) -> tuple[str, str]:
    """A time as a figure and its unit: ("9", "min"). ("–", "") when it is unknown."""
    if seconds is None:
        return rendering.NOTHING, ""
    if seconds < 90:
        return rendering.count(max(1, round(seconds))), "s"
    if seconds < 5400:
        return rendering.count(round(seconds / 60)), "min"
    return rendering.number(seconds / 3600, decimals=1), "h"


def line_words(line: PassLine, scale: Scale) -> str:
    """A pass line as a setup says it: "≥ 0.6", or "Must be “Yes”" on a yes-or-no scale."""
    if scale.binary:
        return f"Must be “{rendering.score(line.value, scale)}”"
    return line.words(scale)


def _how(kind: type[Kpi]) -> str:
    return KIND_WORDS[kind.kind] + (", English only" if kind.english_only else "")


def _first_words(prompt: str) -> str:
    line = " ".join(prompt.split())
    return line if len(line) <= 24 else f"{line[:23]}…"


def _parameters(variant: Variant) -> str:
    if variant.answers_column is not None:
        return "0 calls, answers imported"
    parts = [] if variant.temperature is None else [f"temp {variant.temperature:g}"]
    parts.append(f"≤ {rendering.count(variant.max_tokens)} tokens")
    if variant.seed is not None:
        parts.append(f"seed {variant.seed}")
    return ", ".join(parts)


def _cost_per_1k(estimate: VariantEstimate) -> str:
    if estimate.cost is None:
        return "unknown price" if estimate.tokens_in is not None else rendering.NOTHING
    if not estimate.calls:
        return rendering.NOTHING
    if estimate.cost_most == 0:
        return "free"
    return rendering.money(estimate.cost * 1000 / estimate.calls)
