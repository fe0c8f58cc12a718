"""What the columns of a dataset version hold, counted from its stored rows."""

from collections.abc import Callable, Iterator
from typing import Any

from playground.models import Column, DatasetVersion

# In memory at a time: so many rows, or fewer of a table with many columns.
MOST_ROWS = 2_000
MOST_CELLS = 250_000

Profile = dict[str, dict[str, object]]
_TEXTS = (Column.Type.TEXT, Column.Type.LONG_TEXT)


def profile_of(
    version: DatasetVersion, *, after_chunk: Callable[[], object] = lambda: None
) -> Profile:
    """The counts of each column by its id, as `DatasetVersion.profile` describes them.

    Reads the stored rows and writes nothing, so it may be done again at any time. Calls
    `after_chunk` after some thousand rows at most; what that raises ends the reading. Loads
    pandas.
    """
    from playground.services.column_counts import ColumnCounts

    columns = {
        str(column_id): ColumnCounts(numbers=kind == Column.Type.NUMBER, histogram=kind in _TEXTS)
        for column_id, kind in version.playground.columns.values_list("id", "type")
    }
    for rows in chunks(version):
        for key, column in columns.items():
            column.add([cells.get(key, "") for _position, cells in rows])
        after_chunk()
    return {key: column.summary() for key, column in columns.items()}


def chunks(version: DatasetVersion, *fields: str) -> Iterator[list[tuple[Any, ...]]]:
    """The position and the cells of the version's rows, and more `fields`, in position order.

    So many at a time that a chunk stays small whatever the number of columns.
    """
    columns = version.playground.columns.count()
    size = min(MOST_ROWS, MOST_CELLS // max(columns, 1))
    rows = version.rows().values_list("position", "cells", *fields)
    chunk = list(rows[:size])
    while chunk:
        yield chunk
        chunk = list(rows.filter(position__gt=chunk[-1][0])[:size])
