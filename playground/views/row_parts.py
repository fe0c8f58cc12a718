"""What the views of rows and cells share: the row of an address, and the way back."""

from collections.abc import Sequence

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.urls import reverse

from accounts.errors import NotThere
from playground import queries
from playground.models import Column, DatasetVersion, Playground, Row
from playground.queries import row_faces
from playground.queries.row_faces import Header
from playground.views import data_state
from playground.views.data_state import DataState

_MOST_VERSIONS = 50


def find_row(playground: Playground, position: int) -> Row | None:
    """The row at this position of the current version, if there is one."""
    return queries.rows_of(queries.current_version(playground)).filter(position=position).first()


def row_at(playground: Playground, position: int) -> Row:
    """The row at this position of the current version. Raises NotThere when there is none."""
    row = find_row(playground, position)
    if row is None:
        raise NotThere(
            f"There is no row {position:,} any more.",
            hint="Reload the page to see the rows that are there.",
        )
    return row


def changed_row(request: HttpRequest, playground: Playground, position: int) -> dict[str, object]:
    """What `_edited.html` needs to show the row at this position as it is now."""
    columns = list(playground.columns.all())
    row = row_at(playground, position)
    face = row_faces.faces(queries.current_version(playground), [row], columns)[0]
    return {**counts(playground, back_query(request)), "row": face}


def counts(playground: Playground, query: str) -> dict[str, object]:
    """What the Data page at `query` says about all rows, which an edit of one may change."""
    version = queries.current_version(playground)
    columns = list(playground.columns.all())
    state = data_state.read(QueryDict(query.removeprefix("?")))
    return {
        "playground": playground,
        "version": version,
        "versions": versions(playground),
        "page_query": query,
        "headers": headers(version, columns, state),
        "segments": segments(version, columns, state),
        "selection": state.selection,
    }


def versions(playground: Playground) -> QuerySet[DatasetVersion]:
    """The versions that the page tells of, the present one first."""
    return playground.versions.all()[:_MOST_VERSIONS]


def headers(
    version: DatasetVersion, columns: Sequence[Column], state: DataState
) -> list[tuple[Header, str, list[tuple[str, int, str]]]]:
    """Each column, the query that begins a filter, and its top values with those that end one."""
    return [
        (header, state.query(filter=header.column.pk), _top(header, state))
        for header in row_faces.headers(columns, version)
    ]


def _top(header: Header, state: DataState) -> list[tuple[str, int, str]]:
    return [
        (value, count, state.query(f=[*state.filters, f"{header.column.pk}:is:{value}"]))
        for value, count in header.top
    ]


def segments(
    version: DatasetVersion, columns: Sequence[Column], state: DataState
) -> list[tuple[str, int | None, str, str]]:
    """The word, the number of rows, the query and the key of each segment."""
    return [
        (queries.SEGMENTS[show], count, state.query(show="" if show == "all" else show), show)
        for show, count in queries.segment_counts(version, columns).items()
    ]


def back_query(request: HttpRequest) -> str:
    """The query of the Data page that the request came from.

    Forms send it as their field `back`; links have it as their own query.
    """
    is_form = request.method == "POST"
    asked = QueryDict(request.POST.get("back", "").removeprefix("?")) if is_form else request.GET
    query = asked.urlencode()
    return f"?{query}" if query else ""


def back(request: HttpRequest, playground: Playground) -> str:
    """The Data page that the request came from."""
    return reverse("data", args=[playground.pk]) + back_query(request)
