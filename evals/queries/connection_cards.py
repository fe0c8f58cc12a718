"""What the cards of the Models page show. Never a key: its last four characters at most."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import Workspace
from evals.domain import rendering
from evals.models import Connection, ConnectionModel

EMBEDDED_WORDS = (
    "SmolLM2-135M-Instruct, runs on this machine, follows a context it is given, "
    "knows little by itself."
)
SIMULATED_WORDS = "No model: answers are invented, for trying out large runs."
UNKNOWN = "unknown"
FREE = "free"
NO_KEY_KINDS = frozenset({Connection.Kind.EMBEDDED, Connection.Kind.SIMULATED})


@dataclass(frozen=True, kw_only=True)
class ModelLine:
    """A model of a connection with its prices for a million tokens, in words and as typed."""

    pk: int
    model_id: str
    price_in: str
    price_out: str
    context: str
    input_value: str
    output_value: str
    is_edited: bool


@dataclass(frozen=True, kw_only=True)
class ConnectionCard:
    """A connection as its card shows it. `about` says what the two special kinds are.

    `test` is "pass", "fail" or "" (not tested); `test_word` stands beside its mark and
    `test_detail` below.
    """

    pk: int
    name: str
    kind: str
    address: str
    key: str
    limits: str
    about: str
    test: str
    test_word: str
    test_detail: str
    models: tuple[ModelLine, ...]

    @property
    def delete_id(self) -> str:
        """The id of the dialog that asks before deleting."""
        return f"delete-{self.pk}"

    @property
    def delete_title(self) -> str:
        """What that dialog asks."""
        return f"Delete {self.name}?"


def cards(workspace: Workspace) -> list[ConnectionCard]:
    """The cards of the connections that reach models, in the order they were made. Two queries."""
    connections = Connection.objects.filter(workspace=workspace)
    reaching = connections.exclude(kind=Connection.Kind.IMPORTED).prefetch_related("models")
    return [card(connection) for connection in reaching]


def card(connection: Connection) -> ConnectionCard:
    """The card of one connection, whose models are best prefetched."""
    return ConnectionCard(
        pk=connection.pk,
        name=connection.name,
        kind=connection.kind,
        address=_address(connection),
        key=_key(connection),
        limits=_limits(connection),
        about=_about(connection),
        test="" if connection.test_ok is None else ("pass" if connection.test_ok else "fail"),
        test_word=_test_word(connection),
        test_detail=connection.test_words,
        models=tuple(_lines(connection.models.all())),
    )


def with_typed(
    card: ConnectionCard, model_pk: int, *, input_value: str, output_value: str
) -> ConnectionCard:
    """`card` with the prices of one model as somebody typed them, not as they are stored."""
    return replace(
        card,
        models=tuple(
            replace(line, input_value=input_value, output_value=output_value)
            if line.pk == model_pk
            else line
            for line in card.models
        ),
    )


def _lines(models: Iterable[ConnectionModel]) -> Iterable[ModelLine]:
    for model in models:
        is_free = model.connection.kind in NO_KEY_KINDS
        yield ModelLine(
            pk=model.pk,
            model_id=model.model_id,
            price_in=price_words(model.input_per_1m, is_free=is_free),
            price_out=price_words(model.output_per_1m, is_free=is_free),
            context=context_words(model.context_length),
            input_value=_plain(model.input_per_1m),
            output_value=_plain(model.output_per_1m),
            is_edited=model.price_edited,
        )


def price_words(price: Decimal | None, *, is_free: bool = False) -> str:
    """A price in words: "$0.40", "free" for the kinds that cost nothing, "unknown"."""
    if price is None:
        return UNKNOWN
    return FREE if is_free and price == 0 else rendering.money(price)


def context_words(tokens: int | None) -> str:
    """A context length as people write it: "32k", "1M"; "–" when unknown."""
    if tokens is None:
        return rendering.NOTHING
    if tokens >= 1_000_000:
        return f"{tokens / 1_000_000:.1f}".removesuffix(".0") + "M"
    return f"{tokens / 1_000:.0f}k" if tokens >= 1_000 else str(tokens)


def _plain(price: Decimal | None) -> str:
    return "" if price is None else f"{price.normalize():f}"


def _address(connection: Connection) -> str:
    if connection.base_url:
        return connection.base_url
    if connection.kind == Connection.Kind.LITELLM:
        return "The provider’s own"
    return "This machine"


def _key(connection: Connection) -> str:
    if connection.kind in NO_KEY_KINDS:
        return "No key needed"
    if not connection.encrypted_key:
        return "No key stored"
    added = date_format(connection.key_added_at, "j M") if connection.key_added_at else ""
    return f"…{connection.key_last4}, added {added}" if connection.key_last4 else f"Added {added}"


def _limits(connection: Connection) -> str:
    per_minute = connection.requests_per_minute
    a_minute = "no limit" if per_minute is None else f"{rendering.count(per_minute)} a minute"
    return f"{connection.concurrency} at a time, {a_minute}"


def _about(connection: Connection) -> str:
    return {
        Connection.Kind.EMBEDDED.value: EMBEDDED_WORDS,
        Connection.Kind.SIMULATED.value: SIMULATED_WORDS,
    }.get(connection.kind, "")


def _test_word(connection: Connection) -> str:
    if connection.test_ok is None or connection.tested_at is None:
        return ""
    if connection.test_ok:
        return f"Answered in {rendering.latency(connection.test_latency_ms)}"
    when = timezone.localtime(connection.tested_at)
    is_today = when.date() == timezone.localdate()
    return f"Failed {'today' if is_today else date_format(when, 'j M')} {when:%H:%M}"
