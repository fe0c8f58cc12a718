"""The answers and scores of a run as a file."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_safe

from evals.queries.comparison import select
from evals.queries.export import csv_parts, file_name
from evals.views.read_page import open_page


@require_safe
def export_csv(request: HttpRequest, playground_id: int) -> HttpResponseBase:
    """The selected rows, sent while they are read; `show`, `q` and the rest as on Compare."""
    shown = open_page(request, playground_id)
    reading = shown.reading
    if reading is None:
        raise Http404("Nothing has run yet.")
    state = replace(shown.state, show=shown.state.show or "all")
    parts = csv_parts(reading, select(reading, state).order.positions)
    name = file_name(shown.playground.name, reading.run.number)
    return StreamingHttpResponse(
        _later(parts) if isinstance(request, ASGIRequest) else parts,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


async def _later(parts: Iterator[bytes]) -> AsyncIterator[bytes]:
    """`parts` for the ASGI server, which would otherwise collect the whole file first."""
    while part := await sync_to_async(_next)(parts):
        yield part


def _next(parts: Iterator[bytes]) -> bytes:
    """The next part; nothing at the end, since StopIteration cannot leave a coroutine."""
    return next(parts, b"")
