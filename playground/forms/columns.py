"""The column editor: its fields, what was posted in them, and the buttons of its rows.

The order of the rows is the order of the hidden fields `columns`, each with the key of a column;
the fields of a column are called `<key>-name`, `<key>-type`, `<key>-role`, `<key>-required`.
`removed` and `removed_at` hold the column that "Undo" puts back. Used on the pages of a new
playground, of templates and of a playground's columns; see docs/interface.md.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict

from accounts.errors import Refused
from playground.domain import column_editing
from playground.domain.column_editing import Edited, Editing, Mistakes, Removed
from playground.domain.templates import TemplateColumn
from playground.domain.whole_numbers import whole_number
from playground.forms import column_steps
from playground.forms.column_steps import Step
from playground.models import Column

NAME_LENGTH = 200
# "0" of a template, an id of a playground, "n1" for a new column.
_KEY = re.compile(r"n?\d{1,18}", re.ASCII)
_Role = Column.Role
_USUAL = (
    *(_Role.INPUT, _Role.EXPECTED, _Role.CONTEXT, _Role.SOURCE, _Role.FILTER, _Role.ROW_ID),
    *(_Role.RESPONSE, _Role.LEFT_OUT),
)


def role_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """The roles in two groups: the usual ones, and those for special KPIs."""
    usual = [(role.value, str(role.label)) for role in _USUAL]
    special = [(role.value, str(role.label)) for role in _Role if role not in _USUAL]
    return [("Used as", usual), ("For special KPIs", special)]


class ColumnFields(forms.Form):
    """The fields of one column; the prefix is its key."""

    name = forms.CharField(max_length=NAME_LENGTH, required=False)
    type = forms.ChoiceField(choices=Column.Type.choices)
    role = forms.ChoiceField(choices=role_choices)
    required = forms.BooleanField(required=False)

    def __init__(
        self, *, form_id: str = "", called: str = "", has_focus: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        shown = called or "this column"
        labels = {
            "name": f"Name of {shown}",
            "type": f"Type of {shown}",
            "role": f"{shown} is used as",
            "required": f"Every row needs {shown}",
        }
        for name, label in labels.items():
            attrs = self.fields[name].widget.attrs
            attrs["aria-label"] = label
            if form_id:
                attrs["form"] = form_id
        self.fields["name"].widget.attrs.update(autocomplete="off", spellcheck="false")
        if has_focus:
            self.fields["name"].widget.attrs["autofocus"] = True


@dataclass(frozen=True)
class EditorRow:
    """A row of the editor: its column, its bound fields, and what is wrong with it."""

    edited: Edited
    fields: ColumnFields
    mistake: str
    is_new: bool
    has_focus: bool


class ColumnEditor:
    """The editor with its columns, unchanged (`of`) or as they were posted (`posted`).

    `form_id` is the id of the form that its fields belong to; "" for the form around it. An
    unchanged editor shows no mistakes unless `check` is called. After a button `said` tells what
    it did.
    """

    def __init__(self, step: Step, *, form_id: str = "", found: Mistakes | None = None) -> None:
        self.editing = step.editing
        self.said = step.said
        self.focus = step.focus
        self.form_id = form_id
        self.mistakes = found or Mistakes()

    @classmethod
    def of(cls, columns: Iterable[TemplateColumn], *, form_id: str = "") -> "ColumnEditor":
        """The editor of a template's columns."""
        return cls(Step(editing=column_editing.editing_of(columns)), form_id=form_id)

    @classmethod
    def posted(cls, data: QueryDict, *, form_id: str = "") -> "ColumnEditor":
        """The editor as it was posted, with its mistakes.

        Raises Refused for fields that no editor of ours sends.
        """
        editing = _editing_of(data)
        found = column_editing.mistakes(editing.columns)
        return cls(Step(editing=editing), form_id=form_id, found=found)

    @property
    def columns(self) -> list[TemplateColumn]:
        """The columns in their order."""
        return [edited.column for edited in self.editing.columns]

    def is_valid(self) -> bool:
        """Whether the columns can be used. What is wrong is shown in the rows."""
        self.mistakes = column_editing.mistakes(self.editing.columns)
        return not self.mistakes

    def check(self) -> None:
        """Raises Refused, with the words of the first mistake, for columns that cannot be used."""
        if not self.is_valid():
            raise Refused(self.mistakes.first(), hint="Nothing was stored.")

    def after(self, action: str) -> "ColumnEditor":
        """The editor after a button, see `column_steps.take`; `said` tells what it did."""
        step = column_steps.take(self.editing, action, most=_most())
        found = column_editing.mistakes(step.editing.columns)
        return ColumnEditor(step, form_id=self.form_id, found=found)

    def rows(self) -> Iterator[EditorRow]:
        """The rows to show."""
        for edited in self.editing.columns:
            yield EditorRow(
                edited=edited,
                fields=self._fields(edited),
                mistake=self.mistakes.by_key.get(edited.key, ""),
                is_new=edited.key.startswith("n"),
                has_focus=self.focus == f"grip:{edited.key}",
            )

    def removed_fields(self) -> Mapping[str, str]:
        """The hidden fields of the column that can be put back; empty when there is none."""
        removed = self.editing.removed
        if removed is None:
            return {}
        column, key = removed.edited.column, removed.edited.key
        fields = {"removed": key, "removed_at": str(removed.position)}
        fields |= {f"{key}-{name}": getattr(column, name) for name in ("name", "type", "role")}
        return fields | ({f"{key}-required": "on"} if column.required else {})

    def _fields(self, edited: Edited) -> ColumnFields:
        column = edited.column
        return ColumnFields(
            prefix=edited.key,
            form_id=self.form_id,
            has_focus=self.focus == f"name:{edited.key}",
            called=column.name.strip(),
            initial={
                "name": column.name,
                "type": column.type,
                "role": column.role,
                "required": column.required,
            },
        )


def _editing_of(data: QueryDict) -> Editing:
    keys = list(dict.fromkeys(data.getlist("columns")))
    removed_key = data.get("removed", "")
    if len(keys) > _most():
        raise Refused(
            f"{len(keys):,} columns are more than the {_most():,} that a playground takes.",
            hint="Remove some of them.",
        )
    columns = tuple(_edited(key, data) for key in keys)
    if not removed_key or removed_key in keys:
        return Editing(columns=columns)
    at = whole_number(data.get("removed_at", "")) or 0
    return Editing(columns=columns, removed=Removed(edited=_edited(removed_key, data), position=at))


def _edited(key: str, data: Mapping[str, Any]) -> Edited:
    fields = ColumnFields(prefix=key, data=data) if _KEY.fullmatch(key) else None
    if fields is None or not fields.is_valid():
        words = [
            str(error) for errors in (fields.errors.values() if fields else ()) for error in errors
        ]
        raise Refused(
            "A column cannot be read" + (f": {words[0]}" if words else "."),
            hint="Reload the page and change the columns again.",
        )
    return Edited(key=key, column=TemplateColumn(**fields.cleaned_data))


def _most() -> int:
    return settings.UPLOAD_LIMITS.columns
