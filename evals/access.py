"""The door to connections, setups and runs: finds them for this user, or answers 404."""

from django.contrib.auth.models import AnonymousUser
from django.http import Http404
from django.shortcuts import get_object_or_404

from accounts import access as accounts_access
from accounts.models import User
from evals.models import Connection, ConnectionModel, Run, SetupKpi, Variant
from playground.access import get_playground
from playground.models import Playground

Visitor = User | AnonymousUser


def get_connection(user: Visitor, connection_id: int) -> Connection:
    """A connection of one of the user's workspaces, or 404; so for that of imported answers."""
    workspaces = accounts_access.workspaces(user)
    connections = Connection.objects.exclude(kind=Connection.Kind.IMPORTED)
    return get_object_or_404(
        connections.prefetch_related("models"), pk=connection_id, workspace__in=workspaces
    )


def get_connection_model(user: Visitor, connection_id: int, model_pk: int) -> ConnectionModel:
    """A model in the list of a connection, or 404."""
    connection = get_connection(user, connection_id)
    return get_object_or_404(ConnectionModel, pk=model_pk, connection=connection)


def get_variant(user: Visitor, playground_id: int, variant_id: int) -> Variant:
    """A variant of a playground, or 404."""
    playground = get_playground(user, playground_id)
    return get_object_or_404(
        Variant.objects.select_related("connection", "playground", "answers_column"),
        pk=variant_id,
        playground=playground,
    )


def get_setup_kpi(user: Visitor, playground_id: int, kpi_id: int) -> SetupKpi:
    """A KPI chosen in a playground, or 404."""
    playground = get_playground(user, playground_id)
    return get_object_or_404(
        SetupKpi.objects.select_related("playground"), pk=kpi_id, playground=playground
    )


def get_run(user: Visitor, playground: Playground, number: int | None = None) -> Run:
    """The run of a playground with this number, else its newest; 404 when there is none."""
    get_playground(user, playground.pk)
    runs = Run.objects.filter(playground_id=playground.pk)
    run = runs.order_by("-number").first() if number is None else runs.filter(number=number).first()
    if run is None:
        raise Http404("No run of this number.")
    return run
