"""One screen, three ways: a file; a template, then a file; its columns edited, then a file."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers

from accounts.access import get_workspace
from accounts.errors import Refused
from accounts.models import Workspace
from playground.upload_handlers import BoundedUploadHandler
from playground.views import new_page, posted_files

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
        template = chosen.checked().to_json() if chosen else None
        upload = posted_files.received(request, workspace, template=template)
    except Refused as exc:
        if is_fragment:
            raise
        return new_page.page(request, chosen, refusal=exc)
    return posted_files.show_check(request, upload)


def _show(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    chosen = new_page.asked_choice(request, workspace)
    fragment = _FRAGMENTS.get(request.headers.get("HX-Target", ""))
    if fragment and request.headers.get("HX-Request") == "true":
        return render(request, fragment, new_page.context(request, chosen))
    return new_page.page(request, chosen)
