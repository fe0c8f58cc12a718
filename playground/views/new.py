"""The page that takes a file."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from accounts.access import get_workspace
from accounts.errors import Refused
from accounts.models import User, Workspace
from playground.models import Upload
from playground.services import stored_files, uploads
from playground.upload_handlers import BoundedUploadHandler


# Exempt only until the size limit is in place: the token is in the body, and reading it reads
# the file. The protected view below checks the token.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def playground_new(request: HttpRequest) -> HttpResponse:
    request.upload_handlers = [BoundedUploadHandler(request)]
    return _playground_new(request)


@csrf_protect
def _playground_new(request: HttpRequest) -> HttpResponse:
    workspace = get_workspace(request.user)
    if request.method != "POST":
        return _page(request)
    try:
        upload = _receive(request, workspace)
    except Refused as exc:
        if request.headers.get("HX-Request"):
            raise
        return _page(request, refusal=exc)
    if request.headers.get("HX-Request"):
        return HttpResponseClientRedirect(reverse("import-check", args=[upload.pk]))
    return redirect("import-check", upload.pk)


def _receive(request: HttpRequest, workspace: Workspace) -> Upload:
    posted = request.FILES.get("file")
    handler = request.upload_handlers[0]
    if isinstance(handler, BoundedUploadHandler) and handler.is_too_large:
        raise stored_files.too_large()
    if posted is None:
        raise Refused("No file was chosen.", hint="Choose a CSV or TSV file, or drop it here.")
    user = request.user if isinstance(request.user, User) else None
    return uploads.receive(
        workspace=workspace, user=user, file_name=posted.name or "", chunks=posted.chunks()
    )


def _page(request: HttpRequest, refusal: Refused | None = None) -> HttpResponse:
    context = {"refusal": refusal, "limits": settings.UPLOAD_LIMITS, "rail": "narrow"}
    status = refusal.status if refusal else 200
    return render(request, "playground/new.html", context, status=status)
