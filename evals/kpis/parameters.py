"""A KPI's parameters: what a form draws, and a KPI built from plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Literal

from evals.kpis.base import Kpi

ParameterKind = Literal["bool", "number", "text", "choice", "lines"]


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One parameter of a KPI. "lines" is a list of texts, in a form one a line."""

    name: str
    kind: ParameterKind
    default: object
    choices: tuple[str, ...]
    help: str
    whole: bool = False


def parameters_of(kpi: type[Kpi]) -> tuple[Parameter, ...]:
    """The parameters of a KPI in the order they are written."""
    return tuple(
        Parameter(
            name=one.name,
            kind=_kind(one.default, one.metadata["choices"]),
            default=one.default,
            choices=one.metadata["choices"],
            help=one.metadata["help"],
            whole=isinstance(one.default, int) and not isinstance(one.default, bool),
        )
        for one in fields(kpi)
    )


def build_kpi(kpi: type[Kpi], params: Mapping[str, object]) -> Kpi:
    """A KPI from plain values, as forms and JSON give them; defaults for what is left out.

    Raises ValueError, in words that name the parameter.
    """
    known = {parameter.name: parameter for parameter in parameters_of(kpi)}
    for name in params:
        if name not in known:
            has = ", ".join(f"`{one}`" for one in known) or "none"
            raise ValueError(f"{kpi.name} has no parameter `{name}`. It has: {has}.")
    return kpi(**{name: _value(known[name], given) for name, given in params.items()})


def _kind(default: object, choices: tuple[str, ...]) -> ParameterKind:
    if choices:
        return "choice"
    if isinstance(default, bool):
        return "bool"
    if isinstance(default, int | float):
        return "number"
    return "lines" if isinstance(default, tuple) else "text"


def _value(parameter: Parameter, given: object) -> object:
    if parameter.kind == "lines":
        return _lines(parameter, given)
    if parameter.kind == "number":
        return _number(parameter, given)
    wanted = bool if parameter.kind == "bool" else str
    if not isinstance(given, wanted):
        kind = "true or false" if wanted is bool else "a text"
        raise ValueError(f"`{parameter.name}` must be {kind}, not {given!r}.")
    return given


def _number(parameter: Parameter, given: object) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise ValueError(f"`{parameter.name}` must be a number, not {given!r}.")
    if not parameter.whole:
        return float(given)
    if given != given or given % 1:
        raise ValueError(f"`{parameter.name}` must be a whole number, not {given!r}.")
    return int(given)


def _lines(parameter: Parameter, given: object) -> tuple[str, ...]:
    lines = given.splitlines() if isinstance(given, str) else given
    if not isinstance(lines, list | tuple) or not all(isinstance(line, str) for line in lines):
        raise ValueError(f"`{parameter.name}` must be a list of texts, not {given!r}.")
    return tuple(line.strip() for line in lines if line.strip())
