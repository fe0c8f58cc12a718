"""What the columns of a checked file become: as guessed, then as corrected by a person."""

from playground.domain import mapping
from playground.domain.mapping import Planned
from playground.domain.templates import TemplateColumn, columns_of
from playground.models import Upload
from playground.services.rows import ColumnDraft


def planned_columns(upload: Upload) -> list[ColumnDraft]:
    """The columns of a checked upload, as guessed and as corrected, in file order."""
    return [
        ColumnDraft(name=column.name, type=column.type, role=column.role, required=column.required)
        for column in plan_of(upload)
    ]


def plan_of(upload: Upload) -> list[Planned]:
    """The same as plain values, as the check and the reading of rows take them."""
    chosen = upload.choices.get("columns", [])
    return mapping.planned(upload.report["columns"], chosen, template_of(upload))


def template_of(upload: Upload) -> tuple[TemplateColumn, ...]:
    """The columns of the template that the file is to fill; none without a template."""
    return columns_of(upload.choices.get("template", {}).get("columns", []))
