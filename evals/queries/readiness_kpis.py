"""What the list beside the Run button says of KPIs: rows they cannot judge, lists left empty."""

from collections.abc import Iterator, Mapping, Sequence

from evals import kpis as catalogue
from evals.domain import rendering
from evals.domain.rules import Condition, Policy, Rule
from evals.domain.snapshot import ColumnSpec
from evals.kpis.format import ForbiddenPhrases, RegexMatch
from evals.kpis.inputs import LIST_INPUTS, TEXT_INPUTS
from evals.models import SetupKpi
from evals.queries.readiness import Item
from evals.services.estimates import Estimate
from evals.services.kpi_fit import BINDABLE, ROLES
from playground.models import DatasetVersion

LACKING: Mapping[str, str] = {
    "expected": "no expected answer",
    "context": "no context",
    "keywords": "no keywords",
    "answerable": "no word on whether it can be answered",
    **{role: f"no {role.replace('_', ' ')}" for role in (*TEXT_INPUTS, *LIST_INPUTS)},
}
# What nobody knows of an imported answer → what the list calls it.
UNKNOWN: Mapping[str, str] = {
    "context_used": "what context they were given",
    "latency_ms": "how long they took",
    "cost_usd": "what they cost",
}
CONSEQUENCES: Mapping[Policy, str] = {
    "skip": "there the other KPIs decide",
    "hold": "they stay undecided",
    "fail": "they fail",
    "pass": "it counts as passed there",
}


def kpi_items(
    chosen: Sequence[SetupKpi],
    rule: Rule,
    columns: Sequence[ColumnSpec],
    estimate: Estimate,
    version: DatasetVersion,
) -> Iterator[Item]:
    """Notes on the KPIs of the rule; none of them keeps the run from starting."""
    conditions = {condition.slot: condition for condition in rule.conditions}
    for kpi in chosen:
        condition = conditions.get(kpi.slot)
        if condition is None:
            continue
        if note := _toothless(kpi):
            yield Item(state="review", text=f"{kpi.name}: {note}")
        if estimate.imported and (unknown := _unknown(kpi)):
            text = f"{kpi.name} does not apply to imported answers: {unknown} is not known."
            yield Item(state="review", text=text)
        if condition.required:
            is_alone = len(conditions) == 1
            for role, column_id in _read_columns(kpi, columns):
                without = _without(column_id, estimate, version)
                if without:
                    text = _not_judged(kpi, condition, without, LACKING[role], is_alone)
                    yield Item(state="review", text=text, page="data")


def _toothless(kpi: SetupKpi) -> str:
    """Why a KPI as it is set up tells nothing; "" when it does."""
    if kpi.key == ForbiddenPhrases.key and not kpi.params.get("phrases"):
        return "no phrase is listed, so it never finds one."
    any_text = RegexMatch.pattern
    if kpi.key == RegexMatch.key and kpi.params.get("pattern", any_text) == any_text:
        return f"its pattern is still {any_text}, which every answer matches that is not empty."
    return ""


def _read_columns(kpi: SetupKpi, columns: Sequence[ColumnSpec]) -> Iterator[tuple[str, str]]:
    """(role, column id) of what the KPI needs from each row."""
    for name in _needed(kpi):
        role = ROLES.get(name, "")
        if role not in LACKING or name not in BINDABLE:
            continue
        by_role = next((column.id for column in columns if column.role == role), None)
        column_id = kpi.inputs.get(BINDABLE[name]) or by_role
        if column_id:
            yield role, column_id


def _unknown(kpi: SetupKpi) -> str:
    """What the KPI needs and an imported answer never has, in words; "" when there is nothing."""
    return next((UNKNOWN[name] for name in _needed(kpi) if name in UNKNOWN), "")


def _needed(kpi: SetupKpi) -> tuple[str, ...]:
    try:
        return catalogue.build(kpi.key, kpi.params).needed()
    except ValueError:
        # The list already says which parameter is wrong.
        return ()


def _without(column_id: str, estimate: Estimate, version: DatasetVersion) -> int | None:
    """How many of the rows to run have no cell there; None when that would take a count."""
    if estimate.looked_at == estimate.rows:
        return estimate.empty.get(column_id)
    filled = version.profile.get(column_id, {}).get("filled")
    if filled is None or estimate.rows != version.row_count:
        return None
    return version.row_count - int(filled)


def _not_judged(
    kpi: SetupKpi, condition: Condition, without: int, lacking: str, is_alone: bool
) -> str:
    rows = "1 row has" if without == 1 else f"{rendering.count(without)} rows have"
    policy = "hold" if is_alone and condition.on_missing == "skip" else condition.on_missing
    return f"{kpi.name} is required, but {rows} {lacking}: {CONSEQUENCES[policy]}."
