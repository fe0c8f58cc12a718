"""The rows of a playground, page by page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from playground import access, queries
from playground.models import Column, DatasetVersion, Upload
from playground.queries import RowPage
from playground.services import stored_files

LONGEST_SEARCH = 200
CELL_SHOWN = 400


@require_safe
def data(request: HttpRequest, playground_id: int) -> HttpResponse:
    playground = access.get_playground(request.user, playground_id)
    version = queries.current_version(playground)
    search = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST_SEARCH]
    page = queries.row_page(
        version,
        after=_position(request, "after") or 0,
        before=_position(request, "before"),
        search=search,
    )
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
        "has_refused_rows": bool(upload and stored_files.refused_rows_of(upload).exists()),
        "rail": "narrow",
        **_links(page, search),
    }
    return render(request, "playground/data.html", context)


def _position(request: HttpRequest, name: str) -> int | None:
    """A row position of the query; None for none and for what is no position."""
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


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


def _links(page: RowPage, search: str) -> dict[str, str]:
    return {
        "previous_url": _link(search, "before", page.previous_before),
        "next_url": _link(search, "after", page.next_after),
    }


def _link(search: str, name: str, position: int | None) -> str:
    if position is None:
        return ""
    return "?" + urlencode([*([("q", search)] if search else []), (name, position)])
