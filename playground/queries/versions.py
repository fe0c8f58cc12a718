"""The current version of a playground's rows, and rows by id."""

from collections.abc import Sequence

from django.db.models import QuerySet

from accounts.errors import NotReady
from playground.models import DatasetVersion, Playground, Row


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
    """The cells of at most `most` of the version's `first` rows, evenly spaced.

    A fixed number of queries. Of few rows these are all. Of many rows they are found by position,
    so that no time goes into the rows between; by id once rows were deleted, which leaves gaps.
    """
    rows = rows_of(version)
    if first <= most:
        return list(rows.values_list("cells", flat=True)[:first])
    step = -(-first // most)
    last = rows.reverse().values_list("position", flat=True).first()
    if last == version.row_count:
        spread = rows.filter(position__in=range(1, first + 1, step))
    else:
        spread = rows.filter(pk__in=list(rows.values_list("id", flat=True)[:first])[::step])
    return list(spread.values_list("cells", flat=True))
