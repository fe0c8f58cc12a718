"""The client for every address that speaks OpenAI's chat API: the hot path.

Options: none. About 0.1 ms of CPU a call, hence plain functions and no SDK.
"""

import time

from evals.llm import guard
from evals.llm.base import Completion, Endpoint, Request
from evals.llm.chat_format import Dialect, completion_from, encode
from evals.llm.errors import BadRequestError, RefusedAddressError
from evals.llm.guarded_http import GuardedHttp
from evals.llm.http_errors import error_for

# An empty key would make litellm and the SDK look for one in the environment.
NO_KEY = "no-key"


class OpenAICompatibleClient:
    """Asks the models of one OpenAI-compatible address."""

    def __init__(self, endpoint: Endpoint) -> None:
        """Raises RefusedAddressError or BadRequestError for an unusable address or key."""
        self._http = GuardedHttp(allowed_hosts=endpoint.allowed_hosts, secrets=(endpoint.api_key,))
        self._url = chat_url(endpoint.base_url)
        self._headers = {"Content-Type": "application/json", **key_header(endpoint.api_key)}
        self._dialect = Dialect()

    async def ask(self, request: Request, *, timeout_s: float) -> Completion:
        """One try; see `evals.llm.base.Client.ask`.

        A parameter that the model refuses is left out, or renamed, within the same try.
        """
        deadline = time.monotonic() + timeout_s
        return await self._dialect.adapt(
            request, lambda parameters: self._send(parameters, deadline - time.monotonic())
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()

    async def _send(self, parameters: dict[str, object], timeout_s: float) -> Completion:
        reply = await self._http.request(
            "POST",
            self._url,
            headers=self._headers,
            body=encode(parameters),
            timeout_s=timeout_s,
        )
        if reply.status == 200:
            return completion_from(reply, self._http.secrets)
        raise error_for(reply.status, reply.headers, reply.body, self._http.secrets)


def chat_url(base_url: str) -> str:
    """The address of chat completions below `base_url`.

    Raises RefusedAddressError for a base URL with a query or a fragment.
    """
    guard.parse(base_url)
    if "?" in base_url or "#" in base_url:
        raise RefusedAddressError(
            "The base URL holds a ? or a #.", hint="Enter the address up to the version only."
        )
    base = base_url.rstrip("/")
    return base if base.endswith("/chat/completions") else f"{base}/chat/completions"


def key_header(api_key: str) -> dict[str, str]:
    """The header that carries the key; none for an empty key.

    Raises BadRequestError for a key with characters that HTTP cannot carry.
    """
    if not api_key:
        return {}
    if not (api_key.isascii() and api_key.isprintable()):
        raise BadRequestError(
            "The key holds characters that a key cannot have.",
            hint="Copy the key again, without line breaks or quotes around it.",
        )
    return {"Authorization": f"Bearer {api_key}"}
