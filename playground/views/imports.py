"""The page that shows what a file holds before it is imported, and the import's progress."""

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HTMX_STOP_POLLING, HttpResponseClientRedirect

from accounts.errors import Refused
from playground import access
from playground.forms.imports import DialectForm
from playground.models import Upload
from playground.services import checking, stored_files, uploads
from playground.views import import_choices
from playground.views.import_page import UNDER_WAY, page, progress

_LOOK_AGAIN = "This may store other rows than the page has said. Look at them, then import."


@require_safe
def import_check(request: HttpRequest, import_id: int) -> HttpResponse:
    upload = access.get_upload(request.user, import_id)
    if upload.state == Upload.State.IMPORTED and upload.playground_id:
        if words := uploads.outcome(upload):
            messages.success(request, words)
        return redirect("data" if upload.into_id else "setup", upload.playground_id)
    return page(request, upload)


@require_safe
def import_status(request: HttpRequest, import_id: int) -> HttpResponse:
    upload = access.get_upload(request.user, import_id)
    if upload.state in UNDER_WAY and request.headers.get("HX-Request"):
        return render(request, "playground/import.html#progress", progress(upload))
    address = reverse("import-check", args=[upload.pk])
    if not request.headers.get("HX-Request"):
        return redirect(address)
    response = HttpResponseClientRedirect(address)
    response.status_code = HTMX_STOP_POLLING
    return response


@require_POST
def import_choose(request: HttpRequest, import_id: int) -> HttpResponse:
    upload = access.get_upload(request.user, import_id)
    if DialectForm.is_posted(request.POST):
        choices = import_choices.of_reading(upload, request.POST)
    else:
        forms = import_choices.Forms(upload, request.POST)
        if not forms.are_valid():
            return page(request, upload, forms=forms, status=422)
        choices = {**forms.choices(), **import_choices.of_buttons(upload, forms, request.POST)}
    if choices:
        uploads.choose(upload, choices)
        checking.check_at_once(upload)
    return redirect("import-check", upload.pk)


@require_POST
def import_start(request: HttpRequest, import_id: int) -> HttpResponse:
    upload = access.get_upload(request.user, import_id)
    if upload.state != Upload.State.CHECKED:
        # The second click of two: show what the first one has begun.
        return redirect("import-check", upload.pk)
    forms = import_choices.Forms(upload, request.POST)
    if not forms.are_valid():
        return page(request, upload, forms=forms, status=422)
    try:
        if import_choices.keep(upload, forms):
            uploads.start_import(upload, suggest=True, **forms.names())
        else:
            messages.warning(request, _LOOK_AGAIN)
    except Refused as exc:
        return page(request, upload, forms=forms, refusal=exc, status=exc.status)
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
