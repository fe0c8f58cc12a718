"""A row as people recognise it: its number, question, expected answer and tags."""

from collections.abc import Sequence
from dataclasses import dataclass

from evals.domain.snapshot import ColumnSpec
from playground.models import Row

_TAG = 40


@dataclass(frozen=True, kw_only=True)
class RowFace:
    """What the grid and the drawer say of a row. Texts are empty where the row has none."""

    number: int
    question: str
    expected: str
    context: str
    tags: tuple[str, ...]


def row_face(columns: Sequence[ColumnSpec], row: Row | None, position: int) -> RowFace:
    """The face of `row` by the roles its columns had in the run; `row` is None when it is gone.

    `position` is its place in the run from 0, for a number when the row has none any more.
    """
    cells = row.cells if row else {}

    def texts(role: str) -> list[str]:
        return [cells.get(column.id, "") for column in columns if column.role == role]

    asked = texts("input") or [cells.get(column.id, "") for column in columns[:1]]
    return RowFace(
        number=row.position if row else position + 1,
        question=next(iter(asked), ""),
        expected=next(iter(texts("expected")), ""),
        context=next(iter(texts("context")), ""),
        tags=tuple(clamped(tag, _TAG) for tag in texts("filter") if tag.strip()),
    )


def clamped(text: str, length: int) -> str:
    """At most `length` characters of `text`, with an ellipsis where it was cut."""
    return f"{text[:length].rstrip()}…" if len(text) > length else text
