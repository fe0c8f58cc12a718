"""One cell: its form in place, or as a page without a script."""

import hashlib

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import push_url

from accounts.access import signed_in
from accounts.errors import NotReady, NotThere, UserError
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
        raise NotThere(
            "This column is not there any more.",
            hint="Copy your text if you need it, then reload the page.",
        )
    if request.method != "POST":
        present = _text(row_parts.row_at(playground, position), column)
        # The links are boosted, and the address of the page shall stay.
        return push_url(_form(request, playground, position, column, present), False)
    if _is_fragment(request):
        return _stored_in_place(request, playground, position, column)
    try:
        return _stored(request, playground, position, column)
    except UserError as exc:
        # What was typed must not get lost.
        row = row_parts.find_row(playground, position)
        present = _text(row, column) if row else ""
        return _form(request, playground, position, column, present, error=exc)


def _is_fragment(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def _form(
    request: HttpRequest,
    playground: Playground,
    position: int,
    column: Column,
    present: str,
    *,
    error: UserError | None = None,
) -> HttpResponse:
    context = {
        "playground": playground,
        "position": position,
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
    request: HttpRequest, playground: Playground, position: int, column: Column
) -> HttpResponse:
    before, edited = _store(request, playground, position, column)
    context = row_parts.changed_row(request, playground, edited.position)
    if before is not None:
        context["words"] = f"Row {edited.position:,} edited."
        context["undo_token"] = token_of_edit(playground, edited, column.pk, before)
    return render(request, "playground/_edited.html", context)


def _stored(
    request: HttpRequest, playground: Playground, position: int, column: Column
) -> HttpResponse:
    before, edited = _store(request, playground, position, column)
    if before is not None:
        undoing.keep(request, playground, token_of_edit(playground, edited, column.pk, before))
        messages.success(request, f"Row {edited.position:,} edited.")
    return redirect(f"{row_parts.back(request, playground)}#r{edited.position}")


def _store(
    request: HttpRequest, playground: Playground, position: int, column: Column
) -> tuple[str | None, Row]:
    """The text before, None when nothing has changed; and the row as it is now."""
    row = row_parts.find_row(playground, position)
    if row is None:
        raise NotThere(
            f"Row {position:,} was deleted meanwhile. Your text was not stored.",
            hint="Copy it if you need it, then reload the page.",
        )
    present = _text(row, column)
    if request.POST.get("was") != _digest(present):
        raise NotReady(
            f"{column.name} of row {row.position:,} was changed meanwhile. "
            "Your text was not stored.",
            hint="Copy it, reload the page, and look at what is there now.",
        )
    text = typed(request.POST.get("text", ""), before=present)
    user = signed_in(request.user)
    edited = editing.edit_cell(playground, row.pk, column.pk, text, user, was=present)
    has_changed = _text(edited, column) != present
    return (present if has_changed else None), edited


def _text(row: Row, column: Column) -> str:
    return str(row.cells.get(str(column.pk), ""))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
