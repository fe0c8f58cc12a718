"""Which rows of a version are looked at: a segment, words, filters of columns."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.db.models.lookups import Exact, GreaterThanOrEqual, IContains, LessThanOrEqual

from playground.domain.row_filters import RowFilter
from playground.expressions import CellText, CellValue, cell_number
from playground.models import Column, DatasetVersion, Row
from playground.queries.versions import rows_of
from playground.services import row_counts

# The word in an address → the word on the page.
SEGMENTS = {
    "all": "All",
    "no_context": "No context",
    "edited": "Edited or new",
    "duplicates": "Duplicates",
}
# Up to so many rows are counted while the page is made; the worker counts more.
_COUNTED_AT_ONCE = 2_000


@dataclass(frozen=True, kw_only=True)
class Selection:
    """What the rows have in common; everything by default.

    `search` keeps rows with a cell that contains it. Capital letters make no difference; on
    SQLite that holds for a to z.
    """

    show: str = "all"
    search: str = ""
    filters: tuple[RowFilter, ...] = ()

    @property
    def is_everything(self) -> bool:
        return self.show == "all" and not self.search and not self.filters


def matching(
    version: DatasetVersion, selection: Selection, columns: Sequence[Column]
) -> QuerySet[Row]:
    """The version's rows that the selection keeps, in position order.

    `columns` are the playground's. A filter of another column is passed over.
    """
    rows = _segment(version, selection.show, columns)
    if selection.search:
        rows = rows.filter(_contains(columns, selection.search))
    known = {column.pk for column in columns}
    for row_filter in selection.filters:
        if row_filter.column_id in known:
            rows = _filtered(rows, row_filter)
    return rows


def segment_counts(version: DatasetVersion, columns: Sequence[Column]) -> dict[str, int | None]:
    """How many rows each segment has; None while they are not counted.

    A segment that says nothing here is left out: no column is the context, or nothing was edited.
    """
    roles = {column.role for column in columns}
    counted = _counted(version)
    counts: dict[str, int | None] = {"all": version.row_count}
    if Column.Role.CONTEXT in roles:
        counts["no_context"] = counted.get("no_context")
    if version.changes:
        counts["edited"] = version.changes.get("added", 0) + version.changes.get("changed", 0)
    if Column.Role.INPUT in roles:
        counts["duplicates"] = counted.get("duplicates")
    return counts


def _counted(version: DatasetVersion) -> dict[str, int | None]:
    counted: dict[str, int | None] | None = version.profile.get(row_counts.KEY)
    if counted is not None and version.is_counted:
        return counted
    return row_counts.counts_of(version) if version.row_count <= _COUNTED_AT_ONCE else {}


def _segment(version: DatasetVersion, show: str, columns: Sequence[Column]) -> QuerySet[Row]:
    rows = rows_of(version)
    if show == "no_context":
        return row_counts.without_context(rows, _with_role(columns, Column.Role.CONTEXT))
    if show == "edited":
        # Found by the index of revisions: most rows are as they were.
        begun = Row.objects.filter(playground_id=version.playground_id, since=version.number)
        return rows.filter(pk__in=begun.values("pk"))
    if show == "duplicates":
        inputs = _with_role(columns, Column.Role.INPUT)
        return row_counts.repeats(version, inputs).order_by("position")
    return rows


def _with_role(columns: Sequence[Column], role: str) -> list[int]:
    return [column.pk for column in columns if column.role == role]


def _contains(columns: Sequence[Column], search: str) -> Q:
    matches = Q(pk__in=[])
    for column in columns[: row_counts.MOST_COLUMNS]:
        matches |= Q(IContains(CellText(column.pk), search))
    return matches


def _filtered(rows: QuerySet[Row], row_filter: RowFilter) -> QuerySet[Row]:
    negated = row_filter.kind in ("not", "filled")
    condition = _condition(row_filter)
    return rows.filter(~condition if negated else condition)


def _condition(row_filter: RowFilter) -> Q:
    column_id = row_filter.column_id
    if row_filter.kind == "min":
        return Q(GreaterThanOrEqual(cell_number(column_id), row_filter.number))
    if row_filter.kind == "max":
        return Q(LessThanOrEqual(cell_number(column_id), row_filter.number))
    if row_filter.kind == "has":
        return Q(IContains(CellValue(column_id), row_filter.value))
    return Q(Exact(CellValue(column_id), row_filter.value))
