"""The spec of `manage.py evaluate`: a YAML file that says what is compared and what passes.

`docs/evaluate.md` describes the format. Every mistake is a SpecError with its line.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evals import kpis
from evals.domain.pass_lines import OPERATORS, PassLine
from evals.domain.rule_model import MODES, POLICIES, Condition, Rule
from evals.services.spec_nodes import Fields, Range, SpecError, SpecNode
from playground.models import Column

ROLES = tuple(role.value for role in Column.Role)
# The same bounds as the form of a variant in Setup.
TEMPERATURE = Range(0, 2)
MAX_TOKENS = Range(1, 100_000)
SEED = Range(0, 2**31 - 1)
LIMIT = Range(1, 1_000_000)
DEFAULT_MAX_TOKENS = 256


@dataclass(frozen=True, kw_only=True)
class VariantEntry:
    """A variant of the spec.

    Exactly one of `connection` (a name), `base_url` and `answers_from` (a column) is filled.
    """

    name: str
    place: SpecNode
    model: str = ""
    user_prompt: str = ""
    answers_from: str = ""
    connection: str = ""
    base_url: str = ""
    api_key_env: str = ""
    allow_private: bool = False
    system_prompt: str = ""
    temperature: float | None = 0.0
    max_tokens: int = DEFAULT_MAX_TOKENS
    seed: int | None = None
    use_context: bool = False
    is_baseline: bool = False


@dataclass(frozen=True, kw_only=True)
class KpiEntry:
    """A KPI of the spec in its slot, with checked parameters."""

    slot: str
    key: str
    name: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class EvaluationSpec:
    """A spec whose words were checked; whether its columns exist is known once the file is read."""

    name: str
    roles: Mapping[str, str]
    role_places: Mapping[str, SpecNode]
    variants: tuple[VariantEntry, ...]
    kpis: tuple[KpiEntry, ...]
    rule: Rule
    top: SpecNode
    data: Path | None = None
    limit: int | None = None


def read_spec(file: Path) -> EvaluationSpec:
    """The spec in `file`. A relative `data` path starts at the spec's folder.

    Raises SpecError with file, line and what to do.
    """
    top = SpecNode.read(file)
    fields = top.fields(
        required=("columns", "kpis", "rule"), optional=("name", "data", "limit", "variants")
    )
    roles = {name: node.choice(ROLES) for name, node in fields["columns"].items()}
    chosen = _kpis(fields["kpis"])
    limit = fields.number("limit", LIMIT, whole=True)
    return EvaluationSpec(
        name=fields.text("name", file.stem),
        data=file.parent / fields.text("data") if "data" in fields else None,
        limit=None if limit is None else int(limit),
        roles=roles,
        role_places=dict(fields["columns"].items()),
        variants=_variants(fields, roles),
        kpis=chosen,
        rule=_rule(fields["rule"], chosen),
        top=top,
    )


def _variants(fields: Fields, roles: Mapping[str, str]) -> tuple[VariantEntry, ...]:
    """The variants that are listed, and one for each further column of responses."""
    responses = [name for name, role in roles.items() if role == Column.Role.RESPONSE]
    listed: list[VariantEntry] = []
    if "variants" in fields:
        listed = [_variant(entry, responses) for entry in fields["variants"].entries()]
    elif not responses:
        raise fields.owner.error(
            "The spec has no `variants`.",
            hint="Add `variants:`, or give columns that hold answers the role response.",
        )
    used = {variant.answers_from for variant in listed}
    places = dict(fields["columns"].items())
    variants = [
        *listed,
        *(
            VariantEntry(name=name, place=places[name], answers_from=name)
            for name in responses
            if name not in used
        ),
    ]
    _check_variants(variants)
    return tuple(variants)


def _check_variants(variants: Sequence[VariantEntry]) -> None:
    names = [variant.name for variant in variants]
    sources = [variant.answers_from for variant in variants if variant.answers_from]
    for variant in variants:
        if names.count(variant.name) > 1:
            raise variant.place.error(f"Two variants are called {variant.name!r}.")
        if sources.count(variant.answers_from) > 1:
            raise variant.place.error(
                f"Two variants take their answers from {variant.answers_from!r}.", hint="Keep one."
            )
    baselines = [variant for variant in variants if variant.is_baseline]
    if len(baselines) > 1:
        raise baselines[1].place.error("More than one variant is the baseline.", hint="Keep one.")


def _variant(node: SpecNode, responses: Sequence[str]) -> VariantEntry:
    """A variant that is asked, or with `answers_from` one whose answers are in the file."""
    if any(name == "answers_from" for name, _value in node.items()):
        fields = node.fields(required=("name", "answers_from"), optional=("baseline",))
        column = fields.text("answers_from")
        if column not in responses:
            raise fields["answers_from"].error(
                f"{column!r} is no column with the role response.",
                hint=f"Write `{column}: response` under `columns:`.",
            )
        return VariantEntry(
            name=fields.text("name"),
            place=node,
            answers_from=column,
            is_baseline=fields.yes_no("baseline"),
        )
    return _asked_variant(node)


def _asked_variant(node: SpecNode) -> VariantEntry:
    fields = node.fields(
        required=("name", "prompt"),
        optional=(
            *("connection", "base_url", "api_key_env", "allow_private", "model", "system"),
            *("temperature", "max_tokens", "seed", "context", "baseline"),
        ),
    )
    if ("connection" in fields) == ("base_url" in fields):
        raise node.error(
            "A variant needs either `connection` or `base_url`, or `answers_from`.",
            hint="Name a connection of the Models page, give an address, or name the column "
            "that holds its answers.",
        )
    if "base_url" in fields and "model" not in fields:
        raise node.error("A variant with `base_url` needs `model`.")
    max_tokens = fields.number("max_tokens", MAX_TOKENS, whole=True)
    seed = fields.number("seed", SEED, whole=True)
    return VariantEntry(
        name=fields.text("name"),
        model=fields.text("model"),
        user_prompt=fields.text("prompt"),
        place=node,
        connection=fields.text("connection"),
        base_url=fields.text("base_url"),
        api_key_env=fields.text("api_key_env"),
        allow_private=fields.yes_no("allow_private"),
        system_prompt=fields.text("system"),
        temperature=_temperature(fields),
        max_tokens=int(max_tokens or DEFAULT_MAX_TOKENS),
        seed=None if seed is None else int(seed),
        use_context=fields.yes_no("context"),
        is_baseline=fields.yes_no("baseline"),
    )


def _temperature(fields: Fields) -> float | None:
    """None, written as `temperature: null`, leaves it to the provider."""
    if "temperature" not in fields:
        return 0.0
    return fields.number("temperature", TEMPERATURE)


def _kpis(node: SpecNode) -> tuple[KpiEntry, ...]:
    chosen: list[KpiEntry] = []
    for entry in node.entries():
        fields = entry.fields(required=("key",), optional=("name", "params"))
        key = fields.text("key")
        if key not in {kpi.key for kpi in kpis.CATALOGUE}:
            known = ", ".join(kpi.key for kpi in kpis.CATALOGUE)
            raise fields["key"].error(f"There is no KPI {key!r}.", hint=f"Use {known}.")
        params = (
            {name: value.value() for name, value in fields["params"].items()}
            if ("params" in fields)
            else {}
        )
        try:
            kpis.build(key, params)
        except ValueError as exc:
            raise fields["params" if params else "key"].error(str(exc)) from exc
        used = 1 + sum(kpi.key == key for kpi in chosen)
        slot = key if used == 1 else f"{key}_{used}"
        name = fields.text("name", kpis.get(key).name)
        chosen.append(KpiEntry(slot=slot, key=key, name=name, params=params))
    return tuple(chosen)


def _rule(node: SpecNode, chosen: tuple[KpiEntry, ...]) -> Rule:
    fields = node.fields(required=("conditions",), optional=("mode", "n"))
    by_slot = {kpi.slot: kpi for kpi in chosen}
    conditions = tuple(_condition(entry, by_slot) for entry in fields["conditions"].entries())
    mode = fields["mode"].choice(MODES) if "mode" in fields else "all"
    n = fields.number("n", Range(1, 1_000), whole=True)
    try:
        # `choice` has checked the word.
        return Rule(mode=mode, n=None if n is None else int(n), conditions=conditions)  # type: ignore[arg-type]
    except ValueError as exc:
        raise node.error(str(exc)) from exc


def _condition(node: SpecNode, by_slot: Mapping[str, KpiEntry]) -> Condition:
    fields = node.fields(required=("kpi",), optional=("line", "required", "on_missing", "on_error"))
    slot = fields["kpi"].choice(tuple(by_slot))
    kpi = kpis.get(by_slot[slot].key)
    line = kpi.suggested
    if "line" in fields:
        line = _line(fields["line"])
        try:
            line.check_fits(kpi.scale)
        except ValueError as exc:
            raise fields["line"].error(str(exc)) from exc
    policies = {
        name: fields[name].choice(POLICIES) for name in ("on_missing", "on_error") if name in fields
    }
    # `choice` has checked the words.
    return Condition(slot=slot, line=line, required=fields.yes_no("required"), **policies)  # type: ignore[arg-type]


def _line(node: SpecNode) -> PassLine:
    """`>= 0.6`, `== 1`, `between 1 and 300`."""
    words = node.text().replace(" and ", " ").split()
    hint = f"Write it like `>= 0.6` or `between 1 and 300`, with one of {' '.join(OPERATORS)}."
    if not 2 <= len(words) <= 3:
        raise node.error(f"{node.text()!r} is not a pass line.", hint=hint)
    try:
        numbers = [float(word) for word in words[1:]]
        high = numbers[1] if len(numbers) == 2 else None
        # PassLine checks the operator.
        return PassLine(op=words[0], value=numbers[0], high=high)  # type: ignore[arg-type]
    except ValueError as exc:
        raise node.error(f"{node.text()!r} is not a pass line: {exc}.", hint=hint) from exc


__all__ = ["EvaluationSpec", "KpiEntry", "SpecError", "VariantEntry", "read_spec"]
