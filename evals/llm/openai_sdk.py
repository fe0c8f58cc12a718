"""The openai SDK, imported on first use, over our guarded transport and with one try."""

from importlib import import_module
from typing import Any

import httpx

from evals.llm.guarded_httpx import GuardedTransport

# litellm sets max_retries on the client it is given; on ours that changes nothing.
NEVER = property(lambda client: 0, lambda client, count: None)  # noqa: ARG005 - property's form


def sdk_client(transport: GuardedTransport, base_url: str, api_key: str) -> Any:
    """An AsyncOpenAI client that sends through `transport` and never tries twice.

    Use it inside `guarded_httpx.exchange`; what goes wrong on the way is noted there.
    """
    openai = import_module("openai")
    one_try = type("OneTry", (openai.AsyncOpenAI,), {"max_retries": NEVER})
    http = httpx.AsyncClient(transport=transport, trust_env=False, follow_redirects=False)
    return one_try(api_key=api_key, base_url=base_url, http_client=http, timeout=None)
