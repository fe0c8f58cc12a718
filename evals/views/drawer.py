"""The drawer: one answer with everything behind it."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from evals.domain.rules import Verdict
from evals.queries.comparison import select, variant_index
from evals.queries.drawer import drawer as read_drawer
from evals.queries.reading import Reading
from evals.queries.row_filters import Ordering
from evals.views.compare import grid_around
from evals.views.read_page import is_fragment, no_run, open_page


@require_safe
@vary_on_headers("HX-Request")
def drawer(request: HttpRequest, playground_id: int, position: int) -> HttpResponse:
    """One row's answer. As a page of its own it stands over the grid it belongs to."""
    shown = open_page(request, playground_id)
    reading = shown.reading
    if reading is None:
        return no_run(request, shown, "compare")
    if position >= reading.row_ids.size:
        raise Http404("The run has no such row.")
    variant = variant_index(reading, shown.state.cell)
    if variant is None:
        variant = _telling_variant(reading, position)
    grid = None if is_fragment(request, "drawer") else grid_around(shown, reading, position)
    selection = grid["selection"] if grid else select(reading, shown.state)
    letter = reading.letters[variant].lower()
    context = {
        "playground": shown.playground,
        "reading": reading,
        "drawer": read_drawer(
            reading, position, variant, outdated=selection.outdated.state(position)
        ),
        "drawer_query": selection.state.query(),
        "close_query": selection.state.query(row=position, cell=letter),
        **_neighbours(selection.order, position),
    }
    if grid is None:
        return render(request, "evals/drawer.html", context)
    focus = {"focus_row": position, "focus_cell": letter}
    return render(
        request, "evals/compare.html", {**shown.context("compare"), **grid, **context, **focus}
    )


def _telling_variant(reading: Reading, position: int) -> int:
    """The first variant that fails the row, else the first one."""
    codes = reading.verdicts.codes[:, position]
    return next((index for index, code in enumerate(codes) if code == Verdict.FAIL), 0)


def _neighbours(order: Ordering, position: int) -> dict[str, Any]:
    """The rows before and after among the selected ones; None at the ends and off the list."""
    place = order.place(position)
    total = len(order.positions)
    if place is None:
        return {"place": "", "previous": None, "next": None}
    return {
        "place": f"{place + 1:,} of {total:,}",
        "previous": int(order.positions[place - 1]) if place else None,
        "next": int(order.positions[place + 1]) if place + 1 < total else None,
    }
