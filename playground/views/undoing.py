"""The last change of rows, and the way to take it back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from accounts.access import signed_in
from playground import access
from playground.models import Playground
from playground.services import undo as undo_service
from playground.views import row_parts

_KEY = "undo"


def keep(request: HttpRequest, playground: Playground, token: str) -> None:
    """Keep what takes back a change for the page that is shown next."""
    request.session[_KEY] = [playground.pk, token]


def pop(request: HttpRequest, playground: Playground) -> str:
    """What `keep` has kept for this playground, once; "" when there is nothing."""
    kept = request.session.get(_KEY)
    if not kept or kept[0] != playground.pk:
        return ""
    del request.session[_KEY]
    return str(kept[1])


@require_POST
def data_undo(request: HttpRequest, playground_id: int) -> HttpResponse:
    playground = access.get_playground(request.user, playground_id)
    token = request.POST.get("token", "")
    undone = undo_service.undo(playground, token, signed_in(request.user))
    if request.headers.get("HX-Request") and undone.position is not None:
        context = row_parts.changed_row(request, playground, undone.position)
        context |= {"words": undone.words, "undo_token": ""}
        return render(request, "playground/_edited.html", context)
    messages.success(request, undone.words)
    if request.headers.get("HX-Request"):
        return HttpResponseClientRedirect(row_parts.back(request, playground))
    return redirect(row_parts.back(request, playground))
