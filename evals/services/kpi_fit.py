"""Which KPIs fit which columns: what one needs, why it cannot work, what suits the data."""

from collections.abc import Iterable, Mapping, Sequence

from evals import kpis as catalogue
from evals.domain.snapshot import ColumnSpec
from evals.kpis.base import Kpi
from evals.kpis.inputs import LIST_INPUTS, TEXT_INPUTS
from playground.models import Column, Playground
from playground.queries import current_version

# Characters; a short sentence is longer.
SHORT_TEXT = 30

# Roles that give an input of their own name, which few KPIs need.
_FURTHER = (*TEXT_INPUTS, *LIST_INPUTS)
# What a row can give, and the role of the column that gives it.
ROLES: Mapping[str, str] = {
    "question": "input",
    "reference": "expected",
    "evidence": "context",
    "context": "context",
    "context_used": "context",
    "keywords": "keywords",
    "answerable": "answerable",
    **{role: role for role in _FURTHER},
}
# The same facts under other names: bound once, under the name that rows are read by.
BINDABLE: Mapping[str, str] = {
    "question": "question",
    "reference": "reference",
    "evidence": "evidence",
    "context": "evidence",
    "keywords": "keywords",
    "answerable": "answerable",
    **{role: role for role in _FURTHER},
}
ROLE_WORDS: Mapping[str, str] = {
    "input": "an input column",
    "expected": "an expected column",
    "context": "a context column",
    "keywords": "a keywords column",
    "answerable": "an answerable column",
    **{role: f"a column with the role {Column.Role(role).label}" for role in _FURTHER},
}


def suggested_keys(columns: Sequence[ColumnSpec]) -> list[str]:
    """The keys of the KPIs that suit data with these columns, the most telling first."""
    roles = {column.role for column in columns}
    by_role = [
        ("expected", "token_f1"),
        ("keywords", "keyword_coverage"),
        ("context", "number_grounding"),
        ("answerable", "abstention_correctness"),
    ]
    return [*(key for role, key in by_role if role in roles), "word_count"]


def expects_short_texts(playground: Playground) -> bool:
    """Whether half of the expected texts are as short as a name, a date or a number."""
    expected = playground.columns.filter(role="expected").first()
    if expected is None:
        return False
    profile = current_version(playground).profile.get(str(expected.pk), {})
    median = (profile.get("lengths") or {}).get("median")
    return median is not None and median <= SHORT_TEXT


def unavailable(
    kind: type[Kpi],
    columns: Iterable[ColumnSpec],
    params: Mapping[str, object] | None = None,
    inputs: Mapping[str, str] | None = None,
) -> str:
    """Why a KPI cannot work on these columns ("Needs an expected column"); "" when it can.

    `inputs` are bindings that stand in for a column with the usual role.
    """
    roles = {column.role for column in columns}
    bound = set(inputs or ())
    missing = dict.fromkeys(
        ROLE_WORDS[ROLES[name]]
        for name in _needed(kind, params or {})
        if name in ROLES and ROLES[name] not in roles and BINDABLE.get(name) not in bound
    )
    return f"Needs {' and '.join(missing)}" if missing else ""


def _needed(kind: type[Kpi], params: Mapping[str, object]) -> tuple[str, ...]:
    try:
        return catalogue.build(kind.key, params).needed()
    except ValueError:
        # Some KPIs have no usable default; what they always need is known all the same.
        return tuple(need for need in kind.needs if not need.endswith("?"))
