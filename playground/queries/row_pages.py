"""Fifty rows at a time, found by position."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from django.db.models import QuerySet

from playground.models import Column, DatasetVersion, Row
from playground.queries.selections import Selection, matching
from playground.queries.versions import rows_of

PAGE = 50


@dataclass(frozen=True, kw_only=True)
class RowPage:
    """A page of rows in position order, and the cursors of its neighbours (None at an end).

    `total` counts all rows that match, `before` those that stand before this page.
    """

    rows: tuple[Row, ...]
    total: int
    before: int
    previous_before: int | None
    next_after: int | None

    @property
    def first(self) -> int:
        """The place of the first row among those that match, from 1; 0 on an empty page."""
        return self.before + 1 if self.rows else 0

    @property
    def last(self) -> int:
        """The place of the last row among those that match."""
        return self.before + len(self.rows)


def row_page(
    version: DatasetVersion,
    columns: list[Column],
    selection: Selection,
    *,
    after: int = 0,
    before: int | None = None,
) -> RowPage:
    """Fifty rows after the position `after`, or the last fifty before the position `before`."""
    if selection.is_everything:
        return _page_of_all(version, after=after, before=before)
    return _page_of_some(matching(version, selection, columns), after=after, before=before)


def _page_of_all(version: DatasetVersion, *, after: int, before: int | None) -> RowPage:
    rows = rows_of(version)
    found = _slice(rows, after=after, before=before)
    has_more = len(found) > PAGE
    page = found[:PAGE] if before is None else found[-PAGE:]
    first = page[0].position if page else 0
    is_start = before is None and not after
    skipped = 0 if is_start else rows.order_by().filter(position__lt=first).count()
    has_next = has_more if before is None else bool(page)
    return RowPage(
        rows=tuple(page),
        # The version says nothing while its first import is under way.
        total=version.row_count or rows.count(),
        before=skipped,
        previous_before=first if skipped else None,
        next_after=page[-1].position if has_next else None,
    )


def _slice(rows: QuerySet[Row], *, after: int, before: int | None) -> list[Row]:
    """One row more than a page, so that it shows whether there is a next one."""
    if before is None:
        return list(rows.filter(position__gt=after)[: PAGE + 1])
    backwards = rows.filter(position__lt=before).order_by("-position")
    return list(backwards[: PAGE + 1])[::-1]


def _page_of_some(found: QuerySet[Row], *, after: int, before: int | None) -> RowPage:
    """One scan tells both how many rows match and which ones are on the page."""
    places = list(found.values_list("position", "id"))
    if before is None:
        start = bisect_right(places, after, key=_position)
        end = start + PAGE
    else:
        end = bisect_left(places, before, key=_position)
        start = max(0, end - PAGE)
    shown = places[start:end]
    rows = Row.objects.in_bulk([row_id for _position, row_id in shown])
    return RowPage(
        rows=tuple(rows[row_id] for _position, row_id in shown if row_id in rows),
        total=len(places),
        before=start,
        previous_before=shown[0][0] if shown and start else None,
        next_after=shown[-1][0] if shown and end < len(places) else None,
    )


def _position(place: tuple[int, int]) -> int:
    return place[0]
