"""A template's setup in words: prompts, KPIs that can be used or come later, the rule."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evals import kpis as catalogue
from evals.domain.snapshot import ColumnSpec, letter
from evals.queries.setup_page import line_words
from evals.services import template_setups
from evals.services.kpis import PLACE_WORDS, PLACES, Place
from evals.services.template_setups import LATER, Entry
from playground.domain.template_nodes import BadTemplate
from playground.domain.template_setup import read_setup
from playground.domain.templates import Template


@dataclass(frozen=True, kw_only=True)
class KpiWords:
    """A KPI of a template. `reason` says why it is not used; "" when it is."""

    name: str
    line: str
    reason: str

    @property
    def is_later(self) -> bool:
        """Whether the KPI does not exist yet."""
        return self.reason == LATER


@dataclass(frozen=True, kw_only=True)
class PlaceWords:
    """The KPIs of one place in the rule; `later` are those that do not exist yet."""

    word: str
    kpis: tuple[KpiWords, ...]
    later: tuple[KpiWords, ...]


@dataclass(frozen=True, kw_only=True)
class SetupWords:
    """The setup of a template: variants as stored, each with its letter; places that have KPIs."""

    variants: Sequence[Mapping[str, Any]]
    places: tuple[PlaceWords, ...]
    rule: str
    note: str
    used_count: int
    later_count: int


@dataclass(frozen=True, kw_only=True)
class LeftOpen:
    """What a playground's template asks for that its setup does not hold."""

    template: str
    note: str
    coming: tuple[str, ...]


def setup_words(template: Template) -> SetupWords:
    """The setup of `template` in words; empty parts for a setup that cannot be read."""
    setup = _read(template.setup)
    columns = [ColumnSpec(id=c.name, name=c.name, role=c.role) for c in template.columns]
    entries: list[Entry] = setup.get("kpis", [])
    words = [(entry["place"], _kpi(entry, columns)) for entry in entries]
    places = (_place(place, [kpi for at, kpi in words if at == place]) for place in PLACES)
    return SetupWords(
        variants=[
            {**variant, "letter": letter(index)}
            for index, variant in enumerate(setup.get("variants", []))
        ],
        places=tuple(place for place in places if place.kpis or place.later),
        rule=_rule(setup),
        note=setup.get("note", ""),
        used_count=sum(not kpi.reason for _place, kpi in words),
        later_count=sum(kpi.is_later for _place, kpi in words),
    )


def left_open(origin: Mapping[str, Any]) -> LeftOpen | None:
    """What is left open of the template a playground was made from; None for nothing.

    `origin` is `Playground.template`.
    """
    setup = _read(origin.get("setup", {}))
    note, coming = setup.get("note", ""), tuple(template_setups.coming(setup))
    if not note and not coming:
        return None
    return LeftOpen(template=origin.get("name", ""), note=note, coming=coming)


def _read(setup: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return read_setup(setup)
    except BadTemplate:
        return {}


def _place(place: Place, kpis: Sequence[KpiWords]) -> PlaceWords:
    return PlaceWords(
        word=PLACE_WORDS[place],
        kpis=tuple(kpi for kpi in kpis if not kpi.is_later),
        later=tuple(kpi for kpi in kpis if kpi.is_later),
    )


def _kpi(entry: Entry, columns: Sequence[ColumnSpec]) -> KpiWords:
    reason = template_setups.left_out(entry, columns)
    return KpiWords(name=template_setups.name_of(entry), line=_line(entry), reason=reason)


def _line(entry: Entry) -> str:
    if entry["place"] == "shown":
        return ""
    if template_setups.exists(entry):
        kind = catalogue.get(entry["key"])
        return line_words(template_setups.line_of(entry, kind), kind.scale)
    line = template_setups.written_line(entry)
    return line.words() if line else ""


def _rule(setup: Mapping[str, Any]) -> str:
    places = [kpi["place"] for kpi in setup.get("kpis", [])]
    required, counted = places.count("required"), places.count("counted")
    rule = setup.get("rule", {})
    if not required and not counted:
        return ""
    parts = ["every required KPI holds"] if required else []
    if counted and rule.get("mode") == "any":
        parts.append("at least one of the counted KPIs holds")
    elif counted and rule.get("mode") == "at_least":
        parts.append(f"at least {rule['n']} of the {counted} counted KPIs hold")
    elif counted:
        parts.append("no counted KPI fails")
    return f"An answer passes when {' and '.join(parts)}."
