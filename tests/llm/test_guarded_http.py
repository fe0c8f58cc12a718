"""The connection goes where the guard looked, whatever the name service says later."""

import asyncio
import socket

import pytest

from evals.llm.errors import ModelError, RefusedAddressError
from evals.llm.guarded_http import GuardedHttp, Reply
from tests.llm.conftest import Listener
from tests.standin import StandIn


def send(url: str, *allowed: str, method: str = "GET", timeout_s: float = 5) -> Reply:
    async def go() -> Reply:
        http = GuardedHttp(allowed_hosts=allowed)
        try:
            return await http.request(method, url, headers={}, body=None, timeout_s=timeout_s)
        finally:
            await http.close()

    return asyncio.run(go())


def name_service(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """Every look-up of a name gets the next of `answers`, the last one for ever."""
    asked: list[str] = []

    def getaddrinfo(host: str, port: int, *rest: object, **kwargs: object) -> list[object]:
        asked.append(host)
        address = answers[min(len(asked), len(answers)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def test_it_refuses_a_name_that_points_inside(
    monkeypatch: pytest.MonkeyPatch, listener: Listener
) -> None:
    name_service(monkeypatch, "127.0.0.1")

    with pytest.raises(RefusedAddressError):
        send(f"https://rebind.example:{listener.port}/v1")

    assert listener.connections == 0


def test_it_connects_to_the_address_it_judged_and_asks_for_no_other(
    monkeypatch: pytest.MonkeyPatch, standin: StandIn
) -> None:
    asked = name_service(monkeypatch, "127.0.0.1", "10.255.255.1")

    reply = send(
        f"http://rebind.example:{standin.port}/v1/models", f"rebind.example:{standin.port}"
    )

    assert reply.status == 200
    assert asked == ["rebind.example"]


def test_it_goes_past_the_proxy_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, standin: StandIn, listener: Listener
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{listener.port}")

    reply = send(f"{standin.url()}/models", standin.host_port)

    assert (reply.status, listener.connections) == (200, 0)


def test_it_refuses_an_address_that_two_parsers_read_differently() -> None:
    with pytest.raises(RefusedAddressError):
        send("https://api.example.com:443:80/v1")


def test_a_time_out_of_nothing_is_no_time_out_for_ever(standin: StandIn) -> None:
    with pytest.raises(ModelError) as caught:
        send(f"{standin.url('hang')}/models", standin.host_port, timeout_s=0)

    assert caught.value.kind == "timeout"


def test_it_says_when_an_address_does_not_speak_tls(standin: StandIn) -> None:
    with pytest.raises(ModelError, match="No secure connection") as caught:
        send(f"https://{standin.host_port}/v1/models", standin.host_port)

    assert not caught.value.retryable


def test_it_says_when_an_address_does_not_speak_http(listener: Listener) -> None:
    with pytest.raises(ModelError) as caught:
        send(f"http://127.0.0.1:{listener.port}/v1", f"127.0.0.1:{listener.port}")

    assert caught.value.kind in {"network", "bad_response"}
