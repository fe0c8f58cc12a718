import asyncio
import logging
import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from evals.llm.base import Completion, Endpoint, Kind, Message, Request
from evals.llm.registry import open_client
from tests.standin import StandIn

KEY = "sk-canary-7f3d9a1b5c2e8d4f6a0b"
QUESTION = "Tents go back within 45 days. Boots within 30. How long can I give back tents?"

Ask = Callable[..., Completion]


def request(prompt: str = QUESTION, **parameters: object) -> Request:
    """A request with one user message."""
    asked = {"model": "standin-small", **parameters}
    return Request(messages=(Message(role="user", content=prompt),), **asked)  # type: ignore[arg-type] # values are of the fields' types


def endpoint(standin: StandIn, behaviour: str = "ok", *, kind: Kind = "openai") -> Endpoint:
    """A connection to the stand-in server, with the canary as key."""
    return Endpoint(
        kind=kind,
        base_url=standin.url(behaviour),
        api_key=KEY,
        allowed_hosts=frozenset({standin.host_port}),
    )


def ask(where: Endpoint, what: Request, *, timeout_s: float = 5) -> Completion:
    """Open a client, ask once, close it."""

    async def go() -> Completion:
        client = open_client(where)
        try:
            return await client.ask(what, timeout_s=timeout_s)
        finally:
            await client.close()

    return asyncio.run(go())


def model_of(kind: str) -> str:
    """How the stand-in's model is called in a client of this kind."""
    return "openai/standin-small" if kind == "litellm" else "standin-small"


@pytest.fixture(scope="session")
def running_standin() -> Iterator[StandIn]:
    with StandIn() as standin:
        yield standin


@pytest.fixture
def standin(running_standin: StandIn) -> StandIn:
    running_standin.reset()
    return running_standin


@pytest.fixture
def everything_logged(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.DEBUG)
    return caplog


class Listener:
    """A port on loopback that must not be reached: counts who connects."""

    def __init__(self) -> None:
        self.connections = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            connection.close()

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    listening = Listener()
    yield listening
    listening.close()
