"""What the columns of a dataset version hold, counted from its stored rows."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from playground.models import Column, DatasetVersion, Playground
from playground.services import row_counts

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
    column_ids = version.playground.columns.values_list("id", flat=True)
    places = {column_id: place for place, column_id in enumerate(column_ids)}
    counter = Counter(version.playground, places)
    for rows in chunks(version):
        counter.add([[cells.get(str(key), "") for key in places] for _position, cells in rows])
        after_chunk()
    return counter.profile(version)


class Counter:
    """Counts rows as they go by. Loads pandas.

    `mapping`: column id → index of its cell in a row.
    """

    def __init__(self, playground: Playground, mapping: Mapping[int, int]) -> None:
        from playground.services.column_counts import ColumnCounts

        types = dict(playground.columns.values_list("id", "type"))
        self._columns = [
            (
                str(column_id),
                index,
                ColumnCounts(
                    numbers=types[column_id] == Column.Type.NUMBER,
                    histogram=types[column_id] in _TEXTS,
                ),
            )
            for column_id, index in mapping.items()
        ]
        self._size = chunk_size(len(mapping))
        self._waiting: list[Sequence[str]] = []

    def add(self, rows: Sequence[Sequence[str]]) -> None:
        """Take in the cells of some more rows."""
        self._waiting += rows
        if len(self._waiting) >= self._size:
            self._count()

    def profile(self, version: DatasetVersion) -> Profile:
        """The profile of a version that has all the rows that went by, and no others."""
        self._count()
        columns: Profile = {key: column.summary() for key, _index, column in self._columns}
        return columns | {row_counts.KEY: dict(row_counts.counts_of(version))}

    def _count(self) -> None:
        rows, self._waiting = self._waiting, []
        for _key, index, column in self._columns:
            column.add([row[index] for row in rows])


def chunks(version: DatasetVersion, *fields: str) -> Iterator[list[tuple[Any, ...]]]:
    """The position and the cells of the version's rows, and more `fields`, in position order.

    So many at a time that a chunk stays small whatever the number of columns.
    """
    size = chunk_size(version.playground.columns.count())
    rows = version.rows().values_list("position", "cells", *fields)
    chunk = list(rows[:size])
    while chunk:
        yield chunk
        chunk = list(rows.filter(position__gt=chunk[-1][0])[:size])


def chunk_size(columns: int) -> int:
    """How many rows with so many columns are held at a time."""
    return max(1, min(MOST_ROWS, MOST_CELLS // max(columns, 1)))
