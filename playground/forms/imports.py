"""Forms of the way in: how a file is read, and what the playground is called."""

from collections.abc import Mapping
from typing import Any

from django import forms

from playground.domain import delimiters, encodings, file_kinds
from playground.models import Upload
from playground.services.reading import reading_of

_HEADERS = [
    ("yes", "Row 1"),
    *((str(row), f"Row {row}") for row in range(2, 11)),
    ("no", "No header"),
]
_DETECT = ("", "Detect")
_NAME_LENGTH = 200
# The fields of each family of formats, as far as its name tells.
_FIELDS = {
    "table": ("encoding", "delimiter", "quote", "has_header"),
    "workbook": ("sheet", "has_header"),
    "json": ("encoding",),
    "yaml": ("encoding",),
    "parquet": (),
}


class DialectForm(forms.Form):
    """How to read the file: as it was detected; changing a field reads it again."""

    encoding = forms.ChoiceField(
        label="Encoding", choices=[_DETECT, *encodings.ENCODINGS.items()], required=False
    )
    delimiter = forms.ChoiceField(
        label="Delimiter", choices=[_DETECT, *delimiters.DELIMITERS.values()], required=False
    )
    quote = forms.ChoiceField(
        label="Quote", choices=[_DETECT, *delimiters.QUOTES.values()], required=False
    )
    sheet = forms.ChoiceField(label="Sheet", required=False)
    has_header = forms.ChoiceField(label="Header", choices=_HEADERS, required=False)

    def __init__(self, upload: Upload, data: Mapping[str, Any] | None = None) -> None:
        """The form as the file was read; what could not be told stays as it was chosen."""
        chosen = upload.choices.get("dialect", {})
        super().__init__(data=data, initial={**chosen, **_found(upload.report)})
        row = self.initial.get("header_row", 1)
        header = str(row) if row > 1 else "yes"
        self.initial["has_header"] = header if self.initial.get("has_header", True) else "no"
        kept = _FIELDS[file_kinds.family(upload.file_name)]
        for name in [name for name in self.fields if name not in kept]:
            del self.fields[name]
        self._name_what_was_found(upload.report)

    @staticmethod
    def is_posted(posted: Mapping[str, Any]) -> bool:
        """Whether a request sends this form, and not the one of the columns."""
        return any(name in posted for name in DialectForm.base_fields)

    def choices(self) -> dict[str, object]:
        """What was set, as `uploads.choose` takes it. Call after `is_valid()`."""
        chosen: dict[str, object] = dict(self.cleaned_data)
        if header := chosen.pop("has_header", ""):
            chosen["has_header"] = header != "no"
            chosen["header_row"] = int(str(header)) if str(header).isdecimal() else 1
        return chosen

    def _name_what_was_found(self, report: Mapping[str, Any]) -> None:
        reading = report.get("reading") or {}
        if reading.get("encoding") and "encoding" in self.fields:
            named = {**encodings.ENCODINGS, reading["encoding"]: report["encoding_label"]}
            self.fields["encoding"] = forms.ChoiceField(
                choices=[_DETECT, *named.items()], required=False
            )
        if "sheet" in self.fields:
            sheets = list(reading.get("sheets", ())) or [self.initial.get("sheet", "")]
            self.fields["sheet"] = forms.ChoiceField(
                label="Sheet", choices=[(sheet, sheet) for sheet in sheets], required=False
            )


def _found(report: Mapping[str, Any]) -> dict[str, Any]:
    """How the file was read, by field."""
    if not (report.get("reading") or report.get("dialect")):
        return {}
    reading = reading_of(report)
    found: dict[str, Any] = {"has_header": reading.has_header, "sheet": reading.sheet}
    found["header_row"] = reading.header_row
    if reading.encoding:
        found["encoding"] = reading.encoding
    if reading.dialect is not None:
        found["delimiter"] = delimiters.DELIMITERS[reading.dialect.delimiter][0]
        found["quote"] = delimiters.QUOTES[reading.dialect.quote][0]
    return found


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
