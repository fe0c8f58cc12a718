"""Which client speaks to which kind of endpoint; each is imported on first use."""

from collections.abc import Callable, Mapping
from importlib import import_module

from evals.llm.base import Client, Endpoint, Kind

CLIENTS: Mapping[Kind, str] = {
    "embedded": "evals.llm.embedded_client:EmbeddedClient",
    "openai": "evals.llm.openai_compatible:OpenAICompatibleClient",
    "litellm": "evals.llm.litellm_client:LitellmClient",
    "simulated": "evals.llm.simulated:SimulatedClient",
}


def open_client(endpoint: Endpoint) -> Client:
    """A client for `endpoint`; nothing is sent yet.

    Raises RefusedAddressError for an address that is not allowed by its spelling,
    BadRequestError for an unusable key or option.
    """
    module, _, name = CLIENTS[endpoint.kind].partition(":")
    make: Callable[[Endpoint], Client] = getattr(import_module(module), name)
    return make(endpoint)
