"""What a user can do with the KPIs of a playground: add, change, remove, take suggestions."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any, Literal, get_args

from django.db import transaction
from django.db.models import Max

from accounts.errors import Refused
from accounts.models import User, Workspace
from evals import kpis as catalogue
from evals.domain.rules import Condition, PassLine, Policy
from evals.kpis.base import Kpi
from evals.models import KpiVersion, SetupKpi
from evals.services import kpi_fit, rules
from evals.services.variants import column_specs
from playground.models import Playground

# Where a KPI stands: all required ones must hold, the counted ones are joined by the rule's mode,
# a shown one is measured only.
Place = Literal["required", "counted", "shown"]
PLACES: tuple[Place, ...] = get_args(Place)
PLACE_WORDS: Mapping[Place, str] = {
    "required": "Required",
    "counted": "Counts",
    "shown": "Only shown",
}


RECALL: dict[str, Any] = {"name": "Recall", "params": {"measure": "recall"}}


@dataclass(frozen=True, kw_only=True)
class KpiDraft:
    """What a person fills in for a chosen KPI. `inputs` maps an input to a column id as text."""

    name: str
    params: Mapping[str, object] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)
    line: PassLine
    place: Place = "counted"
    on_missing: Policy = "skip"


@transaction.atomic
def add(
    *,
    playground: Playground,
    key: str,
    slot: str = "",
    name: str = "",
    params: Mapping[str, object] | None = None,
    inputs: Mapping[str, str] | None = None,
    user: User | None = None,
) -> SetupKpi:
    """Choose a KPI, counted in the rule at its suggested line; parameters left out keep defaults.

    `inputs` maps an input to the id, as text, of the column that gives it. The same KPI may be
    chosen again: the second one gets the slot `<key>_2`.

    Raises Refused for an unknown key or a slot that is taken, for parameters the KPI does not
    take, and when the data lacks what the KPI needs.
    """
    kind = kind_of(key)
    params = _checked(kind, params) if params else {}
    if reason := kpi_fit.unavailable(kind, column_specs(playground), params, inputs):
        raise Refused(
            f"{kind.name}: {reason}.", hint="Give a column that role on the Data page first."
        )
    Playground.objects.select_for_update().get(pk=playground.pk)
    chosen = SetupKpi.objects.filter(playground=playground)
    last = chosen.aggregate(last=Max("position"))["last"]
    slot, number = _slot(key, slot, set(chosen.values_list("slot", flat=True)))
    kpi = SetupKpi.objects.create(
        playground=playground,
        position=0 if last is None else last + 1,
        slot=slot,
        key=key,
        name=name or (kind.name if number == 1 else f"{kind.name} {number}"),
        params=params,
        inputs=dict(inputs or {}),
    )
    condition = Condition(slot=slot, line=kind.suggested)
    rules.put_condition(playground=playground, condition=condition, user=user)
    return kpi


@transaction.atomic
def update(*, kpi: SetupKpi, draft: KpiDraft, user: User | None = None) -> None:
    """Change name, parameters, inputs and condition of a chosen KPI.

    Raises Refused for parameters the KPI does not take and a line that is off its scale.
    """
    kind = kind_of(kpi.key)
    kpi.params = _checked(kind, draft.params)
    kpi.name = draft.name.strip() or kind.name
    kpi.inputs = dict(draft.inputs)
    kpi.save(update_fields=["name", "params", "inputs"])
    put_in_rule(kpi=kpi, line=draft.line, place=draft.place, on_missing=draft.on_missing, user=user)


def put_in_rule(
    *,
    kpi: SetupKpi,
    line: PassLine | None = None,
    place: Place | None = None,
    on_missing: Policy | None = None,
    user: User | None,
) -> None:
    """Move the pass line of a chosen KPI, its place in the rule, or what "not applicable" means
    there; None leaves as it is.

    Raises Refused for a line that is off the KPI's scale.
    """
    old = condition_of(kpi)
    place = place or place_of(kpi)
    if place == "shown":
        rules.drop_condition(playground=kpi.playground, slot=kpi.slot, user=user)
        return
    condition = replace(
        old,
        line=line or old.line,
        required=place == "required",
        on_missing=on_missing or old.on_missing,
    )
    try:
        condition.line.check_fits(kind_of(kpi.key).scale)
    except ValueError as exc:
        raise Refused(f"{kpi.name}: {exc}", hint="Choose a value on that scale.") from exc
    rules.put_condition(playground=kpi.playground, condition=condition, user=user)


@transaction.atomic
def remove(*, kpi: SetupKpi, user: User | None = None) -> None:
    """Take a KPI out of the setup and out of the rule. Scores of earlier runs stay."""
    rules.drop_condition(playground=kpi.playground, slot=kpi.slot, user=user)
    kpi.delete()


@transaction.atomic
def suggest(*, playground: Playground, user: User | None = None) -> list[SetupKpi]:
    """Choose the KPIs that fit the data and are not chosen yet; the ones added.

    What compares with an expected text is required; everything else counts. Against short
    expected texts Token F1 measures recall: a whole sentence around them is no mistake.
    """
    chosen = set(SetupKpi.objects.filter(playground=playground).values_list("key", flat=True))
    wanted = [key for key in kpi_fit.suggested_keys(column_specs(playground)) if key not in chosen]
    changed = {"token_f1": RECALL} if kpi_fit.expects_short_texts(playground) else {}
    added = [
        add(playground=playground, key=key, user=user, **changed.get(key, {})) for key in wanted
    ]
    for kpi in added:
        if kpi.key == "token_f1":
            put_in_rule(kpi=kpi, place="required", user=user)
    return added


def wrong_parameters(kpi: SetupKpi) -> str:
    """What is wrong with the parameters of a chosen KPI, in words; "" when nothing is."""
    try:
        catalogue.build(kpi.key, kpi.params)
    except ValueError as exc:
        return str(exc)
    return ""


def kind_of(key: str) -> type[Kpi]:
    """The KPI of the catalogue with this key. Raises Refused when there is none."""
    try:
        return catalogue.get(key)
    except KeyError as exc:
        raise Refused(f"There is no KPI named {key!r}.", hint="Choose one of the list.") from exc


def condition_of(kpi: SetupKpi) -> Condition:
    """The KPI's condition in the playground's rule; for one only shown, its suggested one."""
    own = _own_condition(kpi)
    return own or Condition(slot=kpi.slot, line=kind_of(kpi.key).suggested)


def place_of(kpi: SetupKpi) -> Place:
    """Where the KPI stands in the playground's rule."""
    own = _own_condition(kpi)
    if own is None:
        return "shown"
    return "required" if own.required else "counted"


def version_of(
    *, workspace: Workspace, key: str, params: Mapping[str, Any], inputs: Mapping[str, str]
) -> KpiVersion:
    """The stored version with this content, made when it is new: equal content, equal version."""
    spec = {"key": key, "params": dict(params), "inputs": dict(inputs)}
    canonical = json.dumps(spec, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    version, _is_new = KpiVersion.objects.get_or_create(
        workspace=workspace,
        sha256=sha256(canonical.encode()).hexdigest(),
        defaults={"key": key, "spec": spec},
    )
    return version


def _own_condition(kpi: SetupKpi) -> Condition | None:
    conditions = rules.current(kpi.playground).conditions
    return next((condition for condition in conditions if condition.slot == kpi.slot), None)


def _checked(kind: type[Kpi], params: Mapping[str, object]) -> dict[str, object]:
    """The parameters as JSON keeps them. Raises Refused for what the KPI does not take."""
    try:
        catalogue.build(kind.key, params)
    except ValueError as exc:
        raise Refused(f"{kind.name}: {exc}", hint="Change this parameter.") from exc
    return {
        name: list(value) if isinstance(value, tuple) else value for name, value in params.items()
    }


def _slot(key: str, wanted: str, taken: set[str]) -> tuple[str, int]:
    """A free slot and which one of its KPI it is, from 1."""
    if wanted in taken:
        raise Refused(f"The slot {wanted!r} is taken.", hint="Choose another name for this KPI.")
    if wanted:
        return wanted, 1
    number = 1
    while (slot := key if number == 1 else f"{key}_{number}") in taken:
        number += 1
    return slot, number
