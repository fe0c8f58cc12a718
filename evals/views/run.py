"""The Run page: start, live progress, cancel."""

import re

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.access import signed_in
from accounts.errors import Refused
from evals import access
from evals.queries import run_list
from evals.queries.progress import progress
from evals.services import runs as run_service
from evals.services import setup as setup_service
from playground.access import get_playground
from playground.domain.whole_numbers import whole_number
from playground.queries import current_version, row_ids

# htmx stops polling at this status.
STOP_POLLING = 286
FORM_TOKEN = re.compile(r"[0-9a-f]{32}")


@require_safe
def run(request: HttpRequest, playground_id: int) -> HttpResponse:
    """How the chosen run is doing; without any, where to start one."""
    playground = get_playground(request.user, playground_id)
    listed = run_list.runs(playground.pk)
    chosen = run_list.chosen(playground.pk, request.GET.get("run", ""), listed)
    context = {
        "playground": playground,
        "rail": "narrow",
        "row_count": current_version(playground).row_count,
        "runs": listed,
        "run": chosen,
    }
    if chosen is not None:
        context["progress"] = progress(chosen)
    return render(request, "evals/run.html", context)


@require_safe
def run_progress(request: HttpRequest, playground_id: int) -> HttpResponse:
    """The live part of the page; its last answer tells htmx to stop asking."""
    playground = get_playground(request.user, playground_id)
    chosen = access.get_run(request.user, playground, _number(request.GET.get("run", "")))
    shown = progress(chosen)
    context = {"playground": playground, "progress": shown, "run": chosen}
    status = 200 if shown.is_live else STOP_POLLING
    response = render(request, "evals/run.html#progress", context, status=status)
    if not shown.is_live:
        # The bar above still calls the run running.
        response["HX-Refresh"] = "true"
    return response


@require_POST
def run_start(request: HttpRequest, playground_id: int) -> HttpResponse:
    """Freeze the setup and start; a second press of the same button leads to the same run."""
    playground = get_playground(request.user, playground_id)
    token = request.POST.get("form_token", "")
    if not FORM_TOKEN.fullmatch(token):
        raise Refused("This form is not complete.", hint="Reload Setup and press Run again.")
    limit = _number(request.POST.get("limit", ""))
    started = run_service.create_run(
        playground=playground,
        snapshot=setup_service.snapshot_of(playground),
        row_ids=row_ids(current_version(playground))[:limit],
        form_token=token,
        user=signed_in(request.user),
        limit=limit,
    )
    return redirect(f"{reverse('run', args=[playground.pk])}?run={started.number}")


@require_POST
def run_cancel(request: HttpRequest, playground_id: int) -> HttpResponse:
    """Stop a run; what is answered already stays."""
    playground = get_playground(request.user, playground_id)
    chosen = access.get_run(request.user, playground, _number(request.POST.get("run", "")))
    run_service.cancel_run(chosen.pk)
    messages.success(request, f"Run {chosen.number} is cancelled. What was answered is kept.")
    return redirect(f"{reverse('run', args=[playground.pk])}?run={chosen.number}")


def _number(text: str) -> int | None:
    """A number from 1 up; None when the field is empty.

    Raises Refused for anything else.
    """
    if not text.strip():
        return None
    number = whole_number(text)
    if not number:
        raise Refused(f"{text[:20]!r} is not a number from 1 up.", hint="Correct the number.")
    return number
