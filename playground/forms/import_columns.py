"""The form of one line of the mapping: what a column of the file becomes."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from django import forms

from playground.domain.column_editing import UNUSABLE
from playground.domain.mapping import Planned
from playground.domain.templates import TemplateColumn
from playground.domain.text_template import is_usable
from playground.models import Column, Upload
from playground.services.planning import plan_of, template_of

NAMES_LIST = "template-columns"
_NAME_LENGTH = 200
_METER_WIDTH = 40
_R = Column.Role
_USUAL = (_R.INPUT, _R.EXPECTED, _R.CONTEXT, _R.SOURCE, _R.FILTER, _R.ROW_ID, _R.RESPONSE)
_GROUPED_ROLES = [
    ("What a run needs", [(role.value, role.label) for role in _USUAL]),
    (
        "For special KPIs",
        [(role.value, role.label) for role in _R if role not in (*_USUAL, _R.LEFT_OUT)],
    ),
    ("Not needed", [(_R.LEFT_OUT.value, _R.LEFT_OUT.label)]),
]


class ColumnForm(forms.Form):
    """What one column of the file becomes. `found` is its entry in the report."""

    name = forms.CharField(max_length=_NAME_LENGTH, required=False)
    type = forms.ChoiceField(choices=Column.Type.choices)
    role = forms.ChoiceField(choices=_GROUPED_ROLES)

    def __init__(
        self,
        found: Mapping[str, Any],
        *,
        row_count: int,
        template: Sequence[TemplateColumn],
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.found = found
        self.filled_share = found["filled"] / row_count if row_count else None
        self.meter_width = round(_METER_WIDTH * (self.filled_share or 0))
        self._name_categories()
        self._taken_over = {column.name.casefold() for column in template}
        if template:
            self.fields["name"].widget.attrs["list"] = NAMES_LIST
        original = found["original"].strip() or found["name"]
        for name, label in (
            ("name", "Import {} as"),
            ("type", "Type of {}"),
            ("role", "Use {} as"),
        ):
            self.fields[name].widget.attrs["aria-label"] = label.format(original)

    def _name_categories(self) -> None:
        """Say how many categories there are where the type is chosen."""
        if self.found["type"] != Column.Type.CATEGORY or not self.found["distinct"]:
            return
        counted = f"{Column.Type.CATEGORY.label} · {self.found['distinct']}"
        labels = {**dict(Column.Type.choices), Column.Type.CATEGORY: counted}
        self.fields["type"] = forms.ChoiceField(
            choices=list(labels.items()), widget=self.fields["type"].widget
        )

    def clean(self) -> dict[str, Any]:
        """A column that is used needs a name, one that prompts can use or the template has."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("role") == Column.Role.LEFT_OUT or "name" in self.errors:
            return cleaned
        name = cleaned.get("name", "")
        if not name:
            self.add_error("name", "Name it, or leave it out.")
        elif name.casefold() not in self._taken_over and not is_usable(name):
            self.add_error("name", UNUSABLE)
        return cleaned

    def planned(self, template: Sequence[TemplateColumn]) -> dict[str, str]:
        """What was set. Call after `is_valid()`.

        A name of the template's that was set alone brings its type and role along.
        """
        chosen = {key: str(self.cleaned_data[key]) for key in ("name", "type", "role")}
        changed = {key for key, value in chosen.items() if value != self.initial.get(key)}
        if changed == {"name"}:
            for column in template:
                if column.name.casefold() == chosen["name"].casefold():
                    return {"name": column.name, "type": column.type, "role": column.role}
        return chosen


def column_forms(upload: Upload, posted: Mapping[str, Any] | None = None) -> list[ColumnForm]:
    """One form per column of the report, with what was posted, set before, or guessed."""
    found = upload.report.get("columns", [])
    plan: list[Planned] = plan_of(upload) if found else []
    rows = upload.report.get("row_count", 0)
    template = template_of(upload)
    return [
        ColumnForm(
            column,
            row_count=rows,
            template=template,
            data=posted,
            prefix=f"c{position}",
            initial=asdict(planned),
        )
        for position, (column, planned) in enumerate(zip(found, plan, strict=True))
    ]
