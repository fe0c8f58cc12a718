"""Rows added and taken away on the Data page."""

import re
from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from accounts.errors import Refused, UserError
from playground import access
from playground.domain.typed_text import typed
from playground.models import Column, Playground
from playground.services import editing
from playground.services.undo import token_of_deletion, token_of_new
from playground.views import row_parts, undoing

# What a database takes as an id.
_ROW_ID = re.compile(r"\d{1,18}", re.ASCII)


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def data_row_add(request: HttpRequest, playground_id: int) -> HttpResponse:
    """GET: the form of a new row, as a dialog for htmx. POST: add it."""
    playground = access.get_playground(request.user, playground_id)
    columns = list(playground.columns.all())
    if request.method != "POST":
        return _form(request, playground, columns, {})
    texts = {
        column.pk: typed(request.POST.get(f"c{column.pk}", ""), before="") for column in columns
    }
    try:
        row = editing.add_row(playground, texts)
    except UserError as exc:
        # What was typed must not get lost.
        return _form(request, playground, columns, texts, error=exc)
    undoing.keep(request, playground, token_of_new(playground, row))
    messages.success(request, f"Row {row.position:,} added.")
    url = reverse("data", args=[playground.pk])
    return redirect(f"{url}?before={row.position + 1}#r{row.position}")


def _form(
    request: HttpRequest,
    playground: Playground,
    columns: list[Column],
    texts: Mapping[int, str],
    *,
    error: UserError | None = None,
) -> HttpResponse:
    context = {
        "playground": playground,
        "fields": [(column, texts.get(column.pk, "")) for column in columns],
        "error": error,
        "rail": "narrow",
    }
    is_fragment = request.headers.get("HX-Request") == "true"
    template = "playground/row_add.html#form" if is_fragment else "playground/row_add.html"
    return render(request, template, context, status=error.status if error else 200)


@require_POST
@vary_on_headers("HX-Request")
def data_rows_delete(request: HttpRequest, playground_id: int) -> HttpResponse:
    """Ask whether the rows that are ticked shall go; with the field `sure`, delete them."""
    playground = access.get_playground(request.user, playground_id)
    row_ids = [int(text) for text in request.POST.getlist("row") if _ROW_ID.fullmatch(text)]
    if not row_ids:
        raise Refused("No row is selected.", hint="Tick the rows that shall go, then delete them.")
    if "sure" in request.POST:
        return _deleted(request, playground, row_ids)
    context = {
        "playground": playground,
        "row_ids": row_ids,
        "back": row_parts.back_query(request),
        "rail": "narrow",
    }
    is_fragment = request.headers.get("HX-Request") == "true"
    template = "playground/rows_delete.html#form" if is_fragment else "playground/rows_delete.html"
    return render(request, template, context)


def _deleted(request: HttpRequest, playground: Playground, row_ids: list[int]) -> HttpResponse:
    gone = editing.delete_rows(playground, row_ids)
    count = len(gone)
    undoing.keep(request, playground, token_of_deletion(playground, gone))
    messages.success(request, f"{count:,} row{'' if count == 1 else 's'} deleted.")
    return redirect(row_parts.back(request, playground))
