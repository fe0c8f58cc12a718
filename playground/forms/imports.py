"""Forms of the way in: how a file is read, and what its columns become."""

from collections.abc import Mapping
from typing import Any

from django import forms

from playground.domain import delimiters, encodings
from playground.models import Column, Upload

_HEADERS = [("yes", "First row"), ("no", "No header")]
_DETECT = ("", "Detect")
_NAME_LENGTH = 200
_METER_WIDTH = 40


class DialectForm(forms.Form):
    """How to read the file: as it was detected; changing a field reads it again."""

    encoding = forms.ChoiceField(
        label="Encoding", choices=[_DETECT, *encodings.ENCODINGS.items()], required=False
    )
    delimiter = forms.ChoiceField(
        label="Delimiter", choices=[_DETECT, *delimiters.DELIMITERS.values()], required=False
    )
    has_header = forms.ChoiceField(label="Header", choices=_HEADERS)

    @classmethod
    def of(cls, upload: Upload) -> "DialectForm":
        """The form as the file was read; what could not be told stays as it was chosen."""
        found = upload.report.get("dialect")
        chosen = upload.choices.get("dialect", {})
        if found:
            chosen = {
                **chosen,
                "encoding": found["encoding"],
                "delimiter": delimiters.DELIMITERS[found["delimiter"]][0],
            }
        header = "yes" if chosen.get("has_header", True) else "no"
        form = cls(initial={**chosen, "has_header": header})
        if found:
            named = {**encodings.ENCODINGS, found["encoding"]: upload.report["encoding_label"]}
            form.fields["encoding"] = forms.ChoiceField(
                choices=[_DETECT, *named.items()], required=False
            )
        return form

    def choices(self) -> dict[str, object]:
        """What was set, as `uploads.choose` takes it. Call after `is_valid()`."""
        return {**self.cleaned_data, "has_header": self.cleaned_data["has_header"] == "yes"}


class PlaygroundForm(forms.Form):
    """What the playground is called and what it is to find out."""

    name = forms.CharField(label="Name", max_length=_NAME_LENGTH)
    question = forms.CharField(
        label="What do you want to find out?",
        max_length=500,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "Does the smaller model answer as well?"}),
    )

    @classmethod
    def of(cls, upload: Upload) -> "PlaygroundForm":
        """The form with what was set, or the name made of the file's."""
        return cls(initial={key: upload.choices.get(key, "") for key in ("name", "question")})


class ColumnForm(forms.Form):
    """What one column of the file becomes."""

    name = forms.CharField(max_length=_NAME_LENGTH, required=False)
    type = forms.ChoiceField(choices=Column.Type.choices)
    role = forms.ChoiceField(choices=Column.Role.choices)

    def __init__(self, found: Mapping[str, Any], *, row_count: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.found = found
        self.filled_share = found["filled"] / row_count if row_count else None
        self.meter_width = round(_METER_WIDTH * (self.filled_share or 0))
        self._name_categories()
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
        """A column that is used needs a name."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        is_used = cleaned.get("role") != Column.Role.LEFT_OUT
        if is_used and not cleaned.get("name") and "name" not in self.errors:
            self.add_error("name", "Name it, or leave it out.")
        return cleaned


def column_forms(upload: Upload, posted: Mapping[str, Any] | None = None) -> list[ColumnForm]:
    """One form per column of the report, with what was posted, set before, or guessed."""
    chosen = upload.choices.get("columns", [])
    found = upload.report.get("columns", [])
    return [
        ColumnForm(
            column,
            row_count=upload.report["row_count"],
            data=posted,
            prefix=f"c{position}",
            initial={**column, **(chosen[position] if position < len(chosen) else {})},
        )
        for position, column in enumerate(found)
    ]
