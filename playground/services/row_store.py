"""Stores many rows at once."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from django.db import connection

BATCH = 1_000

# Half the time of model instances: nothing is made but what is sent.
_INSERT = (
    "INSERT INTO playground_row (playground_id, position, identity, cells, since)"
    " VALUES (%s, %s, %s, %s, %s)"
)
_to_json = json.JSONEncoder().encode


class NewRow(NamedTuple):
    """A row that is not stored yet; its values as `Row` names them, the cells as JSON."""

    playground_id: int
    position: int
    identity: str
    cells: str
    since: int


def as_json(cells: Mapping[str, str]) -> str:
    """The cells as the database keeps them."""
    return _to_json(cells)


@contextmanager
def unmapped() -> Iterator[None]:
    """Within it SQLite reads its file instead of mapping it.

    For a job that reads every row once: each page of the file that is mapped counts as memory of
    the process, and stays.
    """
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA mmap_size")
        mapped = int(cursor.fetchone()[0])
        cursor.execute("PRAGMA mmap_size=0")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA mmap_size={mapped}")


def store(rows: Sequence[NewRow]) -> None:
    """Write the rows. Within a transaction of the caller."""
    with connection.cursor() as cursor:
        cursor.executemany(_INSERT, rows)
