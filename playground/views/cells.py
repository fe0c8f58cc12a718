"""One cell: its form in place, or as a page without a script."""

import hashlib

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import push_url

from accounts.access import signed_in
from accounts.errors import NotReady, UserError
from playground import access
from playground.domain.typed_text import typed
from playground.models import Column, Playground, Row
from playground.services import editing
from playground.services.undo import token_of_edit
from playground.views import row_parts, undoing

# In these a line break is a usual thing, so Enter makes one; in the others it saves.
_OF_LINES = (Column.Type.LONG_TEXT, Column.Type.JSON, Column.Type.CONVERSATION)


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def data_cell(
    request: HttpRequest, playground_id: int, position: int, column_id: int
) -> HttpResponse:
    """GET: the form of a cell. POST: store its text."""
    playground = access.get_playground(request.user, playground_id)
    column = playground.columns.filter(pk=column_id).first()
    if column is None:
        raise Http404("No such column.")
    row = row_parts.row_at(playground, position)
    if request.method != "POST":
        # The links are boosted, and the address of the page shall stay.
        return push_url(_form(request, playground, row, column), False)
    if _is_fragment(request):
        return _stored_in_place(request, playground, row, column)
    try:
        return _stored(request, playground, row, column)
    except UserError as exc:
        # What was typed must not get lost.
        return _form(request, playground, row, column, error=exc)


def _is_fragment(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def _form(
    request: HttpRequest,
    playground: Playground,
    row: Row,
    column: Column,
    *,
    error: UserError | None = None,
) -> HttpResponse:
    present = row.cells.get(str(column.pk), "")
    context = {
        "playground": playground,
        "position": row.position,
        "column": column,
        "text": request.POST.get("text", "") if error else present,
        "was": _digest(present),
        "enter_saves": column.type not in _OF_LINES,
        "back": row_parts.back_query(request),
        "error": error,
        "rail": "narrow",
    }
    template = "playground/_cell_form.html" if _is_fragment(request) else "playground/cell.html"
    return render(request, template, context, status=error.status if error else 200)


def _stored_in_place(
    request: HttpRequest, playground: Playground, row: Row, column: Column
) -> HttpResponse:
    before, edited = _store(request, playground, row, column)
    context = row_parts.changed_row(request, playground, edited.position)
    if before is not None:
        context["words"] = f"Row {edited.position:,} edited."
        context["undo_token"] = token_of_edit(playground, edited, column.pk, before)
    return render(request, "playground/_edited.html", context)


def _stored(request: HttpRequest, playground: Playground, row: Row, column: Column) -> HttpResponse:
    before, edited = _store(request, playground, row, column)
    if before is not None:
        undoing.keep(request, playground, token_of_edit(playground, edited, column.pk, before))
        messages.success(request, f"Row {edited.position:,} edited.")
    return redirect(f"{row_parts.back(request, playground)}#r{edited.position}")


def _store(
    request: HttpRequest, playground: Playground, row: Row, column: Column
) -> tuple[str | None, Row]:
    """The text before, None when nothing has changed; and the row as it is now."""
    present = row.cells.get(str(column.pk), "")
    if request.POST.get("was") != _digest(present):
        raise NotReady(
            f"{column.name} of row {row.position:,} was changed meanwhile. "
            "Your text was not stored.",
            hint="Copy it, reload the page, and look at what is there now.",
        )
    text = typed(request.POST.get("text", ""), before=present)
    user = signed_in(request.user)
    edited = editing.edit_cell(playground, row.pk, column.pk, text, user, was=present)
    has_changed = edited.cells.get(str(column.pk), "") != present
    return (present if has_changed else None), edited


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
