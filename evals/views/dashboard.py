"""The dashboard: which variant to ship, and what counts as a pass."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.access import signed_in
from accounts.errors import NotReady
from evals.queries.dashboard import dashboard as read_dashboard
from evals.queries.line_controls import draft_words, line_controls
from evals.queries.reading import Reading
from evals.services import rules
from evals.views.read_page import ReadPage, no_run, open_page


@require_safe
def dashboard(request: HttpRequest, playground_id: int) -> HttpResponse:
    """The answer, its evidence, and the pass lines beside them."""
    shown = open_page(request, playground_id)
    if shown.reading is None:
        return no_run(request, shown, "dashboard")
    context = {**shown.context("dashboard"), **_context(shown, shown.reading)}
    return render(request, "evals/dashboard.html", context)


@require_safe
def dashboard_charts(request: HttpRequest, playground_id: int) -> HttpResponse:
    """The charts under moved pass lines. Without htmx it is the dashboard itself."""
    shown = open_page(request, playground_id)
    address = f"{reverse('dashboard', args=[playground_id])}{shown.state.query()}"
    if shown.reading is None or request.headers.get("HX-Request") != "true":
        return redirect(address)
    context = {**_context(shown, shown.reading), "is_update": True}
    response = render(request, "evals/dashboard.html#update", context)
    # The address bar follows, so that a draft can be reloaded and passed on.
    response["HX-Replace-Url"] = address
    return response


@require_POST
def rule_save(request: HttpRequest, playground_id: int) -> HttpResponse:
    """Make the draft the playground's rule, and the one this run is read with."""
    user = signed_in(request.user)
    shown = open_page(request, playground_id, request.POST)
    if shown.reading is None:
        raise NotReady("Nothing has run yet.", hint="Change the pass lines in Setup.")
    version = rules.save_for_run(run=shown.reading.run, rule=shown.reading.rule, user=user)
    messages.success(request, f"Saved as rule v{version.number}. Verdicts follow it now.")
    return redirect(f"{reverse('dashboard', args=[playground_id])}{shown.state.query(draft='')}")


def _context(shown: ReadPage, reading: Reading) -> dict[str, Any]:
    state, newest = shown.state, rules.current_version(shown.playground)
    return {
        "playground": shown.playground,
        "reading": reading,
        "dashboard": read_dashboard(reading),
        "controls": line_controls(reading),
        "draft_words": draft_words(reading),
        "next_rule": newest.number + 1 if newest else 1,
        "query": state.query(),
        "outdated_query": state.query(show="outdated"),
        "reset_query": state.query(draft=""),
        "draft_pairs": state.pairs(),
    }
