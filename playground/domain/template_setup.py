"""The setup of a template as plain values: its shape is checked here, its meaning in `evals`.

{"variants": [{name, prompt, system, context, max_tokens, temperature, model}],
 "kpis": [{key, place, name, params, line, slot, inputs}], "rule": {mode, n}, "note": text}
"""

import json
import re
from typing import Any

from playground.domain.template_nodes import BadTemplate, Fields, items_of, mapping_of, text_of

PLACES = ("required", "counted", "shown")
MODES = ("all", "any", "at_least")
VARIANTS_CAP = 8
KPIS_CAP = 60
PROMPT_CAP = 50_000
NOTE_CAP = 500
_PARAMS_CAP = 50_000
# NaN and infinity are above it too; no database takes them.
_LARGEST = 10**15
_DEPTH = 10

_KEY = re.compile(r"[a-z][a-z0-9_]{0,99}")
_NUMBER = r"-?\d{1,9}(?:\.\d{1,9})?"
LINE = re.compile(
    rf"(?P<op>>=|<=|==|>|<)\s*(?P<value>{_NUMBER})"
    rf"|between\s+(?P<low>{_NUMBER})\s+and\s+(?P<high>{_NUMBER})"
)


def read_setup(entry: object) -> dict[str, Any]:
    """The setup that `entry` describes, with all defaults left out. {} for none.

    Whether a KPI exists and takes these parameters is for `evals` to know. Raises BadTemplate.
    """
    fields = Fields.of(entry, "setup", optional=("variants", "kpis", "rule", "note"))
    if not fields.values:
        return {}
    kpis = [
        _kpi(kpi, f"setup.kpis[{index}]")
        for index, kpi in enumerate(items_of(fields.get("kpis", []), "setup.kpis", cap=KPIS_CAP))
    ]
    _check_slots(kpis)
    variants = items_of(fields.get("variants", []), "setup.variants", cap=VARIANTS_CAP)
    setup: dict[str, Any] = {
        "variants": [
            _variant(variant, f"setup.variants[{index}]") for index, variant in enumerate(variants)
        ],
        "kpis": kpis,
        "rule": _rule(fields.get("rule", {}), kpis),
    }
    note = fields.text("note", cap=NOTE_CAP, default="")
    return {**setup, "note": note} if note else setup


def _variant(entry: object, place: str) -> dict[str, Any]:
    fields = Fields.of(
        entry,
        place,
        required=("name", "prompt"),
        optional=("system", "context", "max_tokens", "temperature", "model"),
    )
    variant: dict[str, Any] = {
        "name": fields.text("name", cap=100),
        "system": fields.text("system", cap=PROMPT_CAP, default=""),
        "prompt": fields.text("prompt", cap=PROMPT_CAP),
        "context": fields.flag("context"),
    }
    max_tokens = fields.number("max_tokens", low=1, high=100_000, whole=True)
    temperature = fields.number("temperature", low=0, high=2, whole=False)
    model = fields.text("model", cap=200, default="")
    optional = {"max_tokens": max_tokens, "temperature": temperature, "model": model or None}
    return variant | {name: value for name, value in optional.items() if value is not None}


def _kpi(entry: object, place: str) -> dict[str, Any]:
    fields = Fields.of(
        entry,
        place,
        required=("key", "place"),
        optional=("name", "params", "line", "slot", "inputs"),
    )
    kpi: dict[str, Any] = {
        "key": _key(fields, "key"),
        "place": fields.choice("place", PLACES),
        "name": fields.text("name", cap=100, default=""),
        "line": _line(fields),
        "slot": _key(fields, "slot") if fields.get("slot") else "",
        "params": _params(fields),
        "inputs": _inputs(fields),
    }
    return {name: value for name, value in kpi.items() if value}


def _rule(entry: object, kpis: list[dict[str, Any]]) -> dict[str, Any]:
    fields = Fields.of(entry, "setup.rule", optional=("mode", "n"))
    mode = fields.choice("mode", MODES, default="all")
    counted = sum(kpi["place"] == "counted" for kpi in kpis)
    n = fields.number("n", low=1, high=max(counted, 1), whole=True)
    if (mode == "at_least") != (n is not None):
        raise BadTemplate("setup.rule", "`n` belongs to the mode at_least, and only to it")
    if mode == "at_least" and not counted:
        raise BadTemplate("setup.rule", "at_least needs KPIs whose place is counted")
    return {"mode": mode} if n is None else {"mode": mode, "n": n}


def _key(fields: Fields, name: str) -> str:
    key = fields.text(name, cap=100)
    if not _KEY.fullmatch(key):
        raise BadTemplate(
            fields.at(name), f"{key!r} must be of small letters, digits and underscores"
        )
    return key


def _line(fields: Fields) -> str:
    line = fields.text("line", cap=60, default="").strip()
    if line and not LINE.fullmatch(line):
        raise BadTemplate(
            fields.at("line"), f"{line!r} is no pass line; write '>= 0.6' or 'between 1 and 40'"
        )
    return line


def _params(fields: Fields) -> dict[str, Any]:
    place = fields.at("params")
    params = mapping_of(fields.get("params", {}), place)
    for name, value in params.items():
        _check_plain(value, f"{place}.{name}")
    if len(json.dumps(params)) > _PARAMS_CAP:
        raise BadTemplate(place, f"is longer than {_PARAMS_CAP:,} characters")
    return params


def _inputs(fields: Fields) -> dict[str, str]:
    place = fields.at("inputs")
    inputs = mapping_of(fields.get("inputs", {}), place)
    return {name: text_of(column, f"{place}.{name}", cap=200) for name, column in inputs.items()}


def _check_plain(value: object, place: str, depth: int = 0) -> None:
    """Parameters are what JSON holds, within bounds that any database takes."""
    if depth > _DEPTH:
        raise BadTemplate(place, f"is nested more than {_DEPTH} levels deep")
    if isinstance(value, str):
        text_of(value, place, cap=_PARAMS_CAP, blank=True)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _check_plain(item, f"{place}[{index}]", depth + 1)
    elif isinstance(value, dict):
        for name, item in mapping_of(value, place).items():
            _check_plain(item, f"{place}.{name}", depth + 1)
    elif not isinstance(value, int | float) or not abs(value) <= _LARGEST:
        raise BadTemplate(place, "must be a text, a number, true, false, a list or an object")


def _check_slots(kpis: list[dict[str, Any]]) -> None:
    taken: set[str] = set()
    for index, kpi in enumerate(kpis):
        slot = kpi.get("slot", kpi["key"])
        if slot in taken:
            raise BadTemplate(
                f"setup.kpis[{index}]", f"{slot!r} stands twice; give one of them another `slot`"
            )
        taken.add(slot)
