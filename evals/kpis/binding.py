"""From a row's cells and an answer to the inputs of a KPI.

The role of a column decides which input its cell becomes; a KPI in a setup may bind an input to
another column. The row's part is made once and shared by all answers to that row.
"""

import json
from collections.abc import Callable, Mapping, Sequence

from evals.domain.snapshot import ColumnSpec
from evals.kpis.base import Inputs
from evals.kpis.inputs import LIST_INPUTS, TEXT_INPUTS

# A response is somebody's answer, never what an answer is judged by.
RESPONSE = "response"
_INPUT_BY_ROLE = {
    "input": "question",
    "expected": "reference",
    "context": "evidence",
    "keywords": "keywords",
    "answerable": "answerable",
    **{role: role for role in (*TEXT_INPUTS, *LIST_INPUTS)},
}


def row_fields(
    columns: Sequence[ColumnSpec], cells: Mapping[str, str], bound: Mapping[str, str] | None = None
) -> dict[str, object]:
    """The fields of `Inputs` that a row gives, before any answer.

    `cells` maps column ids to text; `bound` maps an input's name to the id of the column that
    takes the place of the one its role would choose. The first column of a role counts; a
    column the row has no cell for is empty. Response columns give nothing.
    """
    sources: dict[str, str] = {}
    for column in columns:
        name = _INPUT_BY_ROLE.get(column.role)
        if name is not None:
            sources.setdefault(name, column.id)
    sources.update(bound or {})
    fields: dict[str, object] = {
        name: _READ[name](cells.get(column_id, ""))
        for name, column_id in sources.items()
        if name in _READ
    }
    fields["context"] = fields.get("evidence", ())
    fields["values"] = {
        column.name: cells.get(column.id, "") for column in columns if column.role != RESPONSE
    }
    return fields


def answer_inputs(
    row: Mapping[str, object],
    *,
    response: str,
    context_used: Sequence[str] = (),
    latency_ms: float | None = None,
    cost_usd: float | None = None,
    tokens_in: int | None = None,
    tokens_out: int | None = None,
    finish_reason: str | None = None,
    is_imported: bool = False,
) -> Inputs:
    """The inputs of one answer: `row` from `row_fields`, the rest from the call that made it.

    `context_used` is what the model was given of the row's context, empty for closed book. A
    fact the provider did not report is None. Of an imported answer no such fact is known.
    """
    return Inputs.from_mapping(
        {
            **row,
            "response": response,
            "context_used": tuple(context_used),
            "latency_ms": latency_ms,
            "cost_usd": cost_usd,
            "tokens_in": tokens_in,
            "tokens_out": tokens_out,
            "finish_reason": finish_reason,
            "is_imported": is_imported,
        }
    )


def text_list(cell: str) -> tuple[str, ...]:
    """The texts in a cell: the items of a JSON list of texts, else the cell itself; blank is none.

    A cell that only looks like JSON stays one text, as the person typed it.
    """
    if not cell.strip():
        return ()
    if cell.lstrip().startswith("["):
        try:
            items = json.loads(cell)
        except (ValueError, RecursionError):
            return (cell,)
        if isinstance(items, list) and all(isinstance(item, str) for item in items):
            return tuple(item for item in items if item.strip())
    return (cell,)


def line_list(cell: str) -> tuple[str, ...]:
    """The texts in a cell: a JSON list, else one a line."""
    items = text_list(cell)
    if len(items) == 1 and items[0] == cell:
        items = tuple(cell.split("\n"))
    return tuple(item.strip() for item in items if item.strip())


def keyword_list(cell: str) -> tuple[str, ...]:
    """The keywords in a cell: a JSON list, else separated by line, semicolon, bar or comma."""
    items = text_list(cell)
    if len(items) == 1 and items[0] == cell:
        separator = next((mark for mark in ("\n", ";", "|", ",") if mark in cell), "\n")
        items = tuple(cell.split(separator))
    return tuple(item.strip() for item in items if item.strip())


def _text(cell: str) -> str:
    return cell


_READ: Mapping[str, Callable[[str], object]] = {
    **dict.fromkeys(TEXT_INPUTS, _text),
    "key_points": line_list,
    "relevant_ids": keyword_list,
    "context_dates": keyword_list,
    "samples": text_list,
    "question": _text,
    "reference": text_list,
    "evidence": text_list,
    "keywords": keyword_list,
    "answerable": _text,
}
