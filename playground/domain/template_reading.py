"""A template out of plain values, as YAML and JSON give them. Strict: `docs/templates.md`."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from playground.domain.template_nodes import BadTemplate, Fields, items_of, text_of
from playground.domain.template_setup import read_setup
from playground.domain.templates import Template, TemplateColumn

NAME_CAP = 100
DESCRIPTION_CAP = 300
COLUMN_NAME_CAP = 200
COLUMNS_CAP = 1_000
SAMPLE_ROWS_CAP = 100
CELL_CAP = 20_000


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """The types and roles that columns may have."""

    types: Collection[str]
    roles: Collection[str]


def read_template(
    entry: object, vocabulary: Vocabulary, *, key: str = "", is_built_in: bool = False
) -> Template:
    """The template that `entry` describes: name, description, columns, setup, sample_rows.

    `sample_rows` are objects of column name and text; a column that a row leaves out is empty.
    Raises BadTemplate, which names the place and what is wrong there.
    """
    fields = Fields.of(
        entry,
        "",
        required=("name", "columns"),
        optional=("description", "setup", "sample_rows"),
    )
    columns = read_columns(fields.get("columns"), vocabulary)
    return Template(
        key=key,
        name=fields.text("name", cap=NAME_CAP),
        description=fields.text("description", cap=DESCRIPTION_CAP, default=""),
        columns=columns,
        setup=read_setup(fields.get("setup", {})),
        sample_rows=read_rows(fields.get("sample_rows", []), columns),
        is_built_in=is_built_in,
    )


def read_columns(entries: object, vocabulary: Vocabulary) -> tuple[TemplateColumn, ...]:
    """The columns of a list of {name, type, role, required}; all but the name may be left out.

    Raises BadTemplate for names that do not differ and when no column is an input.
    """
    listed = items_of(entries, "columns", cap=COLUMNS_CAP)
    columns = tuple(
        _column(entry, f"columns[{index}]", vocabulary) for index, entry in enumerate(listed)
    )
    _check_together(columns)
    return columns


def read_rows(entries: object, columns: Sequence[TemplateColumn]) -> tuple[tuple[str, ...], ...]:
    """The cells of each row, in the order of `columns`. Raises BadTemplate."""
    names = [column.name for column in columns]
    rows = []
    for index, entry in enumerate(items_of(entries, "sample_rows", cap=SAMPLE_ROWS_CAP)):
        place = f"sample_rows[{index}]"
        cells = Fields.of(entry, place, optional=names)
        rows.append(tuple(cells.text(name, cap=CELL_CAP, default="") for name in names))
    return tuple(rows)


def plain(template: Template) -> dict[str, Any]:
    """`template` as plain values that `read_template` reads back; its key is left out."""
    names = [column.name for column in template.columns]
    rows = [
        {name: cell for name, cell in zip(names, row, strict=True) if cell}
        for row in template.sample_rows
    ]
    known = {"name": template.name, "description": template.description}
    return {**known, **template.to_json(), "sample_rows": rows}


def _column(entry: object, place: str, vocabulary: Vocabulary) -> TemplateColumn:
    fields = Fields.of(entry, place, required=("name",), optional=("type", "role", "required"))
    return TemplateColumn(
        name=fields.text("name", cap=COLUMN_NAME_CAP).strip(),
        type=fields.choice("type", vocabulary.types, default="text"),
        role=fields.choice("role", vocabulary.roles, default="input"),
        required=fields.flag("required"),
    )


def _check_together(columns: Sequence[TemplateColumn]) -> None:
    taken: set[str] = set()
    for index, column in enumerate(columns):
        name = text_of(column.name, f"columns[{index}].name", cap=COLUMN_NAME_CAP)
        if name.casefold() in taken:
            raise BadTemplate(f"columns[{index}].name", f"two columns are called {name!r}")
        taken.add(name.casefold())
    if not any(column.role == "input" for column in columns):
        raise BadTemplate("columns", "no column has the role input, which holds what is asked")
    row_ids = [column.name for column in columns if column.role == "row_id"]
    if len(row_ids) > 1:
        raise BadTemplate("columns", f"{len(row_ids)} columns have the role row_id; one may")
