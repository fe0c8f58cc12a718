"""Forms of templates: what one is called, and its sample rows beside its columns."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from django import forms
from django.http import QueryDict

from accounts.errors import Refused
from playground.domain import column_editing
from playground.domain.template_reading import DESCRIPTION_CAP, NAME_CAP, SAMPLE_ROWS_CAP
from playground.domain.templates import Template
from playground.domain.whole_numbers import whole_number
from playground.forms.columns import ColumnEditor

FORM = "edit-template"
# What a browser is asked to show as fields; larger tables are changed by export and import.
MOST_CELLS = 600


class TemplateForm(forms.Form):
    """What a template is called and what it is for."""

    name = forms.CharField(label="Name", max_length=NAME_CAP)
    description = forms.CharField(
        label="Description",
        max_length=DESCRIPTION_CAP,
        required=False,
        help_text="One line, as it stands on the card.",
    )


@dataclass(frozen=True)
class SampleCell:
    """A cell as a field: its name in the form, the name of its column and its text."""

    field: str
    column: str
    text: str


class SampleRows:
    """The sample rows under edit: texts by column key, so that they follow moved columns."""

    def __init__(self, rows: list[Mapping[str, str]]) -> None:
        self.rows = rows

    @classmethod
    def of(cls, template: Template) -> "SampleRows":
        """Those of a stored template; the keys are those of `ColumnEditor.of`."""
        return cls([{str(at): cell for at, cell in enumerate(row)} for row in template.sample_rows])

    @classmethod
    def posted(cls, data: QueryDict, editor: ColumnEditor) -> "SampleRows":
        """Those that were posted; a cell without a field is empty.

        Raises Refused for more rows than a template takes.
        """
        numbers = dict.fromkeys(data.getlist("rows"))
        if len(numbers) > SAMPLE_ROWS_CAP:
            raise Refused(
                f"{len(numbers)} sample rows are more than the {SAMPLE_ROWS_CAP} of a template.",
                hint="Remove some of them.",
            )
        keys = [edited.key for edited in editor.editing.columns]
        return cls(
            [{key: _text(data, f"cell-{number}-{key}") for key in keys} for number in numbers]
        )

    def after(self, action: str) -> "SampleRows":
        """The rows after a button: "row-add", or "row-remove:<index>". Others change nothing."""
        name, _colon, index = action.partition(":")
        if name == "row-add" and len(self.rows) < SAMPLE_ROWS_CAP:
            return SampleRows([*self.rows, {}])
        if name == "row-remove":
            gone = whole_number(index)
            return SampleRows([row for at, row in enumerate(self.rows) if at != gone])
        return self

    def shown(self, editor: ColumnEditor) -> Iterator[list[SampleCell]]:
        """The rows as fields, in the order of the editor's columns."""
        for number, row in enumerate(self.rows):
            yield [
                SampleCell(
                    f"cell-{number}-{edited.key}", edited.column.name, row.get(edited.key, "")
                )
                for edited in editor.editing.columns
            ]

    def fits(self, editor: ColumnEditor) -> bool:
        """Whether there are few enough cells to show them as fields."""
        return len(self.rows) * len(editor.editing.columns) <= MOST_CELLS

    def texts(self, editor: ColumnEditor) -> tuple[tuple[str, ...], ...]:
        """The cells in the order of the editor's columns; rows of blanks only are left out."""
        keys = [edited.key for edited in editor.editing.columns]
        rows = (tuple(row.get(key, "") for key in keys) for row in self.rows)
        return tuple(row for row in rows if any(cell.strip() for cell in row))


def edited(template: Template, editor: ColumnEditor, rows: SampleRows | None) -> Template:
    """`template` with the editor's columns and, unless they are None, with these sample rows.

    Prompts and bound inputs follow columns that were renamed.
    """
    changed = column_editing.edited_template(template, editor.editing.columns)
    return changed if rows is None else replace(changed, sample_rows=rows.texts(editor))


def _text(data: QueryDict, field: str) -> str:
    # A browser sends CRLF for every line end.
    return data.get(field, "").replace("\r\n", "\n")
