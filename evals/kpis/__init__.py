"""The KPIs. `from evals.kpis import score` is the public door; `base` tells how to write one."""

from collections.abc import Mapping
from functools import cache

from evals.kpis import completeness, correctness, efficiency, format, grounding
from evals.kpis.base import Inputs, Kpi, Result
from evals.kpis.code_hash import hash_code
from evals.kpis.parameters import Parameter, build_kpi, parameters_of

__all__ = ["CATALOGUE", "build", "by_key", "code_hash", "get", "parameters", "score"]

CATALOGUE: tuple[type[Kpi], ...] = (
    *correctness.KPIS,
    *grounding.KPIS,
    *completeness.KPIS,
    *format.KPIS,
    *efficiency.KPIS,
)


def by_key(kpis: tuple[type[Kpi], ...]) -> dict[str, type[Kpi]]:
    """The KPIs by key. Raises ValueError when two have the same key or short name."""
    for attribute in ("key", "short_name"):
        names = [getattr(kpi, attribute) for kpi in kpis]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise ValueError(f"Two KPIs have the same {attribute}: {', '.join(sorted(twice))}.")
    return {kpi.key: kpi for kpi in kpis}


_BY_KEY = by_key(CATALOGUE)


def get(key: str) -> type[Kpi]:
    """The KPI with this key. Raises KeyError for an unknown one."""
    return _BY_KEY[key]


def build(key: str, params: Mapping[str, object]) -> Kpi:
    """A KPI with its parameters, from plain values as forms and JSON give them.

    Parameters left out have their defaults. Raises KeyError for an unknown key, and
    ValueError, in words that name the parameter, for what cannot be.
    """
    return build_kpi(get(key), params)


def score(
    key: str, *, params: Mapping[str, object] | None = None, inputs: Mapping[str, object] | Inputs
) -> Result:
    """What a KPI says of one answer; see `Inputs.from_mapping` for the names of `inputs`.

    Never raises for what stands in the texts. Raises as `build` does for a wrong key or
    wrong parameters.
    """
    kpi = build(key, params or {})
    return kpi.score(inputs if isinstance(inputs, Inputs) else Inputs.from_mapping(inputs))


def parameters(key: str) -> tuple[Parameter, ...]:
    """The parameters of a KPI, for forms. Raises KeyError for an unknown key."""
    return parameters_of(get(key))


@cache
def code_hash(key: str) -> str:
    """The sha256 of the code a KPI runs: part of what makes a KPI version.

    Comments and docstrings are not in it. Raises KeyError for an unknown key.
    """
    return hash_code(get(key))
