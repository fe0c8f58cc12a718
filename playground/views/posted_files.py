"""The file in a request: read up to the limit, stored, and shown once it is checked."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from accounts.errors import Refused
from accounts.models import User, Workspace
from playground.models import Playground, Upload
from playground.services import stored_files, uploads
from playground.upload_handlers import BoundedUploadHandler


def received(
    request: HttpRequest,
    workspace: Workspace,
    *,
    template: Mapping[str, Any] | None = None,
    into: Playground | None = None,
    mode: str = "",
) -> Upload:
    """The upload of the posted `file`; the rest is as for `uploads.receive`.

    The view has put a BoundedUploadHandler in front of the request. Raises Refused without a
    file, FileRefused for one that is too large or no table.
    """
    posted = request.FILES.get("file")
    handler = request.upload_handlers[0]
    if isinstance(handler, BoundedUploadHandler) and handler.is_too_large:
        raise stored_files.too_large()
    if posted is None:
        raise Refused("No file was chosen.", hint="Choose a file, or drop it on the page.")
    return uploads.receive(
        workspace=workspace,
        user=request.user if isinstance(request.user, User) else None,
        file_name=posted.name or "",
        chunks=posted.chunks(),
        template=template,
        into=into,
        mode=mode,
    )


def show_check(request: HttpRequest, upload: Upload) -> HttpResponse:
    """Lead to the page that shows what the file holds."""
    if request.headers.get("HX-Request"):
        return HttpResponseClientRedirect(reverse("import-check", args=[upload.pk]))
    return redirect("import-check", upload.pk)
