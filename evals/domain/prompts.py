"""From a variant and a row to the messages that are sent."""

from collections.abc import Mapping, Sequence

from evals.domain.snapshot import ColumnSpec, VariantSpec
from playground.domain.text_template import fill, placeholders

CONTEXT_BLOCK = "Context:\n{context}\n\n"


def problems(variant: VariantSpec, columns: Sequence[ColumnSpec]) -> list[str]:
    """What keeps `variant` from being run on rows with `columns`, in words; empty when nothing.

    Checked before a run starts, so that a missing column is never found out by a model. Imported
    answers need no prompt, only the column that they are in.
    """
    if variant.is_imported:
        return _without_answers(variant, columns)
    names = {column.name for column in columns}
    found = []
    if not variant.user_prompt.strip():
        found.append("The prompt is empty.")
    for name in _used(variant):
        if name not in names:
            offered = ", ".join("{{" + known + "}}" for known in sorted(names))
            found.append(
                f"The prompt uses {{{{{name}}}}}, and no column has that name. Use {offered}."
            )
    context = context_column(columns)
    if variant.use_context and context is None:
        found.append("Context is on, but no column is used as context.")
    if context and not variant.use_context and context.name in _used(variant):
        found.append(
            f"The prompt uses {{{{{context.name}}}}}, but context is off for this variant. "
            "Turn context on, or take it out of the prompt."
        )
    return found


def _without_answers(variant: VariantSpec, columns: Sequence[ColumnSpec]) -> list[str]:
    if any((one.id, one.role) == (variant.answers_column, "response") for one in columns):
        return []
    return [
        "Its answers are in a column that is no longer used as Response. "
        "Give the column that role on Data, or delete this variant."
    ]


def messages(
    variant: VariantSpec, columns: Sequence[ColumnSpec], cells: Mapping[str, str]
) -> list[tuple[str, str]]:
    """The (role, text) pairs that are sent for one row.

    `cells` maps column ids to text; a column the row has no cell for counts as empty. With
    context on and no context placeholder in the prompts, the row's context stands above the
    user prompt.

    Raises KeyError for a placeholder without a column (see `problems`) and ValueError for a
    result over the length cap.
    """
    by_name = {column.name: cells.get(column.id, "") for column in columns}
    sent = []
    if variant.system_prompt.strip():
        sent.append(("system", fill(variant.system_prompt, by_name)))
    user = fill(variant.user_prompt, by_name)
    context = context_column(columns)
    if variant.use_context and context and context.name not in _used(variant):
        user = CONTEXT_BLOCK.format(context=by_name[context.name]) + user
    sent.append(("user", user))
    return sent


def context_column(columns: Sequence[ColumnSpec]) -> ColumnSpec | None:
    """The first column used as context, or None."""
    return next((column for column in columns if column.role == "context"), None)


def _used(variant: VariantSpec) -> tuple[str, ...]:
    return placeholders(variant.system_prompt) + placeholders(variant.user_prompt)
