"""The rows of a playground, page by page."""

from collections.abc import Iterator, Sequence

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from playground import access, queries
from playground.domain import row_filters
from playground.domain.row_filters import RowFilter
from playground.models import Column, DatasetVersion, Playground, Upload
from playground.queries import RowPage, row_faces
from playground.services import exports, stored_files
from playground.views import data_state, row_parts, undoing
from playground.views.data_state import DataState

_BROUGHT = (Upload.State.IMPORTING, Upload.State.IMPORTED)


@require_safe
def data(request: HttpRequest, playground_id: int) -> HttpResponse:
    playground = access.get_playground(request.user, playground_id)
    state = data_state.read(request.GET)
    if (query := data_state.with_new_filter(request.GET, state)) is not None:
        return redirect(f"{request.path}{query}")
    version = queries.current_version(playground)
    columns = list(playground.columns.all())
    page = queries.row_page(
        version, columns, state.selection, after=state.after, before=state.before
    )
    context = {
        "playground": playground,
        "version": version,
        "columns": columns,
        "selection": state.selection,
        "page_query": row_parts.back_query(request),
        # Rows belong to no run; the other tabs go on with the one they show.
        "run_number": state.run,
        "rail": "narrow",
        **_tools(version, columns, state),
        "headers": row_parts.headers(version, columns, state),
        "rows": row_faces.faces(version, page.rows, columns),
        "page": page,
        "versions": row_parts.versions(playground),
        "undo_token": undoing.pop(request, playground),
        **_uploads(playground),
        **_links(page, state),
    }
    return render(request, "playground/data.html", context)


@require_safe
def data_counts(request: HttpRequest, playground_id: int) -> HttpResponse:
    """What was counted again since the last edit, for the page that waits for it."""
    playground = access.get_playground(request.user, playground_id)
    context = row_parts.counts(playground, row_parts.back_query(request))
    return render(request, "playground/_counts.html", context)


def _tools(
    version: DatasetVersion, columns: Sequence[Column], state: DataState
) -> dict[str, object]:
    """The bar above the rows: segments, search, filters."""
    selection = state.selection
    filtering = next((one for one in columns if one.pk == state.filtering), None)
    values = _values(version, filtering) if filtering else []
    return {
        "segments": row_parts.segments(version, columns, state),
        "chips": list(_chips(columns, state)),
        "columns_to_filter": [
            (row_faces.ICONS[Column.Type(one.type)], one, state.query(filter=one.pk))
            for one in columns
        ],
        "filtering": filtering,
        "filter_kinds": _kinds(filtering, values) if filtering else [],
        "filter_values": values,
        "hidden": state.hidden(),
        "hidden_but_search": state.hidden("q"),
        "same_url": state.query(),
        "without_search_url": state.query(q=""),
        "all_url": state.query(show="", q="", f=[]),
        "is_everything": selection.is_everything,
        "formats": exports.FORMATS.items(),
    }


def _chips(columns: Sequence[Column], state: DataState) -> Iterator[tuple[str, str]]:
    """Each filter in words, and the query without it."""
    names = {column.pk: column.name for column in columns}
    for row_filter in state.selection.filters:
        name = names.get(row_filter.column_id, "A column that is gone")
        yield f"{name} {_shown(row_filter)}", state.without(row_filter)


def _shown(row_filter: RowFilter) -> str:
    return row_filter.words if len(row_filter.words) <= 60 else row_filter.words[:60] + "…"


def _kinds(column: Column, values: Sequence[str]) -> list[tuple[str, str]]:
    kinds = row_filters.kinds_for(column.type, has_values=bool(values))
    return [(kind, row_filters.WORDS[kind][0]) for kind in kinds]


def _values(version: DatasetVersion, column: Column) -> list[str]:
    is_choice = column.type in (Column.Type.CATEGORY, Column.Type.YES_NO)
    is_filter = column.role == Column.Role.FILTER and column.type == Column.Type.TEXT
    return row_faces.values_of(version, column) if is_choice or is_filter else []


def _uploads(playground: Playground) -> dict[str, object]:
    """The last file that came in or is on its way, and whether rows of it were left out."""
    ours = Upload.objects.filter(Q(playground=playground) | Q(into=playground))
    # One that was checked and never started, or given up, has brought nothing.
    upload = ours.filter(state__in=_BROUGHT).order_by("-id").first()
    has_refused = bool(upload and stored_files.refused_rows_of(upload).exists())
    return {"upload": upload, "has_refused_rows": has_refused}


def _links(page: RowPage, state: DataState) -> dict[str, str]:
    """Where the pager leads."""
    before, after = page.previous_before, page.next_after
    return {
        "previous_url": "" if before is None else state.query(before=before),
        "next_url": "" if after is None else state.query(after=after),
    }
