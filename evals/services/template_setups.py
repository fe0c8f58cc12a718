"""The setup of a template, taken over as far as a playground's columns and the catalogue allow.

The format is told in `docs/templates.md`. A template may come from anywhere and its columns may
have been changed: what does not fit is left out, and what is left is always a setup that runs.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from django.db import transaction

from evals import kpis as catalogue
from evals.domain import prompts
from evals.domain.pass_lines import Operator, PassLine
from evals.domain.rules import Condition, Rule
from evals.domain.snapshot import ColumnSpec, VariantSpec
from evals.kpis.base import Kpi
from evals.models import Connection, SetupKpi
from evals.services import connections, kpi_fit, kpis, rules, variants
from evals.services.variants import MOST_VARIANTS, VariantDraft, column_specs
from playground.domain.template_nodes import BadTemplate
from playground.domain.template_setup import LINE, read_setup
from playground.domain.text_template import placeholders
from playground.models import Playground

logger = logging.getLogger(__name__)

DEFAULT_MAX_TOKENS = 256
# Why a KPI that is not in the catalogue yet is left out.
LATER = "Comes later"
# Words of a KPI's key that are no words when they are read aloud.
_ABBREVIATIONS = {"json", "sql", "pii", "mrr", "bleu", "ter", "lix", "ai", "url", "id", "usd"}

Entry = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """A KPI that was chosen, with the entry of the setup that asked for it."""

    kpi: SetupKpi
    entry: Entry


@transaction.atomic
def apply(playground: Playground, setup: Mapping[str, Any]) -> None:
    """Give `playground` the variants, the KPIs and the rule of `setup` that can be used on it.

    Left out are: variants whose prompts name a column that is not there or want a context that
    is not there; KPIs that do not exist yet, whose columns are missing or whose parameters are
    wrong. A setup that cannot be read at all gives nothing. The rule is set as a whole. A name
    that another variant has is numbered.
    """
    try:
        read = read_setup(setup)
    except BadTemplate:
        # Without its words: they may quote a prompt.
        logger.warning("setup_not_read playground=%s", playground.pk)
        return
    columns = column_specs(playground)
    for draft in _drafts(playground, read.get("variants", []), columns):
        name = variants.free_name(playground, draft.name)
        variants.create(playground=playground, draft=replace(draft, name=name))
    chosen = [
        Chosen(kpi=_add(playground, entry, columns), entry=entry)
        for entry in read.get("kpis", [])
        if not left_out(entry, columns)
    ]
    if chosen:
        rules.save(playground=playground, rule=_rule(read, chosen))


def left_out(entry: Entry, columns: Sequence[ColumnSpec]) -> str:
    """Why the KPI of an entry cannot be used on these columns, in words; "" when it can."""
    if not exists(entry):
        return LATER
    kind, params = catalogue.get(entry["key"]), entry.get("params", {})
    try:
        catalogue.build(kind.key, params)
    except ValueError as exc:
        return str(exc)
    return kpi_fit.unavailable(kind, columns, params, _inputs(entry, columns))


def exists(entry: Entry) -> bool:
    """Whether the KPI of an entry is in the catalogue already."""
    try:
        catalogue.get(entry["key"])
    except KeyError:
        return False
    return True


def coming(setup: Mapping[str, Any]) -> list[str]:
    """The names of the KPIs of a setup that do not exist yet, in its order."""
    return [name_of(entry) for entry in setup.get("kpis", []) if not exists(entry)]


def name_of(entry: Entry) -> str:
    """What the KPI of an entry is called: by the entry, by the catalogue, else after its key."""
    if name := entry.get("name"):
        return str(name)
    if exists(entry):
        return catalogue.get(entry["key"]).name
    first, *others = (
        word.upper() if word in _ABBREVIATIONS else word for word in entry["key"].split("_")
    )
    return " ".join([first[:1].upper() + first[1:], *others])


def line_of(entry: Entry, kind: type[Kpi]) -> PassLine:
    """The pass line of an entry; the suggested one for none and for one off the KPI's scale."""
    line = written_line(entry)
    try:
        if line is not None:
            line.check_fits(kind.scale)
    except ValueError:
        return kind.suggested
    return line or kind.suggested


def written_line(entry: Entry) -> PassLine | None:
    """The pass line that stands in an entry; None for none and for one that nothing can meet."""
    match = LINE.fullmatch(entry.get("line", ""))
    if match is None:
        return None
    parts = match.groupdict()
    try:
        if parts["low"] is not None:
            return PassLine(op="between", value=float(parts["low"]), high=float(parts["high"]))
        # The pattern knows no other operator.
        return PassLine(op=cast(Operator, parts["op"]), value=float(parts["value"]))
    except ValueError:
        return None


def scaled(n: int, *, of: int, present: int) -> int:
    """How many of the `present` KPIs stand for `n` of those that the template counts."""
    return max(1, round(n * present / of)) if present else 0


def _drafts(
    playground: Playground, entries: Sequence[Entry], columns: Sequence[ColumnSpec]
) -> list[VariantDraft]:
    if not entries:
        return []
    connection = connections.suggested(playground.workspace)
    drafts = [_draft(entry, connection, columns) for entry in entries]
    fitting = [draft for draft in drafts if draft is not None]
    return fitting[:MOST_VARIANTS]


def _draft(
    entry: Entry, connection: Connection, columns: Sequence[ColumnSpec]
) -> VariantDraft | None:
    context = prompts.context_column(columns)
    if entry["context"] and context is None:
        return None
    spec = VariantSpec(
        name=entry["name"],
        connection_id=connection.pk,
        connection_name=connection.name,
        kind=connection.kind,
        model=_model(entry, connection),
        user_prompt=entry["prompt"],
        system_prompt=entry["system"],
        use_context=entry["context"] or _names_context(entry, context),
    )
    if prompts.problems(spec, columns):
        return None
    return VariantDraft(
        name=spec.name,
        connection=connection,
        model_id=spec.model,
        system_prompt=spec.system_prompt,
        user_prompt=spec.user_prompt,
        temperature=entry.get("temperature", 0.0),
        max_tokens=entry.get("max_tokens", DEFAULT_MAX_TOKENS),
        use_context=spec.use_context,
    )


def _names_context(entry: Entry, context: ColumnSpec | None) -> bool:
    used = placeholders(entry["system"]) + placeholders(entry["prompt"])
    return context is not None and context.name in used


def _model(entry: Entry, connection: Connection) -> str:
    """The model that the entry names when the connection has it, else the connection's first."""
    offered = [model.model_id for model in connection.models.all()]
    wanted = entry.get("model", "")
    return wanted if wanted in offered else next(iter(offered), "")


def _add(playground: Playground, entry: Entry, columns: Sequence[ColumnSpec]) -> SetupKpi:
    return kpis.add(
        playground=playground,
        key=entry["key"],
        slot=entry.get("slot", ""),
        name=entry.get("name", ""),
        params=entry.get("params"),
        inputs=_inputs(entry, columns),
    )


def _inputs(entry: Entry, columns: Sequence[ColumnSpec]) -> dict[str, str]:
    """The bindings whose columns are there, by column id."""
    ids = {column.name: column.id for column in columns}
    wanted = entry.get("inputs", {})
    return {
        name: ids[column]
        for name, column in wanted.items()
        if column in ids and name in kpi_fit.BINDABLE.values()
    }


def _rule(setup: Mapping[str, Any], chosen: Sequence[Chosen]) -> Rule:
    conditions = tuple(
        Condition(
            slot=one.kpi.slot,
            line=line_of(one.entry, kpis.kind_of(one.kpi.key)),
            required=one.entry["place"] == "required",
        )
        for one in chosen
        if one.entry["place"] != "shown"
    )
    wanted = setup.get("rule", {})
    counted = sum(not condition.required for condition in conditions)
    if wanted.get("mode") == "any":
        return Rule(mode="any", conditions=conditions)
    if wanted.get("mode") != "at_least" or not counted:
        return Rule(mode="all", conditions=conditions)
    total = sum(entry["place"] == "counted" for entry in setup["kpis"])
    n = scaled(wanted["n"], of=total, present=counted)
    return Rule(mode="at_least", n=n, conditions=conditions)
