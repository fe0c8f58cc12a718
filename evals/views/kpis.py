"""Choosing KPIs, their parameters, pass lines and places in the rule."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import signed_in
from accounts.errors import Refused
from evals import access
from evals.domain.rules import PassLine
from evals.forms.kpis import KpiForm, initial_of
from evals.models import SetupKpi
from evals.queries.kpi_picker import picker
from evals.services import kpis
from evals.services.variants import column_specs
from evals.views.setup import bar, changed
from playground.access import get_playground


@require_http_methods(["GET", "HEAD", "POST"])
def setup_kpis(request: HttpRequest, playground_id: int) -> HttpResponse:
    """GET: the picker, as a dialog for htmx, else as a page. POST: add what was chosen."""
    playground = get_playground(request.user, playground_id)
    if request.method == "POST":
        added = [
            kpis.add(playground=playground, key=key, user=signed_in(request.user))
            for key in request.POST.getlist("key")[:50]
        ]
        if added:
            messages.success(request, f"Added {', '.join(kpi.name for kpi in added)}.")
        return redirect("setup", playground.pk)
    chosen = list(playground.setup_kpis.values_list("key", flat=True))
    shown = picker(
        column_specs(playground),
        chosen,
        q=request.GET.get("q", "").strip()[:100],
        group=request.GET.get("group", "")[:100],
        ticked=request.GET.getlist("key")[:50],
    )
    context = {**bar(playground), "picker": shown}
    template = "evals/setup_kpis.html"
    if request.headers.get("HX-Request") == "true":
        is_search = request.headers.get("HX-Target") == "picker"
        template += "#picker" if is_search else "#dialog"
    return render(request, template, context)


@require_http_methods(["GET", "HEAD", "POST"])
def setup_kpi_edit(request: HttpRequest, playground_id: int, kpi_id: int) -> HttpResponse:
    """Change parameters, inputs, pass line and place of a chosen KPI."""
    kpi = access.get_setup_kpi(request.user, playground_id, kpi_id)
    form = KpiForm(
        request.POST or None,
        kpi=kpi,
        columns=column_specs(kpi.playground),
        initial=initial_of(kpi, kpis.condition_of(kpi), kpis.place_of(kpi)),
    )
    if not form.is_valid():
        return _edit_page(request, kpi, form)
    try:
        kpis.update(kpi=kpi, draft=form.draft(), user=signed_in(request.user))
    except Refused as exc:
        form.add_error(None, f"{exc.message} {exc.hint}")
        return _edit_page(request, kpi, form)
    messages.success(request, f"{kpi.name} is stored.")
    return redirect("setup", playground_id)


@require_POST
def setup_kpi_line(request: HttpRequest, playground_id: int, kpi_id: int) -> HttpResponse:
    """Move the pass line of a KPI on its slider, or put it elsewhere in the rule."""
    kpi = access.get_setup_kpi(request.user, playground_id, kpi_id)
    place = next((place for place in kpis.PLACES if place == request.POST.get("place")), None)
    line = None
    if value := request.POST.get("value"):
        line = _moved(kpis.condition_of(kpi).line, value)
    kpis.put_in_rule(kpi=kpi, line=line, place=place, user=signed_in(request.user))
    return changed(request, kpi.playground)


@require_POST
def setup_kpi_remove(request: HttpRequest, playground_id: int, kpi_id: int) -> HttpResponse:
    """Take a KPI out of the setup."""
    kpi = access.get_setup_kpi(request.user, playground_id, kpi_id)
    kpis.remove(kpi=kpi, user=signed_in(request.user))
    return changed(request, kpi.playground)


def _edit_page(request: HttpRequest, kpi: SetupKpi, form: KpiForm) -> HttpResponse:
    context = {
        **bar(kpi.playground),
        "kpi": kpi,
        "kind": kpis.kind_of(kpi.key),
        "form": form,
    }
    status = 422 if form.is_bound else 200
    return render(request, "evals/setup_kpi.html", context, status=status)


def _moved(line: PassLine, value: str) -> PassLine:
    try:
        return PassLine(op=line.op, value=float(value), high=line.high)
    except ValueError as exc:
        raise Refused(f"{value!r} is not a pass line: {exc}", hint="Enter a number.") from exc
