"""Reads for pages and runs, each a fixed number of queries at any size."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CharField, Count, F, Func, Q, QuerySet, Value
from django.db.models.lookups import IContains
from django.db.models.sql.compiler import SQLCompiler

from accounts.errors import NotReady
from playground.models import Column, DatasetVersion, Playground, Row

PAGE = 50
# SQLite refuses expressions deeper than 1,000; nobody searches in more columns than this.
SEARCHED_COLUMNS = 100


class CellText(Func):
    """The text of one column's cell.

    Django's own lookups take a key such as "12" for the place in a list.
    """

    output_field = CharField()

    def __init__(self, column_id: int) -> None:
        super().__init__(F("cells"), Value(str(column_id)))

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> tuple[str, Any]:
        return self.as_sql(
            compiler,
            connection,
            template="JSON_EXTRACT(%(expressions)s)",
            arg_joiner=", '$.' || ",
            **extra,
        )

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> tuple[str, Any]:
        return self.as_sql(
            compiler, connection, template="(%(expressions)s)", arg_joiner=" ->> ", **extra
        )


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


def current_version(playground: Playground) -> DatasetVersion:
    """The playground's newest dataset version.

    Raises NotReady when it has none, which only lasts while it is made.
    """
    version = playground.versions.first()
    if version is None:
        raise NotReady(f"{playground.name} has no rows yet.", hint="Bring a file.")
    return version


def rows_of(version: DatasetVersion) -> QuerySet[Row]:
    """The rows valid in this version, in position order."""
    return version.rows()


def row_ids(version: DatasetVersion) -> list[int]:
    """The ids of the version's rows, in position order."""
    return list(rows_of(version).values_list("id", flat=True))


def cells_of(row_ids: Sequence[int]) -> dict[int, Row]:
    """The rows with these ids, by id."""
    return Row.objects.in_bulk(row_ids)


def spread_cells(version: DatasetVersion, *, first: int, most: int) -> list[dict[str, str]]:
    """The cells of at most `most` of the version's `first` rows, evenly spaced. One query.

    Found by position, so that no time goes into the rows between; a gap left by a deleted row
    gives one less.
    """
    step = max(1, -(-first // most))
    wanted = range(1, first + 1, step)
    return list(rows_of(version).filter(position__in=wanted).values_list("cells", flat=True))


def row_page(
    version: DatasetVersion, *, after: int = 0, before: int | None = None, search: str = ""
) -> RowPage:
    """Fifty rows after the position `after`, or the last fifty before the position `before`.

    `search` keeps rows with a cell that contains it. Capital letters make no difference; on
    SQLite that holds for a to z.
    """
    matching = rows_of(version)
    if search:
        matching = matching.filter(_contains(version.playground, search))
    found = _slice(matching, after=after, before=before)
    has_more = len(found) > PAGE
    page = _without_extra(found, from_end=before is not None)
    first = page[0].position if page else 0
    counted = matching.order_by().aggregate(
        total=Count("id"), before=Count("id", filter=Q(position__lt=first))
    )
    skipped = counted["before"]
    has_next = bool(page) if before is not None else has_more
    return RowPage(
        rows=tuple(page),
        total=counted["total"],
        before=skipped,
        previous_before=first if skipped else None,
        next_after=page[-1].position if has_next else None,
    )


def _slice(matching: QuerySet[Row], *, after: int, before: int | None) -> list[Row]:
    """One row more than a page, so that it shows whether there is a next one."""
    if before is None:
        return list(matching.filter(position__gt=after)[: PAGE + 1])
    backwards = matching.filter(position__lt=before).order_by("-position")
    return list(backwards[: PAGE + 1])[::-1]


def _without_extra(found: list[Row], *, from_end: bool) -> list[Row]:
    return found[-PAGE:] if from_end else found[:PAGE]


def _contains(playground: Playground, search: str) -> Q:
    columns = Column.objects.filter(playground=playground).values_list("id", flat=True)
    matches = Q(pk__in=[])
    for column_id in columns[:SEARCHED_COLUMNS]:
        matches |= Q(IContains(CellText(column_id), search))
    return matches
