"""What the Models page asks: does this connection work, and which models has it?

Not hot, so the openai SDK sends it, over our guarded transport. Both functions
block; they make their own event loop and are not for coroutines.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from evals.llm import embedded
from evals.llm.base import Completion, Endpoint, Message, Request
from evals.llm.chat_format import Dialect, completion_from, read_json
from evals.llm.errors import BadResponseError, ModelError, TimedOutError
from evals.llm.guarded_http import GuardedHttp, Reply
from evals.llm.guarded_httpx import GuardedTransport, exchange
from evals.llm.litellm_providers import THROUGH_HTTP, THROUGH_SDK
from evals.llm.openai_compatible import NO_KEY, chat_url, key_header
from evals.llm.openai_sdk import sdk_client
from evals.llm.pricing import chat_models
from evals.llm.registry import open_client

QUESTION = "Say hello in one short sentence."
FIRST_WORDS_CHARS = 120
ANSWER_TOKENS = 60
TIMEOUT_S = 30.0
SIMULATED = "simulated"

Call = Callable[[Any], Awaitable[object]]


@dataclass(frozen=True, kw_only=True, slots=True)
class ProbeResult:
    """What a test call found: the first words, or what is wrong and what to do about it."""

    ok: bool
    latency_ms: float | None = None
    first_words: str = ""
    error: str = ""
    hint: str = ""
    kind: str = ""


def test(
    endpoint: Endpoint,
    model: str,
    *,
    timeout_s: float = TIMEOUT_S,  # noqa: PT028 - tests a connection, is none of pytest's
) -> ProbeResult:
    """Ask `model` for a greeting. Never raises for what a provider may do."""
    request = Request(
        model=model, messages=(Message(role="user", content=QUESTION),), max_tokens=ANSWER_TOKENS
    )
    ask = _ask_by_sdk if endpoint.kind == "openai" else _ask_by_client
    try:
        completion = asyncio.run(ask(endpoint, request, timeout_s))
    except ModelError as error:
        return ProbeResult(ok=False, error=error.message, hint=error.hint, kind=error.kind)
    words = " ".join(completion.text.split())[:FIRST_WORDS_CHARS]
    return ProbeResult(ok=True, latency_ms=completion.latency_ms, first_words=words)


def list_models(endpoint: Endpoint, *, timeout_s: float = TIMEOUT_S) -> list[str]:
    """The ids of the endpoint's models, sorted; of litellm's those in its price list.

    Raises ModelError when the provider cannot be asked.
    """
    if endpoint.kind == "embedded":
        return [embedded.MODEL_ID]
    if endpoint.kind == "simulated":
        return [SIMULATED]
    if endpoint.kind == "litellm":
        return chat_models(THROUGH_HTTP | THROUGH_SDK)
    return asyncio.run(_models_by_sdk(endpoint, timeout_s))


async def _ask_by_client(endpoint: Endpoint, request: Request, timeout_s: float) -> Completion:
    client = open_client(endpoint)
    try:
        return await client.ask(request, timeout_s=timeout_s)
    finally:
        await client.close()


async def _ask_by_sdk(endpoint: Endpoint, request: Request, timeout_s: float) -> Completion:
    async def send(parameters: dict[str, object]) -> Completion:
        reply = await _by_sdk(
            endpoint, timeout_s, lambda sdk: sdk.chat.completions.create(**parameters)
        )
        return completion_from(reply, (endpoint.api_key,))

    return await Dialect().adapt(request, send)


async def _models_by_sdk(endpoint: Endpoint, timeout_s: float) -> list[str]:
    reply = await _by_sdk(endpoint, timeout_s, lambda sdk: sdk.models.list())
    content = read_json(reply, (endpoint.api_key,))
    models = content.get("data") if isinstance(content, dict) else None
    if not isinstance(models, list):
        raise BadResponseError("The answer is JSON, but not a list of models.")
    ids = (model.get("id") for model in models if isinstance(model, dict))
    return sorted({name for name in ids if isinstance(name, str) and name})


async def _by_sdk(endpoint: Endpoint, timeout_s: float, call: Call) -> Reply:
    """The reply to what `call` makes the SDK send; we read it ourselves, more strictly."""
    key_header(endpoint.api_key)
    base_url = chat_url(endpoint.base_url).removesuffix("/chat/completions")
    http = GuardedHttp(allowed_hosts=endpoint.allowed_hosts, secrets=(endpoint.api_key,))
    sdk = sdk_client(GuardedTransport(http), base_url, endpoint.api_key or NO_KEY)
    try:
        with exchange(timeout_s) as noted:
            await asyncio.wait_for(call(sdk), timeout_s)
    except TimeoutError:
        raise noted.error or TimedOutError.after(timeout_s) from None
    except Exception as exc:  # noqa: BLE001 - the SDK raises errors of many classes
        if noted.error is not None:
            # Without the cause: the SDK's texts may hold the key, and tracebacks show them.
            raise noted.error from None
        if noted.reply is None:
            raise BadResponseError(f"The request was not sent ({type(exc).__name__}).") from None
    finally:
        await http.close()
    if noted.reply is None:
        raise BadResponseError("The request was not sent.")
    return noted.reply
