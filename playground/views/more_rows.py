"""The page that brings a file into a playground that is there already."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from accounts.errors import Refused
from playground import access
from playground.models import Column, Playground
from playground.services import versions
from playground.services.filling import ADD, MATCH, MODES, REPLACE, match_name
from playground.upload_handlers import BoundedUploadHandler
from playground.views import posted_files

# What each way does with the rows that are there, and its name; `match_name` gives "" a name.
WAYS = {
    REPLACE: ("Replace", "The file is the dataset from now on. Rows that it lacks are removed."),
    MATCH: ("", "Rows of the file change the rows they match; all others stay."),
    ADD: ("Add", "Every row of the file becomes a new row. Nothing else changes."),
}


# Exempt only until the size limit is in place: the token is in the body, and reading it reads
# the file. The protected view below checks the token.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def data_upload(request: HttpRequest, playground_id: int) -> HttpResponse:
    request.upload_handlers = [BoundedUploadHandler(request)]
    return _data_upload(request, playground_id)


@csrf_protect
def _data_upload(request: HttpRequest, playground_id: int) -> HttpResponse:
    playground = access.get_playground(request.user, playground_id)
    if request.method != "POST":
        return _page(request, playground)
    try:
        upload = posted_files.received(
            request, playground.workspace, into=playground, mode=_mode(request)
        )
    except Refused as exc:
        if request.headers.get("HX-Request"):
            raise
        return _page(request, playground, refusal=exc)
    return posted_files.show_check(request, upload)


def _mode(request: HttpRequest) -> str:
    mode = request.GET.get("mode", "")
    return mode if mode in MODES else REPLACE


def _page(
    request: HttpRequest, playground: Playground, refusal: Refused | None = None
) -> HttpResponse:
    mode = _mode(request)
    columns = playground.columns.exclude(role=Column.Role.LEFT_OUT)
    context = {
        "playground": playground,
        "version": playground.versions.first(),
        "columns": columns,
        "has_row_id": any(column.role == Column.Role.ROW_ID for column in columns),
        "ways": [(key, name or match_name(playground)) for key, (name, _effect) in WAYS.items()],
        "mode": mode,
        "effect": WAYS[mode][1],
        "under_way": versions.imports_under_way(playground).first(),
        "drop_url": f"{request.path}?mode={mode}",
        "refusal": refusal,
        "limits": settings.UPLOAD_LIMITS,
        "rail": "narrow",
    }
    status = refusal.status if refusal else 200
    return render(request, "playground/more_rows.html", context, status=status)
