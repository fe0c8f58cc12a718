"""What a user can do with connections: make, change, test and remove them, and set prices."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import get_args

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from accounts.errors import NotReady, Refused
from accounts.models import Workspace
from evals.engine import connection_states
from evals.llm import embedded, pricing, probe
from evals.llm.base import Endpoint, Kind
from evals.llm.errors import ModelError
from evals.llm.pricing import Price
from evals.models import Connection, ConnectionModel
from evals.services import addresses, encryption

LONGEST_MODEL_ID = 200
EMBEDDED_NAME = "Embedded model"
IMPORTED_NAME = "Imported answers"
# Two slots keep two cores busy; more only make each answer slower.
EMBEDDED_CONCURRENCY = 2
FREE_KINDS = frozenset({Connection.Kind.EMBEDDED, Connection.Kind.SIMULATED})
FREE = Decimal(0)
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, kw_only=True)
class ConnectionDraft:
    """What a person fills in. `key` None keeps the stored key, "" removes it."""

    name: str
    kind: str
    base_url: str = ""
    key: str | None = field(default=None, repr=False)
    allow_private: bool = False
    options: Mapping[str, object] = field(default_factory=dict)
    concurrency: int = 8
    requests_per_minute: int | None = None
    timeout_s: int = 120


def create(*, workspace: Workspace, draft: ConnectionDraft) -> Connection:
    """A stored connection; its key is encrypted and only its last four characters stay readable.

    Raises Refused for an address that may not be used and for a name that is taken.
    """
    connection = Connection(workspace=workspace, kind=draft.kind)
    _fill(connection, draft)
    with transaction.atomic():
        _save(connection)
        if draft.key:
            set_key(connection=connection, key=draft.key)
        if draft.kind == Connection.Kind.EMBEDDED:
            add_model(connection=connection, model_id=embedded.MODEL_ID)
    return connection


def update(*, connection: Connection, draft: ConnectionDraft) -> bool:
    """Change a connection; True when that removed its key. A pause of its calls ends.

    Another address removes the key, so that a key is never sent to a place it was not entered
    for; a key given in the same draft is stored for the new address. The kind stays.

    Raises Refused like `create`.
    """
    had_key = bool(connection.encrypted_key)
    moved = connection.base_url != draft.base_url.strip()
    _fill(connection, draft)
    if moved:
        connection.tested_at = connection.test_ok = connection.test_latency_ms = None
        connection.test_words = ""
    with transaction.atomic():
        _save(connection)
        if draft.key is not None or moved:
            set_key(connection=connection, key=draft.key or "")
        if moved:
            connection_states.forget_call_ms(connection.pk)
        # The pause was asked of another key or address, or is what the change shall end.
        connection_states.resume(connection.pk)
    return had_key and not connection.encrypted_key


@transaction.atomic
def delete(*, connection: Connection) -> None:
    """Remove a connection with its key and models.

    Raises NotReady while variants use it.
    """
    try:
        connection.delete()
    except ProtectedError as exc:
        names = connection.variants.order_by("playground_id", "position").values_list(
            "playground__name", "name"
        )
        used_in = ", ".join(f"{variant} in {playground}" for playground, variant in names[:3])
        raise NotReady(
            f"{connection.name} is used by {used_in}.",
            hint="Give these variants another connection first, then delete it.",
        ) from exc


def set_key(*, connection: Connection, key: str) -> None:
    """Store `key` encrypted in place of the old one; "" removes it."""
    key = key.strip()
    connection.encrypted_key = encryption.seal(key, pk=connection.pk) if key else ""
    # Of a short key four characters would be most of it.
    connection.key_last4 = key[-4:] if len(key) >= 12 else ""
    connection.key_added_at = timezone.now() if key else None
    connection.save(update_fields=["encrypted_key", "key_last4", "key_added_at"])


def endpoint_of(connection: Connection) -> Endpoint:
    """What a client needs to reach the models of `connection`, with the key in plain text.

    A private address that was allowed on the page counts only while the server listens on
    loopback.

    Raises NotReady when the stored key cannot be read.
    """
    options = dict(connection.options)
    if connection.kind == Connection.Kind.EMBEDDED:
        options["data_dir"] = str(settings.DATA_DIR)
    return Endpoint(
        kind=_kind(connection),
        base_url=connection.base_url,
        api_key=encryption.unseal(connection.encrypted_key, pk=connection.pk),
        allowed_hosts=frozenset(addresses.allowed_hosts(connection.allowed_host)),
        options=options,
    )


def check(*, connection: Connection, model_id: str = "") -> probe.ProbeResult:
    """Ask a model of `connection` for a few words, and keep how that went.

    `model_id` defaults to the connection's first model. An answer ends a pause of its calls.

    Raises NotReady when the connection has no model, or its key cannot be read.
    """
    first = connection.models.first()
    model = model_id or (first.model_id if first else "")
    if not model:
        raise NotReady(
            f"{connection.name} has no model to ask.", hint="Add a model first, then test."
        )
    result = probe.test(endpoint_of(connection), model)
    Connection.objects.filter(pk=connection.pk).update(
        tested_at=timezone.now(),
        test_ok=result.ok,
        test_words=result.first_words if result.ok else f"{result.error} {result.hint}".strip(),
        test_latency_ms=result.latency_ms,
    )
    if result.ok:
        connection_states.resume(connection.pk)
    connection.refresh_from_db()
    return result


def offered_models(connection: Connection) -> list[str]:
    """The model ids that the server of `connection` lists.

    Raises NotReady with the reason when it lists none.
    """
    try:
        return sorted(probe.list_models(endpoint_of(connection)))
    except ModelError as exc:
        raise NotReady(exc.message, hint=exc.hint) from exc


def add_model(*, connection: Connection, model_id: str) -> ConnectionModel:
    """The model of `connection` with this id, made with the price that is known for it.

    Raises Refused for an empty name and for one that is too long.
    """
    model_id = model_id.strip()
    if not 0 < len(model_id) <= LONGEST_MODEL_ID:
        raise Refused(
            f"The model's name has {len(model_id)} characters.",
            hint=f"Enter it as the provider writes it, with 1 to {LONGEST_MODEL_ID} characters.",
        )
    price = _known_price(connection, model_id)
    model, _is_new = ConnectionModel.objects.get_or_create(
        connection=connection,
        model_id=model_id,
        defaults={
            "input_per_1m": price.input_per_1m,
            "output_per_1m": price.output_per_1m,
            "context_length": price.context_length,
        },
    )
    return model


def wrong_model(*, connection: Connection, model_id: str) -> str:
    """Why answers of `connection` must not stand under this model's name; "" when they may.

    The embedded and the simulated model answer whatever they are called, so only listed names are
    theirs. A server may know models that nobody listed yet, but not those of another connection.
    """
    own = list(connection.models.values_list("model_id", flat=True))
    if model_id in own:
        return ""
    if connection.kind in FREE_KINDS:
        has = f"It lists {', '.join(own[:5])}." if own else "It lists none: add one on Models."
        return f"{connection.name} has no model “{model_id}”. {has}"
    other = Connection.objects.filter(
        workspace=connection.workspace_id, models__model_id=model_id
    ).first()
    if other is None:
        return ""
    return (
        f"“{model_id}” is a model of {other.name}, not of {connection.name}. "
        f"Choose another, or add it to {connection.name} on Models."
    )


def remove_model(*, connection: Connection, model_id: str) -> None:
    """Take a model off the connection's list. Variants that name it keep their setup."""
    ConnectionModel.objects.filter(connection=connection, model_id=model_id).delete()


def set_price(
    *, model: ConnectionModel, input_per_1m: Decimal | None, output_per_1m: Decimal | None
) -> None:
    """Set the prices in US dollars for a million tokens. None is unknown, which is not free.

    Earlier runs keep the prices they were frozen with.
    """
    ConnectionModel.objects.filter(pk=model.pk).update(
        input_per_1m=input_per_1m, output_per_1m=output_per_1m, price_edited=True
    )


def price_of(connection: Connection, model_id: str) -> Price:
    """The price of a model: as stored with the connection, else as the price list knows it.

    Unknown parts are None. The embedded and the simulated model are free, that is, 0.
    """
    stored = next((m for m in connection.models.all() if m.model_id == model_id), None)
    if stored is None:
        return _known_price(connection, model_id)
    return Price(
        input_per_1m=stored.input_per_1m,
        output_per_1m=stored.output_per_1m,
        context_length=stored.context_length,
    )


@transaction.atomic
def ensure_embedded(workspace: Workspace) -> Connection:
    """The workspace's connection to the embedded model, made when it is not there."""
    kind = Connection.Kind.EMBEDDED
    connection = Connection.objects.filter(workspace=workspace, kind=kind).first()
    if connection is None:
        draft = ConnectionDraft(
            name=_free_name(workspace, EMBEDDED_NAME), kind=kind, concurrency=EMBEDDED_CONCURRENCY
        )
        connection = create(workspace=workspace, draft=draft)
    return connection


def suggested(workspace: Workspace) -> Connection:
    """The newest connection that a person made and that names a model, else the embedded one."""
    own = Connection.objects.filter(
        workspace=workspace,
        kind__in=[Connection.Kind.OPENAI, Connection.Kind.LITELLM],
        models__isnull=False,
    )
    return own.order_by("-id").first() or ensure_embedded(workspace)


def ensure_imported(workspace: Workspace) -> Connection:
    """What variants with imported answers name in place of a connection, made on first need.

    It reaches no model, so no page lists it.
    """
    kind = Connection.Kind.IMPORTED
    connection, _is_new = Connection.objects.get_or_create(
        workspace=workspace, kind=kind, defaults={"name": _free_name(workspace, IMPORTED_NAME)}
    )
    return connection


def _fill(connection: Connection, draft: ConnectionDraft) -> None:
    """Take over the draft. Outside of any transaction: the guard may wait for a name server."""
    connection.name = draft.name.strip()
    connection.base_url = draft.base_url.strip()
    connection.allowed_host = addresses.vetted(
        connection.base_url, allow_private=draft.allow_private
    )
    connection.options = dict(draft.options)
    connection.concurrency = draft.concurrency
    connection.requests_per_minute = draft.requests_per_minute
    connection.timeout_s = draft.timeout_s


def _save(connection: Connection) -> None:
    try:
        # Its own savepoint: after a refused name the surrounding transaction must go on.
        with transaction.atomic():
            connection.save()
    except IntegrityError as exc:
        raise Refused(
            f"A connection named {connection.name!r} is already there.", hint="Choose another name."
        ) from exc


def _known_price(connection: Connection, model_id: str) -> Price:
    if connection.kind in FREE_KINDS:
        return Price(input_per_1m=FREE, output_per_1m=FREE)
    if connection.kind == Connection.Kind.IMPORTED:
        # Somebody paid for these answers, or nobody did.
        return Price()
    is_address = connection.kind == Connection.Kind.OPENAI
    if is_address and addresses.is_own_server(connection.base_url, connection.allowed_host):
        # Its name may be that of a provider's model, its cost is not.
        return Price()
    return pricing.price(model_id)


def _free_name(workspace: Workspace, wanted: str) -> str:
    taken = set(Connection.objects.filter(workspace=workspace).values_list("name", flat=True))
    names = (wanted if n == 1 else f"{wanted} {n}" for n in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)


def _kind(connection: Connection) -> Kind:
    return next(kind for kind in KINDS if kind == connection.kind)
