"""Compare: rows beside the answers of every variant."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from evals.queries.comparison import Page, Selection, page, page_with, select
from evals.queries.reading import Reading
from evals.queries.variant_heads import heads
from evals.views.read_page import ReadPage, is_fragment, no_run, open_page

_APPENDED = {"is_more": True, "tab_stop": 0}


@require_safe
@vary_on_headers("HX-Request")
def compare(request: HttpRequest, playground_id: int) -> HttpResponse:
    """The grid; for htmx only the results, with the controls that depend on them."""
    shown = open_page(request, playground_id)
    if shown.reading is None:
        return no_run(request, shown, "compare")
    selection = select(shown.reading, shown.state)
    context = grid_context(shown, shown.reading, selection, page(shown.reading, selection))
    if is_fragment(request, "results"):
        return render(request, "evals/compare.html#answer", context)
    return render(request, "evals/compare.html", {**shown.context("compare"), **context})


@require_safe
@vary_on_headers("HX-Request")
def compare_rows(request: HttpRequest, playground_id: int) -> HttpResponse:
    """The next rows of the grid. Without htmx it is the Compare page from there on."""
    shown = open_page(request, playground_id)
    if shown.reading is None or request.headers.get("HX-Request") != "true":
        address = reverse("compare", args=[playground_id])
        return redirect(f"{address}{shown.state.query(after=shown.state.after)}")
    selection = select(shown.reading, shown.state)
    context = grid_context(shown, shown.reading, selection, page(shown.reading, selection))
    return render(request, "evals/compare_grid.html#more", {**context, **_APPENDED})


def grid_context(
    shown: ReadPage, reading: Reading, selection: Selection, rows: Page
) -> dict[str, Any]:
    """What the grid and its controls need."""
    state = selection.state
    return {
        "playground": shown.playground,
        "reading": reading,
        "selection": selection,
        "page": rows,
        "heads": heads(reading),
        "state": state,
        "query": state.query(),
        "filters": [(one, state.query(show=one.show)) for one in selection.filters],
        "hidden": state.pairs(q=""),
        "next_query": state.query(after=rows.next) if rows.next else "",
        "sort_query": state.query(sort=_other_sort(selection.sort)),
        "removals": _removals(reading, selection),
        "outputs": selection.total * len(reading.snapshot.variants),
        "tab_stop": rows.first,
        "focus_row": shown.state.row,
        "focus_cell": shown.state.cell,
        "everything_query": replace(state, q="", kpi="", variant="").query(show="all"),
    }


def grid_around(shown: ReadPage, reading: Reading, position: int) -> dict[str, Any]:
    """The grid on the page that the row at `position` is on."""
    selection = select(reading, shown.state)
    return grid_context(shown, reading, selection, page_with(reading, selection, position))


def _other_sort(sort: str) -> str:
    return "row" if sort == "disagreement" else "disagreement"


def _removals(reading: Reading, selection: Selection) -> list[tuple[str, str]]:
    """What narrows the view beside the filter: (words, query without it)."""
    state = selection.state
    chips = []
    if state.kpi:
        name = reading.names.get(state.kpi, state.kpi)
        chips.append((f"{name} below its line", state.query(kpi="", variant="")))
    if selection.variant is not None:
        name = reading.snapshot.variants[selection.variant].name
        chips.append((f"Counting {name} only", state.query(variant="")))
    if reading.is_draft:
        chips.append(("Draft pass lines, not saved", state.query(draft="")))
    return chips
