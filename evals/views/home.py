"""The playgrounds of the workspace."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.access import get_workspace, signed_in
from accounts.models import Workspace
from evals.queries.cards import card_page
from evals.services.sample import ensure_sample
from playground.domain import gallery
from playground.domain.whole_numbers import whole_number
from playground.services.templates import of_workspace

# How many templates an empty page offers.
_POPULAR = 4


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """A card for each playground; before there is any, what to do first."""
    workspace = get_workspace(request.user)
    text = request.GET.get("q", "").replace("\0", "").strip()[:200]
    number = whole_number(request.GET.get("page", "")) or 1
    shown = card_page(workspace, text=text, number=number)
    if not shown.total and not text:
        return render(request, "evals/home_empty.html", _first_visit(workspace))
    return render(request, "evals/home.html", {"page": shown, "q": text})


def _first_visit(workspace: Workspace) -> dict[str, object]:
    templates = of_workspace(workspace)
    return {"cards": gallery.cards(templates[:_POPULAR]), "template_count": len(templates)}


@require_POST
def sample_open(request: HttpRequest) -> HttpResponse:
    """Make the sample playground if it is not there, and go to it."""
    workspace = get_workspace(request.user)
    playground = ensure_sample(workspace, signed_in(request.user))
    return redirect("run", playground.pk)
