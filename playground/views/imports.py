"""The page that shows what a file holds before it is imported, and the import's progress."""

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HTMX_STOP_POLLING, HttpResponseClientRedirect

from accounts.errors import Refused
from playground import access
from playground.forms.imports import ColumnForm, DialectForm, PlaygroundForm, column_forms
from playground.models import Column, Upload
from playground.services import checking, stored_files, uploads

UNDER_WAY = (Upload.State.UPLOADED, Upload.State.IMPORTING)


@require_safe
def import_check(request: HttpRequest, import_id: int) -> HttpResponse:
    upload = access.get_upload(request.user, import_id)
    if upload.state == Upload.State.IMPORTED and upload.playground_id:
        return redirect("setup", upload.playground_id)
    return _page(request, upload)


@require_safe
def import_status(request: HttpRequest, import_id: int) -> HttpResponse:
    upload = access.get_upload(request.user, import_id)
    if upload.state in UNDER_WAY and request.headers.get("HX-Request"):
        return render(request, "playground/import.html#progress", _progress(upload))
    address = reverse("import-check", args=[upload.pk])
    if not request.headers.get("HX-Request"):
        return redirect(address)
    response = HttpResponseClientRedirect(address)
    response.status_code = HTMX_STOP_POLLING
    return response


@require_POST
def import_choose(request: HttpRequest, import_id: int) -> HttpResponse:
    upload = access.get_upload(request.user, import_id)
    form = DialectForm(request.POST)
    if not form.is_valid():
        raise Refused("This way of reading is not offered.", hint="Choose one of the list.")
    uploads.choose(upload, {"dialect": form.choices()})
    checking.check_at_once(upload)
    return redirect("import-check", upload.pk)


@require_POST
def import_start(request: HttpRequest, import_id: int) -> HttpResponse:
    upload = access.get_upload(request.user, import_id)
    if upload.state != Upload.State.CHECKED:
        # The second click of two: show what the first one has begun.
        return redirect("import-check", upload.pk)
    form, columns = PlaygroundForm(request.POST), column_forms(upload, request.POST)
    are_valid = [form.is_valid(), *(column.is_valid() for column in columns)]
    if not all(are_valid):
        return _page(request, upload, form=form, columns=columns, status=422)
    try:
        uploads.choose(
            upload, {**form.cleaned_data, "columns": [column.cleaned_data for column in columns]}
        )
        checking.check_at_once(upload)
        if upload.state == Upload.State.CHECKED:
            uploads.start_import(upload, **form.cleaned_data)
    except Refused as exc:
        return _page(request, upload, form=form, columns=columns, refusal=exc, status=exc.status)
    return redirect("import-check", upload.pk)


@require_POST
def import_cancel(request: HttpRequest, import_id: int) -> HttpResponse:
    uploads.cancel(access.get_upload(request.user, import_id))
    return redirect("import-check", import_id)


@require_safe
def import_refused_rows(request: HttpRequest, import_id: int) -> FileResponse:
    upload = access.get_upload(request.user, import_id)
    path = stored_files.refused_rows_of(upload)
    if not path.exists():
        raise Http404("No refused rows are kept.")
    return FileResponse(
        path.open("rb"),
        as_attachment=True,
        filename=f"refused rows of {upload.file_name}"[:200] + ".csv",
        content_type="text/csv; charset=utf-8",
    )


def _page(
    request: HttpRequest,
    upload: Upload,
    *,
    form: PlaygroundForm | None = None,
    columns: list[ColumnForm] | None = None,
    refusal: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    columns = columns or column_forms(upload)
    context = {
        "form": form or PlaygroundForm.of(upload),
        "columns": columns,
        "dialect": DialectForm.of(upload),
        "used": sum(column["role"].value() != Column.Role.LEFT_OUT for column in columns),
        "refusal": refusal,
        "action": _action(upload),
        "rail": "narrow",
        **_progress(upload),
    }
    return render(request, "playground/import.html", context, status=status)


def _action(upload: Upload) -> str:
    count = upload.report.get("row_count", 0)
    return f"Import {count:,} row{'' if count == 1 else 's'}"


def _progress(upload: Upload) -> dict[str, object]:
    """The upload and the share of its file that was read or stored; None before the first row."""
    if upload.state == Upload.State.IMPORTING:
        share = upload.rows_done / upload.report["row_count"]
    else:
        share = upload.report.get("progress")
    return {"upload": upload, "share": share, "is_under_way": upload.state in UNDER_WAY}
