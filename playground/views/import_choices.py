"""What the forms of the check send, as the choices that `uploads.choose` takes."""

from collections.abc import Mapping
from typing import Any

from accounts.errors import Refused
from playground.domain import fixes
from playground.domain.whole_numbers import whole_number
from playground.forms.import_columns import ColumnForm, column_forms
from playground.forms.imports import DialectForm, PlaygroundForm
from playground.models import Column, Upload
from playground.services import checking, uploads
from playground.services.filling import MODES
from playground.services.planning import plan_of, template_of

_SETTABLE = {"type": Column.Type.values, "role": Column.Role.values}
_SKIPS_BROKEN = "skips_broken"
_NOT_OFFERED = "This choice is not offered."
_RELOAD = "Reload the page and choose again."


class Forms:
    """The forms of one page: the playground's name, and a line for each column.

    A file that goes into a playground asks for no name. Without `posted`, or where a button sends
    no columns, they stand as they were kept.
    """

    def __init__(self, upload: Upload, posted: Mapping[str, Any] | None = None) -> None:
        self.upload = upload
        self.is_bound = posted is not None and "c0-role" in posted
        self.columns: list[ColumnForm] = column_forms(upload, posted if self.is_bound else None)
        self.playground = None
        if upload.into_id is None:
            self.playground = PlaygroundForm(posted) if self.is_bound else PlaygroundForm.of(upload)

    def are_valid(self) -> bool:
        """Whether what was sent can be kept; nothing sent is."""
        if not self.is_bound:
            return True
        forms = [*self.columns, *([self.playground] if self.playground else [])]
        # All of them are asked, so that every error is shown.
        are_valid = [form.is_valid() for form in forms]
        return all(are_valid)

    def names(self) -> dict[str, str]:
        """The playground's `name` and `question`. Call after `are_valid()`."""
        if self.playground is None:
            return {"name": self.upload.choices["name"]}
        return dict(self.playground.cleaned_data)

    def chosen_columns(self) -> list[dict[str, str]]:
        """What every column becomes, as it was sent or as it was."""
        if self.is_bound:
            template = template_of(self.upload)
            return [column.planned(template) for column in self.columns]
        return _kept_columns(self.upload)

    def choices(self) -> dict[str, Any]:
        """Only what differs from what is kept. Call after `are_valid()`."""
        if not self.is_bound:
            return {}
        chosen: dict[str, Any] = self.names()
        changed = {
            key: text for key, text in chosen.items() if text != self.upload.choices.get(key)
        }
        columns = self.chosen_columns()
        return changed if columns == _kept_columns(self.upload) else {**changed, "columns": columns}


def keep(upload: Upload, forms: Forms) -> bool:
    """Keep what was sent; whether the import would still do what the page has said.

    A large file is read again by a worker: then nobody knows yet.
    """
    before = _said(upload)
    if choices := forms.choices():
        uploads.choose(upload, choices)
        checking.check_at_once(upload)
    return upload.state == Upload.State.CHECKED and _said(upload) == before


def _said(upload: Upload) -> tuple[int, Mapping[str, Any] | None]:
    """How many rows would be stored, and what they would change of a playground's rows."""
    return upload.report["row_count"], upload.report.get("diff")


def of_reading(upload: Upload, posted: Mapping[str, Any]) -> dict[str, Any]:
    """Another way of reading the file. Raises Refused for one that is not offered."""
    form = DialectForm(upload, posted)
    if not form.is_valid():
        raise Refused("This way of reading is not offered.", hint="Choose one of the list.")
    kept = {kind: fix for kind, fix in _fixes(upload).items() if kind != "unclosed"}
    skips = {key: True for key in upload.choices.get("dialect", {}) if key == _SKIPS_BROKEN}
    return {"dialect": {**form.choices(), **skips}, "fixes": kept}


def of_buttons(upload: Upload, forms: Forms, posted: Mapping[str, Any]) -> dict[str, Any]:
    """What the button says that has sent the form. Raises Refused for what is not offered."""
    if "again" in posted:
        return {"columns": [], "fixes": uploads.first_fixes(upload)}
    if _SKIPS_BROKEN in posted:
        return {"dialect": {**upload.choices.get("dialect", {}), _SKIPS_BROKEN: True}}
    if "mode" in posted:
        if posted["mode"] not in MODES:
            raise Refused(_NOT_OFFERED, hint=_RELOAD)
        return {"mode": posted["mode"]}
    if "fix" in posted:
        kind, _, option = posted["fix"].partition(":")
        if not fixes.is_option(kind, option):
            raise Refused(_NOT_OFFERED, hint=_RELOAD)
        return {"fix": {kind: option}}
    return {"columns": _with_setting(forms, posted["set"])} if "set" in posted else {}


def _with_setting(forms: Forms, setting: str) -> list[dict[str, str]]:
    """The columns with one thing of one column set: "3:role:left_out"."""
    columns = forms.chosen_columns()
    position, key, value = [*setting.split(":", 2), "", ""][:3]
    place = whole_number(position)
    is_offered = value in _SETTABLE.get(key, ())
    if not is_offered or place is None or place >= len(columns):
        raise Refused(_NOT_OFFERED, hint=_RELOAD)
    columns[place] = columns[place] | {key: value}
    return columns


def _kept_columns(upload: Upload) -> list[dict[str, str]]:
    plan = plan_of(upload) if upload.report.get("columns") else []
    return [{"name": c.name, "type": c.type, "role": c.role} for c in plan]


def _fixes(upload: Upload) -> dict[str, str]:
    return dict(upload.choices.get("fixes", {}))
