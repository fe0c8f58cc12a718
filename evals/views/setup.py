"""The Setup page: what is compared, how it is measured, what counts as a pass, what it costs."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import signed_in
from accounts.errors import Refused
from evals.domain.rules import MODES
from evals.queries import readiness, run_list, setup_page
from evals.queries.readiness_kpis import kpi_items
from evals.queries.setup_sliders import last_run
from evals.services import estimates, imported_answers, rules
from evals.services import setup as setup_service
from evals.services.variants import MOST_VARIANTS, column_specs
from playground.access import get_playground
from playground.domain.whole_numbers import whole_number
from playground.models import Playground
from playground.queries import current_version

MODE_WORDS = {"all": "All", "any": "Any", "at_least": "At least n"}


@require_safe
def setup(request: HttpRequest, playground_id: int) -> HttpResponse:
    """The whole page."""
    playground = get_playground(request.user, playground_id)
    context = page_context(playground, _limit(request.GET))
    # The setup belongs to no run; the other tabs go on with the one they show.
    context["run"] = run_list.chosen(playground.pk, request.GET.get("run", ""), context["runs"])
    return render(request, "evals/setup.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def estimate(request: HttpRequest, playground_id: int) -> HttpResponse:
    """The panel beside the setup, for another number of rows.

    The form that starts a run posts here without a script, and is led to the whole page.
    """
    playground = get_playground(request.user, playground_id)
    if request.method == "POST":
        limit = _limit(request.POST)
        query = f"?limit={limit}" if limit else ""
        return redirect(f"{reverse('setup', args=[playground.pk])}{query}")
    context = page_context(playground, _limit(request.GET))
    return render(request, "evals/setup.html#estimate", context)


@require_POST
def setup_rule(request: HttpRequest, playground_id: int) -> HttpResponse:
    """Join the counted KPIs in another way."""
    playground = get_playground(request.user, playground_id)
    mode = next((mode for mode in MODES if mode == request.POST.get("mode")), None)
    if mode is None:
        raise Refused("A rule joins by all, any or at least n.", hint="Choose one of the three.")
    n = whole_number(request.POST.get("n", "1")) or 0
    rules.set_mode(playground=playground, mode=mode, n=n, user=signed_in(request.user))
    return changed(request, playground)


@require_POST
def setup_suggest(request: HttpRequest, playground_id: int) -> HttpResponse:
    """Fill what is empty, and choose the KPIs that fit the data."""
    playground = get_playground(request.user, playground_id)
    added = setup_service.suggest(playground, signed_in(request.user))
    named = {
        "variant": [variant.name for variant in added.variants],
        "KPI": [kpi.name for kpi in added.kpis],
    }
    said = [
        f"Added {len(names)} {kind}{'' if len(names) == 1 else 's'}: {', '.join(names)}."
        for kind, names in named.items()
        if names
    ]
    return changed(
        request, playground, " ".join(said) or "Nothing to add: the setup fits your data."
    )


def changed(request: HttpRequest, playground: Playground, said: str = "") -> HttpResponse:
    """The answer to a change: the page's content for htmx, else the page again.

    `said` tells what was done, as a toast.
    """
    if request.headers.get("HX-Request") == "true":
        context = page_context(playground, _limit(request.POST))
        return render(request, "evals/setup.html#setup", {**context, "said": said})
    if said:
        messages.success(request, said)
    return redirect("setup", playground.pk)


def page_context(playground: Playground, limit: int | None) -> dict[str, Any]:
    """Everything the page and its parts show. `limit` is the number of rows to run."""
    columns = column_specs(playground)
    variants = list(playground.variants.select_related("connection", "answers_column"))
    chosen = list(playground.setup_kpis.all())
    rule = setup_page.rule_of(playground, chosen)
    last = last_run(playground)
    estimate = estimates.estimate(playground, limit)
    ready = [
        *readiness.items(
            problems=setup_service.problems(playground),
            estimate=estimate,
            columns=columns,
            variants=variants,
        ),
        *kpi_items(chosen, rule, columns, estimate, current_version(playground)),
    ]
    return {
        **bar(playground),
        "variants": setup_page.variant_lines(variants, estimate.variants),
        "can_add": len(variants) < MOST_VARIANTS,
        "free_columns": imported_answers.free_columns(playground),
        "kpis": setup_page.kpi_lines(chosen, rule, last),
        "rule": setup_page.rule_text(chosen, rule),
        "modes": MODE_WORDS.items(),
        "last": last,
        "would": setup_page.would_give(rule, chosen, last),
        "estimate": estimate,
        "limit": limit,
        "duration": setup_page.duration_figure(estimate.seconds),
        "ready": ready,
        "blockers": sum(item.state == "fail" for item in ready),
        "form_token": uuid4().hex,
    }


def bar(playground: Playground) -> dict[str, Any]:
    """What the bar of the Setup pages needs."""
    runs = run_list.runs(playground.pk)
    return {
        "playground": playground,
        "rail": "narrow",
        "row_count": current_version(playground).row_count,
        "runs": runs,
        "run": runs[0] if runs else None,
    }


def _limit(query: Any) -> int | None:
    """The number of rows asked for; None is all of them."""
    return whole_number(query.get("limit", "")) or None
