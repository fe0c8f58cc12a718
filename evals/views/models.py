"""The Models page: connections, their tests, and the models and prices of each."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import access as accounts_access
from accounts.errors import Refused
from evals import access
from evals.forms.connection_presets import PRESETS, Preset
from evals.forms.connections import ConnectionForm, PriceForm, initial_of
from evals.models import Connection, ConnectionModel
from evals.queries import connection_cards
from evals.services import connections


@require_safe
def models(request: HttpRequest) -> HttpResponse:
    """One card per connection."""
    workspace = accounts_access.get_workspace(request.user)
    return render(request, "evals/models.html", {"cards": connection_cards.cards(workspace)})


@require_http_methods(["GET", "HEAD", "POST"])
def connection_add(request: HttpRequest) -> HttpResponse:
    """Choose a kind, fill in its form."""
    workspace = accounts_access.get_workspace(request.user)
    preset = _preset(request.GET.get("preset", PRESETS[0].key))
    initial = {"name": preset.title, **preset.initial}
    form = ConnectionForm(request.POST or None, kind=preset.kind, initial=initial)
    context = {"section": "models", "form": form, "presets": PRESETS, "preset": preset}
    if not form.is_valid():
        return _form_page(request, form, context)
    try:
        connection = connections.create(workspace=workspace, draft=form.draft())
    except Refused as exc:
        form.add_error(None, f"{exc.message} {exc.hint}")
        return _form_page(request, form, context)
    for model_id in form.wanted_models():
        connections.add_model(connection=connection, model_id=model_id)
    if not connection.models.exists():
        messages.success(request, f"{connection.name} is stored. Choose its models now.")
        return redirect("connection-edit", connection.pk)
    messages.success(request, f"{connection.name} is stored. Press Test to try it.")
    return redirect("models")


@require_http_methods(["GET", "HEAD", "POST"])
def connection_edit(request: HttpRequest, connection_id: int) -> HttpResponse:
    """Change a connection; below it, its models and their prices."""
    connection = access.get_connection(request.user, connection_id)
    form = _form_of(connection, request.POST or None)
    context = _stored(connection, form)
    if not form.is_valid():
        return _form_page(request, form, context)
    try:
        key_removed = connections.update(connection=connection, draft=form.draft())
    except Refused as exc:
        form.add_error(None, f"{exc.message} {exc.hint}")
        return _form_page(request, form, context)
    if key_removed and not form.cleaned_data.get("remove_key"):
        messages.warning(
            request,
            f"The address of {connection.name} changed, so its key was removed. "
            "Enter the key for the new address.",
        )
        return redirect("connection-edit", connection.pk)
    messages.success(request, f"{connection.name} is stored.")
    return redirect("models")


@require_POST
def connection_test(request: HttpRequest, connection_id: int) -> HttpResponse:
    """Ask the connection's first model, or the named one, for a few words."""
    connection = access.get_connection(request.user, connection_id)
    connections.check(connection=connection, model_id=request.POST.get("model_id", ""))
    if request.headers.get("HX-Request") == "true":
        context = {"card": connection_cards.card(connection)}
        return render(request, "evals/models.html#connection", context)
    return redirect("models")


@require_POST
def connection_delete(request: HttpRequest, connection_id: int) -> HttpResponse:
    """Remove a connection that no variant uses."""
    connection = access.get_connection(request.user, connection_id)
    connections.delete(connection=connection)
    messages.success(request, f"{connection.name} is deleted.")
    return redirect("models")


@require_http_methods(["GET", "HEAD", "POST"])
def connection_models(request: HttpRequest, connection_id: int) -> HttpResponse:
    """GET: the models that the server lists. POST: put some on the connection's list."""
    connection = access.get_connection(request.user, connection_id)
    if request.method == "POST":
        for model_id in request.POST.getlist("model_id")[:50]:
            connections.add_model(connection=connection, model_id=model_id)
        return redirect("connection-edit", connection.pk)
    known = {model.model_id for model in connection.models.all()}
    offered = [name for name in connections.offered_models(connection) if name not in known]
    listed = {"offered": offered, "listed": True}
    if request.headers.get("HX-Request") == "true":
        context = {"connection": connection, **listed}
        return render(request, "evals/models_edit.html#offered", context)
    form = _form_of(connection)
    return _form_page(request, form, {**_stored(connection, form), **listed})


@require_POST
def connection_price(request: HttpRequest, connection_id: int, model_pk: int) -> HttpResponse:
    """Set the prices of a model, or take it off the list."""
    model = access.get_connection_model(request.user, connection_id, model_pk)
    if "remove" in request.POST:
        connections.remove_model(connection=model.connection, model_id=model.model_id)
        return redirect("connection-edit", connection_id)
    form = PriceForm(request.POST)
    if not form.is_valid():
        return _refused_price(request, model, form)
    connections.set_price(model=model, **form.cleaned_data)
    messages.success(request, f"The price of {model.model_id} is stored.")
    return redirect("connection-edit", connection_id)


def _refused_price(request: HttpRequest, model: ConnectionModel, form: PriceForm) -> HttpResponse:
    """The page of the connection with what was typed, so that it can be corrected."""
    context = _stored(model.connection, _form_of(model.connection))
    typed = {"input_value": form["input_per_1m"], "output_value": form["output_per_1m"]}
    words = {name: field.value() or "" for name, field in typed.items()}
    context["card"] = connection_cards.with_typed(context["card"], model.pk, **words)
    messages.error(
        request,
        f"The price of {model.model_id} is not a number from 0 up. "
        "Enter US dollars for a million tokens, or leave it empty if it is unknown.",
    )
    return render(request, "evals/models_edit.html", context, status=422)


def _form_of(connection: Connection, posted: QueryDict | None = None) -> ConnectionForm:
    return ConnectionForm(
        posted, kind=connection.kind, connection=connection, initial=initial_of(connection)
    )


def _stored(connection: Connection, form: ConnectionForm) -> dict[str, Any]:
    """What the page of a stored connection shows."""
    return {
        "section": "models",
        "form": form,
        "card": connection_cards.card(connection),
        "connection": connection,
    }


def _form_page(request: HttpRequest, form: ConnectionForm, context: dict[str, Any]) -> HttpResponse:
    form.say_key_is_gone()
    is_add = "preset" in context
    template = "evals/models_add.html" if is_add else "evals/models_edit.html"
    return render(request, template, context, status=422 if form.is_bound else 200)


def _preset(key: str) -> Preset:
    preset = next((preset for preset in PRESETS if preset.key == key), None)
    if preset is None:
        raise Http404("No such kind of connection.")
    return preset
