"""The rows of a playground, page by page."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from playground import access, queries
from playground.domain.whole_numbers import whole_number
from playground.models import Column, DatasetVersion, Upload
from playground.queries import RowPage
from playground.services import stored_files

LONGEST_SEARCH = 200
CELL_SHOWN = 400

Kept = Mapping[str, str | int | None]


@require_safe
def data(request: HttpRequest, playground_id: int) -> HttpResponse:
    playground = access.get_playground(request.user, playground_id)
    version = queries.current_version(playground)
    search = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST_SEARCH]
    page = queries.row_page(
        version,
        after=_number(request, "after") or 0,
        before=_number(request, "before"),
        search=search,
    )
    # Rows belong to no run; the other tabs go on with the one they show.
    run_number = _number(request, "run")
    columns = list(playground.columns.all())
    upload = Upload.objects.filter(playground=playground).order_by("-id").first()
    context = {
        "playground": playground,
        "version": version,
        "columns": _headers(columns, version),
        "rows": [(row.position, _cells(row.cells, columns)) for row in page.rows],
        "page": page,
        "search": search,
        "upload": upload,
        "run_number": run_number,
        "all_url": f"{request.path}{_query({'run': run_number})}",
        "has_refused_rows": bool(upload and stored_files.refused_rows_of(upload).exists()),
        "rail": "narrow",
        **_links(page, {"run": run_number, "q": search}),
    }
    return render(request, "playground/data.html", context)


def _number(request: HttpRequest, name: str) -> int | None:
    return whole_number(request.GET.get(name, ""))


def _headers(columns: list[Column], version: DatasetVersion) -> list[dict[str, object]]:
    """Each column with its profile and the share of filled cells; None while not counted."""
    headers = []
    for place, column in enumerate(columns, start=1):
        profile = version.profile.get(str(column.pk)) if version.row_count else None
        headers.append(
            {
                "column": column,
                "profile": profile,
                "filled": profile["filled"] / version.row_count if profile else None,
                # On the right side of the grid it would be cut off if it opened to the right.
                "opens_to_start": place * 2 > len(columns) + 1,
            }
        )
    return headers


def _cells(cells: dict[str, str], columns: list[Column]) -> list[tuple[Column, str]]:
    """Each column with its cell, cut for showing: the page must not grow with long texts."""
    shown = []
    for column in columns:
        text = cells.get(str(column.pk), "")
        shown.append((column, text if len(text) <= CELL_SHOWN else text[:CELL_SHOWN] + "…"))
    return shown


def _links(page: RowPage, kept: Kept) -> dict[str, str]:
    """Where the pager leads; `kept` is what its queries keep."""
    before, after = page.previous_before, page.next_after
    return {
        "previous_url": "" if before is None else _query({**kept, "before": before}),
        "next_url": "" if after is None else _query({**kept, "after": after}),
    }


def _query(said: Kept) -> str:
    pairs = {name: value for name, value in said.items() if value}
    return f"?{urlencode(pairs)}" if pairs else ""
