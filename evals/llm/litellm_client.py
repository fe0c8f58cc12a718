"""The client for providers that do not speak OpenAI's API: through litellm, under our guard.

litellm is imported on first use (3 to 6 seconds), makes one try, and sends through
our transport only; see `litellm_providers` for which providers allow that.
Options: none. `Request.model` is litellm's id, such as anthropic/claude-sonnet-4-5.
"""

import asyncio
import logging
import os
import re
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from evals.llm.base import Completion, Endpoint, Request
from evals.llm.chat_format import Dialect, clean
from evals.llm.errors import AuthError, BadRequestError, BadResponseError, ModelError, TimedOutError
from evals.llm.guarded_http import GuardedHttp
from evals.llm.guarded_httpx import Exchange, GuardedTransport, exchange
from evals.llm.litellm_providers import INSTEAD, THROUGH_HTTP, THROUGH_SDK
from evals.llm.openai_compatible import NO_KEY, key_header
from evals.llm.openai_sdk import sdk_client
from evals.llm.redaction import excerpt

OPENAI = "https://api.openai.com/v1"
PREFIX = re.compile(r"^(?:litellm\.)?\w*(?:Error|Exception|Provider)(?:: | - )")


class LitellmClient:
    """Asks the models of one provider, or of one base URL, through litellm."""

    def __init__(self, endpoint: Endpoint) -> None:
        """Raises BadRequestError for an unusable key."""
        key_header(endpoint.api_key)
        self._key = endpoint.api_key or NO_KEY
        self._base_url = endpoint.base_url or None
        self._http = GuardedHttp(allowed_hosts=endpoint.allowed_hosts, secrets=(endpoint.api_key,))
        self._transport = GuardedTransport(self._http)
        self._dialect = Dialect()
        self._clients: dict[str, object] = {}

    async def ask(self, request: Request, *, timeout_s: float) -> Completion:
        """One try; see `evals.llm.base.Client.ask`. The first import is not in `timeout_s`."""
        litellm = await asyncio.to_thread(load_litellm)
        client = self._client_for(litellm, request.model)
        with exchange(timeout_s) as noted:
            return await self._dialect.adapt(
                request, lambda sent: self._send(litellm, client, sent, timeout_s, noted)
            )

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()

    def _client_for(self, litellm: ModuleType, model: str) -> object:
        provider, base_url = self._provider(litellm, model)
        if provider not in self._clients:
            url = self._base_url or base_url or OPENAI
            self._clients[provider] = (
                http_client(self._transport)
                if provider in THROUGH_HTTP
                else sdk_client(self._transport, url, self._key)
            )
        return self._clients[provider]

    def _provider(self, litellm: ModuleType, model: str) -> tuple[str, str | None]:
        """The provider of `model` and its base URL; raises BadRequestError for one we refuse."""
        try:
            _, provider, _, base_url = litellm.get_llm_provider(
                model=model, api_base=self._base_url, api_key=self._key
            )
        except Exception as exc:  # noqa: BLE001 - litellm's errors of any class end here
            logging.getLogger(__name__).info("litellm knows no provider: %s", type(exc).__name__)
            raise BadRequestError(
                f"litellm knows no provider for the model {model!r}.",
                hint="Write provider/model, such as anthropic/claude-sonnet-4-5.",
            ) from None
        if provider not in THROUGH_HTTP | THROUGH_SDK:
            raise BadRequestError(
                f"The provider {provider!r} cannot be used through litellm here: "
                "its code does not keep to the address guard.",
                hint=f"Add it as OpenAI-compatible URL instead: {INSTEAD[provider]}"
                if provider in INSTEAD
                else "If it offers an OpenAI-compatible address, add that as a connection.",
            )
        return provider, base_url

    async def _send(
        self,
        litellm: ModuleType,
        client: object,
        sent: dict[str, object],
        timeout_s: float,
        noted: Exchange,
    ) -> Completion:
        call = litellm.acompletion(
            **sent,
            api_key=self._key,
            api_base=self._base_url,
            client=client,
            timeout=timeout_s,
            max_retries=0,
            num_retries=0,
            drop_params=True,
        )
        try:
            response = await asyncio.wait_for(call, timeout_s)
            return _completion(response, noted)
        except Exception as exc:  # noqa: BLE001 - litellm raises errors of any class
            # Without the cause: litellm's texts may hold the key, and tracebacks show them.
            raise _error(exc, noted, self._http.secrets, timeout_s) from None


@cache
def load_litellm() -> Any:
    """litellm, imported so that it fetches nothing, reports nothing and logs nothing."""
    # The one place outside of config/ that touches the environment, and it reads nothing of it:
    # litellm takes these two from there only, while it is imported. Prices come from its own file
    # and not from the network, and no .env of a working folder is read. They stand here, not in
    # the settings, so that whoever imports litellm has them, with Django or without.
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    os.environ["LITELLM_MODE"] = "PRODUCTION"
    litellm: Any = import_module("litellm")
    litellm.telemetry = False
    litellm.suppress_debug_info = True
    litellm.disable_hf_tokenizer_download = True
    for name in ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy", "openai._base_client", "httpx"):
        # They log requests with prompts; what went wrong comes out as our error.
        logging.getLogger(name).disabled = True
    return litellm


def http_client(transport: GuardedTransport) -> object:
    """The client that litellm's own HTTP code takes; address and key come with each call."""
    handler = import_module("litellm.llms.custom_httpx.http_handler").AsyncHTTPHandler
    return handler(transport=transport, follow_redirects=False, timeout=None)


def _completion(response: Any, noted: Exchange) -> Completion:
    choice, reply = response.choices[0], noted.reply
    usage = getattr(response, "usage", None)
    if reply is None:
        raise LookupError("an answer without a request")
    return Completion(
        text=clean(choice.message.content or ""),
        tokens_in=getattr(usage, "prompt_tokens", None),
        tokens_out=getattr(usage, "completion_tokens", None),
        latency_ms=reply.latency_ms,
        finish_reason=choice.finish_reason,
    )


def _error(
    exc: Exception, noted: Exchange, secrets: tuple[str, ...], timeout_s: float
) -> ModelError:
    if noted.error is not None:
        return noted.error
    if isinstance(exc, TimeoutError):
        return TimedOutError.after(timeout_s)
    if noted.reply is not None:
        return BadResponseError(
            "The provider answered, but not in the form that litellm expects of it.",
            billed_maybe=True,
        )
    said = excerpt(PREFIX.sub("", str(exc).split("\nTraceback")[0]), secrets)
    if getattr(exc, "status_code", None) == 401:
        return AuthError(f"litellm cannot use the key: {said}")
    return BadRequestError(f"litellm refuses the request: {said}")
