"""The list of KPIs to choose from: searched, by group, with what keeps one from working."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evals.domain.snapshot import ColumnSpec
from evals.kpis import CATALOGUE
from evals.kpis.base import Kpi
from evals.queries.setup_page import line_words
from evals.services import kpi_fit

SUGGESTED = "suggested"
ROLE_NAMES = {
    "input": "question",
    "expected": "expected answer",
    "context": "context",
    "source": "source",
    "keywords": "keywords",
    "answerable": "answerable",
}


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A KPI of the list. `reason` says why it cannot be chosen, "" when it can."""

    kpi: type[Kpi]
    before: str
    match: str
    after: str
    reason: str
    chosen: int
    ticked: bool

    @property
    def scale(self) -> str:
        """The scale in words."""
        scale = self.kpi.scale
        if scale.binary:
            return "Yes or no"
        if scale.high is not None:
            return f"{scale.low:g} to {scale.high:g}"
        return f"In {scale.unit}" if scale.unit else "A count"

    @property
    def line(self) -> str:
        """The suggested pass line in words."""
        return line_words(self.kpi.suggested, self.kpi.scale)


@dataclass(frozen=True, kw_only=True)
class Group:
    """A group of the catalogue with the number of its KPIs that the search finds."""

    key: str
    name: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Picker:
    """What the picker shows. `has` names what the data has, `fitting` how many KPIs fit it.

    `ticked_elsewhere` are keys ticked before the search or the group hid them.
    """

    groups: tuple[Group, ...]
    group: str
    offers: tuple[Offer, ...]
    ticked_elsewhere: tuple[str, ...]
    q: str
    has: str
    fitting: int
    total: int


def picker(
    columns: Sequence[ColumnSpec],
    chosen: Sequence[str],
    *,
    q: str = "",
    group: str = "",
    ticked: Sequence[str] = (),
) -> Picker:
    """The KPIs whose name or question holds `q`, of one group or of all. No query.

    `chosen` are the keys chosen already, each as often as it is chosen.
    """
    suggested = kpi_fit.suggested_keys(columns)
    found = [kpi for kpi in CATALOGUE if q.lower() in f"{kpi.name} {kpi.question}".lower()]
    names = dict.fromkeys(kpi.group for kpi in CATALOGUE)
    groups = [
        Group(key=SUGGESTED, name="Suggested", count=sum(kpi.key in suggested for kpi in found)),
        Group(key="", name="All", count=len(found)),
        *(Group(key=name, name=name, count=sum(k.group == name for k in found)) for name in names),
    ]
    shown = [kpi for kpi in found if _belongs(kpi, group, suggested)]
    return Picker(
        groups=tuple(groups),
        group=group,
        offers=tuple(_offer(kpi, columns, chosen, q, kpi.key in ticked) for kpi in shown),
        ticked_elsewhere=tuple(set(ticked) & _keys(CATALOGUE) - _keys(shown)),
        q=q,
        has=_has(columns),
        fitting=sum(not kpi_fit.unavailable(kpi, columns) for kpi in CATALOGUE),
        total=len(CATALOGUE),
    )


def _belongs(kpi: type[Kpi], group: str, suggested: Sequence[str]) -> bool:
    if group == SUGGESTED:
        return kpi.key in suggested
    return not group or kpi.group == group


def _offer(
    kpi: type[Kpi], columns: Sequence[ColumnSpec], chosen: Sequence[str], q: str, ticked: bool
) -> Offer:
    start = kpi.name.lower().find(q.lower()) if q else -1
    before, match, after = kpi.name, "", ""
    if start >= 0:
        end = start + len(q)
        before, match, after = kpi.name[:start], kpi.name[start:end], kpi.name[end:]
    return Offer(
        kpi=kpi,
        before=before,
        match=match,
        after=after,
        reason=kpi_fit.unavailable(kpi, columns),
        chosen=chosen.count(kpi.key),
        ticked=ticked,
    )


def _keys(shown: Iterable[type[Kpi]]) -> set[str]:
    return {kpi.key for kpi in shown}


def _has(columns: Sequence[ColumnSpec]) -> str:
    present = {column.role for column in columns}
    names = [name for role, name in ROLE_NAMES.items() if role in present]
    if len(names) < 2:
        return names[0] if names else "no column with a role"
    return f"{', '.join(names[:-1])} and {names[-1]}"
