"""The rows of a playground as a file."""

from collections.abc import AsyncIterator, Iterator
from typing import IO

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_safe

from accounts.errors import Refused
from playground import access, queries
from playground.services import exports
from playground.views import data_state

_PART = 64 * 1024


@require_safe
def data_export(request: HttpRequest, playground_id: int) -> HttpResponseBase:
    """The selected rows, as `format` says; `show`, `q` and `f` as on the Data page."""
    playground = access.get_playground(request.user, playground_id)
    version = queries.current_version(playground)
    kind = request.GET.get("format", "csv")
    if kind not in exports.FORMATS:
        raise Refused(
            f"There is no export as “{kind[:20]}”.", hint="Choose csv, xlsx or jsonl as format."
        )
    columns = list(playground.columns.all())
    rows = queries.matching(version, data_state.read(request.GET).selection, columns)
    name = exports.file_name(playground.name, version.number, kind)
    if kind == "xlsx":
        parts = _file_parts(exports.workbook(columns, rows))
    else:
        parts = (exports.csv_parts if kind == "csv" else exports.jsonl_parts)(columns, rows)
    return StreamingHttpResponse(
        _later(parts) if isinstance(request, ASGIRequest) else parts,
        content_type=exports.CONTENT_TYPES[kind],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _file_parts(handle: IO[bytes]) -> Iterator[bytes]:
    with handle:
        while part := handle.read(_PART):
            yield part


async def _later(parts: Iterator[bytes]) -> AsyncIterator[bytes]:
    """`parts` for the ASGI server, which would otherwise collect the whole file first."""
    while (part := await sync_to_async(_next)(parts)) is not None:
        yield part


def _next(parts: Iterator[bytes]) -> bytes | None:
    """The next part; None at the end, since StopIteration cannot leave a coroutine."""
    return next(parts, None)
