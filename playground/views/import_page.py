"""The page of the check, as it stands in every state of an upload."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.errors import Refused
from playground.domain.inspection import unit_of
from playground.forms.import_columns import NAMES_LIST
from playground.forms.imports import DialectForm
from playground.models import Column, Upload
from playground.services import uploads
from playground.services.filling import match_name
from playground.services.planning import template_of
from playground.services.reading import reading_of
from playground.views.import_choices import Forms

UNDER_WAY = (Upload.State.UPLOADED, Upload.State.IMPORTING)


def page(
    request: HttpRequest,
    upload: Upload,
    *,
    forms: Forms | None = None,
    refusal: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page with what was sent and is wrong, or as it is kept."""
    forms = forms or Forms(upload)
    refusal = refusal or _wrong_columns(upload)
    used = [
        position
        for position, column in enumerate(forms.columns)
        if column["role"].value() != Column.Role.LEFT_OUT
    ]
    context = {
        "form": forms.playground,
        "columns": forms.columns,
        "used": len(used),
        "file_rows": upload.report.get("file_rows", upload.report.get("row_count", 0)),
        "dialect": DialectForm(upload),
        "match_name": _match_name(upload),
        "template_columns": template_of(upload),
        "names_list": NAMES_LIST,
        "refusal": refusal,
        "action": _action(upload),
        "preview": _preview(upload, forms, used, request.GET.get("rows") == "problems"),
        "rail": "narrow",
        **progress(upload),
    }
    return render(request, "playground/import.html", context, status=status)


def progress(upload: Upload) -> dict[str, object]:
    """The upload and the share of its file that was read or stored; None before the first row."""
    if upload.state == Upload.State.IMPORTING:
        share = upload.rows_done / max(upload.report["row_count"], 1)
    else:
        share = upload.report.get("progress")
    return {"upload": upload, "share": share, "is_under_way": upload.state in UNDER_WAY}


def _match_name(upload: Upload) -> str:
    """What the update of a playground's rows is called; "" where there is nothing to choose."""
    if upload.into is None or not upload.report.get("diff"):
        return ""
    return match_name(upload.into, uploads.planned_columns(upload))


def _wrong_columns(upload: Upload) -> Refused | None:
    """Why the columns as they are kept cannot be used together; None when they can."""
    if upload.state != Upload.State.CHECKED:
        return None
    try:
        uploads.check_columns(upload)
    except Refused as exc:
        return exc
    return None


def _action(upload: Upload) -> str:
    """The words of the button; "" when nothing can be imported."""
    count = upload.report.get("row_count", 0)
    if upload.state != Upload.State.CHECKED or not count:
        return ""
    diff = upload.report.get("diff")
    if diff is None:
        return f"Import {_rows(count)}"
    return "" if diff.get("error") else _change(diff)


def _change(diff: Mapping[str, Any]) -> str:
    if diff["mode"] == "add":
        return f"Add {_rows(diff['added'])}"
    parts = {"changed": diff["changed"], "new": diff["added"]}
    if diff["mode"] == "replace":
        parts["removed"] = diff["missing"]
    said = ", ".join(f"{number:,} {word}" for word, number in parts.items() if number)
    verb = "Replace" if diff["mode"] == "replace" else "Update"
    return f"{verb}: {said or 'nothing changes'}"


def _rows(count: int) -> str:
    return f"{count:,} row{'' if count == 1 else 's'}"


def _is_numbered(upload: Upload) -> bool:
    """Whether the first rows get the numbers 1, 2, 3 …: those of a new playground do."""
    return upload.state == Upload.State.CHECKED and upload.into_id is None


def _preview(upload: Upload, forms: Forms, used: list[int], is_of_problems: bool) -> dict[str, Any]:
    """The rows to show, with the cells of the columns that are used, under their new names."""
    report = upload.report
    shown = report.get("problem_rows" if is_of_problems else "first_rows", [])
    return {
        "is_of_problems": is_of_problems,
        "is_numbered": _is_numbered(upload) and not is_of_problems,
        "unit": unit_of(reading_of(report)) if report.get("reading") else "Line",
        "names": [forms.columns[position]["name"].value() for position in used],
        "rows": [
            {**row, "cells": [cell for p, cell in enumerate(row["cells"]) if p in set(used)]}
            for row in shown
        ],
    }
