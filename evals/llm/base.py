"""The contract between Evalground and a model: one request, one try, one record."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, Protocol

Kind = Literal["embedded", "openai", "litellm", "simulated"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """One turn of a conversation; `role` is system, user or assistant."""

    role: str
    content: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What is asked of a model. None leaves the choice to the provider."""

    model: str
    messages: tuple[Message, ...]
    temperature: float | None = None
    max_tokens: int | None = None
    seed: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Completion:
    """What a model answered.

    `text` may be empty (the model said nothing); it never holds NUL or lone
    surrogates, so every database takes it. Tokens and `cost_usd` are None when
    unknown, never 0. `latency_ms` is measured around the call only.
    """

    text: str
    tokens_in: int | None
    tokens_out: int | None
    latency_ms: float
    finish_reason: str | None
    cost_usd: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """How to reach the models of one connection.

    `allowed_hosts` are the exact "host:port" entries on private or loopback
    addresses which this endpoint may use. `options` depend on the kind; see the
    client's module.
    """

    kind: Kind
    base_url: str = ""
    api_key: str = field(default="", repr=False)
    allowed_hosts: frozenset[str] = frozenset()
    options: Mapping[str, object] = field(default_factory=dict)


class Client(Protocol):
    """An open way to the models of one endpoint, bound to one event loop."""

    async def ask(self, request: Request, *, timeout_s: float) -> Completion:
        """Make exactly one try and return the model's answer.

        The answer or the error is there within `timeout_s` seconds.

        Raises a subclass of `evals.llm.errors.ModelError`, and nothing else but
        asyncio.CancelledError.
        """
        ...

    async def close(self) -> None:
        """Give back connections and files. May be called twice."""
        ...
