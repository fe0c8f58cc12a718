"""How to reach a connection's models, read once for each pool; a fault is told in words."""

from dataclasses import dataclass

from accounts.errors import UserError
from evals.llm.base import Endpoint
from evals.models import Connection
from evals.services import connections

DEFAULT_CONCURRENCY = 8
DEFAULT_TIMEOUT_S = 120


@dataclass(frozen=True, kw_only=True)
class Reach:
    """An endpoint with its limits; without an endpoint, `problem` says why in words.

    Imported answers have neither: there is nothing to reach.
    """

    connection_id: int
    endpoint: Endpoint | None = None
    problem: str = ""
    concurrency: int = DEFAULT_CONCURRENCY
    requests_per_minute: int | None = None
    timeout_s: int = DEFAULT_TIMEOUT_S


def reach(connection_id: int) -> Reach:
    """What the pools of a connection need. Never raises for a connection that is gone or locked."""
    connection = Connection.objects.filter(id=connection_id).first()
    if connection is None:
        return Reach(
            connection_id=connection_id,
            problem="The connection was deleted. Give the variant another one, then run again.",
        )
    if connection.kind == Connection.Kind.IMPORTED:
        return Reach(connection_id=connection_id)
    try:
        endpoint = connections.endpoint_of(connection)
    except UserError as error:
        return Reach(connection_id=connection_id, problem=f"{error.message} {error.hint}".strip())
    return Reach(
        connection_id=connection_id,
        endpoint=endpoint,
        concurrency=max(1, connection.concurrency),
        requests_per_minute=connection.requests_per_minute,
        timeout_s=max(1, connection.timeout_s),
    )
