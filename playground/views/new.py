"""One screen, three ways: a file; a template, then a file; its columns edited, then a file."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRedirect

from accounts.access import get_workspace
from accounts.errors import Refused
from accounts.models import User, Workspace
from playground.models import Upload
from playground.services import stored_files, uploads
from playground.upload_handlers import BoundedUploadHandler
from playground.views import new_page
from playground.views.new_page import Chosen

# What htmx asks for, by the id of the element that takes it.
_FRAGMENTS = {
    "gallery-list": "playground/_gallery.html#list",
    "template-panel": "playground/new.html#choice",
}


# Exempt only until the size limit is in place: the token is in the body, and reading it reads
# the file. The protected view below checks the token.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def playground_new(request: HttpRequest) -> HttpResponse:
    request.upload_handlers = [BoundedUploadHandler(request)]
    return _playground_new(request)


@csrf_protect
def _playground_new(request: HttpRequest) -> HttpResponse:
    workspace = get_workspace(request.user)
    if request.method != "POST":
        return _show(request, workspace)
    is_fragment = request.headers.get("HX-Request") == "true"
    chosen = new_page.posted_choice(request, workspace)
    try:
        upload = _receive(request, workspace, chosen)
    except Refused as exc:
        if is_fragment:
            raise
        return new_page.page(request, chosen, refusal=exc)
    if is_fragment:
        return HttpResponseClientRedirect(reverse("import-check", args=[upload.pk]))
    return redirect("import-check", upload.pk)


def _show(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    chosen = new_page.asked_choice(request, workspace)
    fragment = _FRAGMENTS.get(request.headers.get("HX-Target", ""))
    if fragment and request.headers.get("HX-Request") == "true":
        return render(request, fragment, new_page.context(request, chosen))
    return new_page.page(request, chosen)


def _receive(request: HttpRequest, workspace: Workspace, chosen: Chosen | None) -> Upload:
    posted = request.FILES.get("file")
    handler = request.upload_handlers[0]
    if isinstance(handler, BoundedUploadHandler) and handler.is_too_large:
        raise stored_files.too_large()
    if posted is None:
        raise Refused("No file was chosen.", hint="Choose a file, or drop it on the page.")
    user = request.user if isinstance(request.user, User) else None
    return uploads.receive(
        workspace=workspace,
        user=user,
        file_name=posted.name or "",
        chunks=posted.chunks(),
        template=chosen.checked().to_json() if chosen else None,
    )
