"""Rows and columns as the Data page shows them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from playground.domain import row_filters
from playground.expressions import CellValue
from playground.models import Column, DatasetVersion, Row
from playground.queries.versions import rows_of

# The page must not grow with long texts; the whole one comes with the form.
CELL_SHOWN = 400
# A list to choose from, not to read.
MOST_VALUES = 200

ICONS = {
    Column.Type.TEXT: "type-text",
    Column.Type.LONG_TEXT: "type-long-text",
    Column.Type.NUMBER: "type-number",
    Column.Type.YES_NO: "check",
    Column.Type.CATEGORY: "type-category",
    Column.Type.DATE: "type-date",
    Column.Type.JSON: "type-json",
    Column.Type.TEXT_LIST: "type-list",
    Column.Type.CONVERSATION: "type-conversation",
}


@dataclass(frozen=True, kw_only=True)
class CellFace:
    """A cell's text, cut for showing. `is_edited`: the version before says something else."""

    column: Column
    text: str
    is_edited: bool


@dataclass(frozen=True, kw_only=True)
class RowFace:
    """A row to show. `is_new`: the version before does not have it."""

    row_id: int
    position: int
    is_new: bool
    cells: tuple[CellFace, ...]


@dataclass(frozen=True, kw_only=True)
class Header:
    """A column with what its cells add up to; None while that is not counted.

    `top` are its most frequent values with their counts, where there are any.
    """

    column: Column
    icon: str
    profile: dict[str, object] | None
    filled: float | None
    top: tuple[tuple[str, int], ...]
    # On the right side of the grid it would be cut off if it opened to the right.
    opens_to_start: bool


def headers(columns: Sequence[Column], version: DatasetVersion) -> list[Header]:
    """Each column with its profile and the share of filled cells."""
    return [
        _header(column, version, opens_to_start=place * 2 > len(columns) + 1)
        for place, column in enumerate(columns, start=1)
    ]


def faces(version: DatasetVersion, rows: Iterable[Row], columns: Sequence[Column]) -> list[RowFace]:
    """The rows with their cells in the order of `columns`. One query."""
    rows = list(rows)
    before = _before(version, rows)
    return [_face(row, columns, version, before.get(row.identity)) for row in rows]


def values_of(version: DatasetVersion, column: Column) -> list[str]:
    """The different values of a column, in order; none when there are too many to choose from."""
    values = (
        rows_of(version)
        .order_by()
        .annotate(value=CellValue(column.pk))
        .exclude(value="")
        .values_list("value", flat=True)
        .distinct()[: MOST_VALUES + 1]
    )
    found = sorted(values)
    is_choice = len(found) <= MOST_VALUES and all(
        len(value) <= row_filters.LONGEST_VALUE for value in found
    )
    return found if is_choice else []


def _header(column: Column, version: DatasetVersion, *, opens_to_start: bool) -> Header:
    is_counted = version.row_count and version.is_counted
    profile = version.profile.get(str(column.pk)) if is_counted else None
    return Header(
        column=column,
        icon=ICONS[Column.Type(column.type)],
        profile=profile,
        filled=profile["filled"] / version.row_count if profile else None,
        top=tuple((value, count) for value, count in (profile or {}).get("top") or ()),
        opens_to_start=opens_to_start,
    )


def _before(version: DatasetVersion, rows: Sequence[Row]) -> dict[str, Row]:
    """What the version before has of the rows that begin in this one."""
    begun = [row.identity for row in rows if version.number > 1 and row.since == version.number]
    older = Row.objects.filter(
        playground_id=version.playground_id, identity__in=begun, until=version.number - 1
    )
    return {row.identity: row for row in older}


def _face(
    row: Row, columns: Sequence[Column], version: DatasetVersion, before: Row | None
) -> RowFace:
    is_begun = version.number > 1 and row.since == version.number
    return RowFace(
        row_id=row.pk,
        position=row.position,
        is_new=is_begun and before is None,
        cells=tuple(
            CellFace(
                column=column,
                text=_cut(row.cells.get(str(column.pk), "")),
                is_edited=before is not None
                and before.cells.get(str(column.pk), "") != row.cells.get(str(column.pk), ""),
            )
            for column in columns
        ),
    )


def _cut(text: str) -> str:
    return text if len(text) <= CELL_SHOWN else text[:CELL_SHOWN] + "…"
