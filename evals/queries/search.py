"""Search in the questions, expected answers and answers of a run."""

import json

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from evals.models import Answer
from evals.queries.reading import Reading

_SEARCHED_ROLES = {"input", "expected"}
# Looks into cells, not at the stored JSON, in which "é" may stand as an escape.
_STATEMENTS = {
    "sqlite": r"""
        SELECT r.id FROM playground_row r WHERE r.playground_id = %s AND EXISTS (
          SELECT 1 FROM json_each(r.cells) cell
          WHERE cell.key IN (SELECT value FROM json_each(%s)) AND cell.value LIKE %s ESCAPE '\')
    """,
    "postgresql": r"""
        SELECT r.id FROM playground_row r WHERE r.playground_id = %s AND EXISTS (
          SELECT 1 FROM jsonb_each_text(r.cells) cell
          WHERE cell.key IN (SELECT jsonb_array_elements_text(%s::jsonb))
            AND cell.value ILIKE %s ESCAPE '\')
    """,
}


def found(reading: Reading, text: str) -> NDArray[np.bool_]:
    """The rows whose question, expected answer or any answer contains `text`, bool[P].

    Upper and lower case are the same (on SQLite for ASCII letters). Two queries.
    """
    mask = np.isin(reading.row_ids, _rows_with(reading, text))
    positions = (
        Answer.objects.filter(run_id=reading.run.pk, text__icontains=text)
        .order_by()
        .values_list("position", flat=True)
        .distinct()
    )
    hits = np.fromiter(positions, dtype=np.intp)
    mask[hits[hits < mask.size]] = True
    return mask


def _rows_with(reading: Reading, text: str) -> list[int]:
    """Ids of the playground's rows with `text` in a searched cell."""
    keys = [column.id for column in reading.snapshot.columns if column.role in _SEARCHED_ROLES]
    pattern = f"%{_literal(text)}%"
    with connection.cursor() as cursor:
        cursor.execute(
            _STATEMENTS[connection.vendor],
            [reading.run.playground_id, json.dumps(keys), pattern],
        )
        return [row_id for (row_id,) in cursor.fetchall()]


def _literal(text: str) -> str:
    r"""`text` for LIKE: its own % and _ stand for themselves."""
    return text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
