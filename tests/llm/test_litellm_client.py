"""litellm under our guard: every provider on the list sends through our transport only."""

import asyncio
import json
import socket
from collections.abc import Mapping

import pytest

from evals.llm.base import Completion, Endpoint
from evals.llm.errors import BadRequestError, ModelError
from evals.llm.guarded_http import GuardedHttp, Reply
from evals.llm.litellm_client import LitellmClient
from evals.llm.litellm_providers import INSTEAD, THROUGH_HTTP, THROUGH_SDK
from tests.llm.conftest import KEY, QUESTION, ask, endpoint, request
from tests.standin import StandIn, anthropic_answer, chat_answer

GEMINI_ANSWER = {
    "candidates": [
        {
            "content": {"role": "model", "parts": [{"text": "Hello."}]},
            "finishReason": "STOP",
            "index": 0,
        }
    ],
    "usageMetadata": {"promptTokenCount": 3, "candidatesTokenCount": 1, "totalTokenCount": 4},
}


class Recorder:
    """Stands where the network begins: notes each address and answers in the provider's form."""

    def __init__(self) -> None:
        self.urls: list[str] = []
        self.headers: list[Mapping[str, str]] = []

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes | None,
        timeout_s: float,
    ) -> Reply:
        self.urls.append(url)
        self.headers.append(headers)
        content: Mapping[str, object] = chat_answer("Hello.", "Say hello.")
        if "/messages" in url:
            content = anthropic_answer("Hello.", "Say hello.")
        if "generateContent" in url:
            content = GEMINI_ANSWER
        return Reply(status=200, headers={}, body=json.dumps(content).encode(), latency_ms=1.0)


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    recording = Recorder()
    monkeypatch.setattr(GuardedHttp, "request", staticmethod(recording.request))
    return recording


@pytest.fixture
def sockets_opened(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    opened: list[object] = []

    def refuse(*args: object, **kwargs: object) -> None:
        opened.append(args)
        raise OSError("no network in this test")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", refuse)
    monkeypatch.setattr(asyncio.selector_events.BaseSelectorEventLoop, "sock_connect", refuse)
    return opened


def needs_base_url(provider: str) -> bool:
    return provider in {"azure_ai", "custom_openai", "databricks", "heroku", "snowflake"}


@pytest.mark.parametrize("provider", sorted(THROUGH_HTTP | THROUGH_SDK))
def test_it_sends_through_the_guard_and_nowhere_else(
    recorder: Recorder, sockets_opened: list[object], provider: str
) -> None:
    where = Endpoint(
        kind="litellm",
        api_key=KEY,
        base_url="https://base.example/v1" if needs_base_url(provider) else "",
    )

    completion = ask(where, request(model=f"{provider}/some-model"), timeout_s=60)

    assert completion.text == "Hello."
    assert len(recorder.urls) == 1
    assert sockets_opened == []


@pytest.mark.parametrize("provider", ["ollama", "bedrock", "vertex_ai", "azure", "cohere_chat"])
def test_it_refuses_a_provider_whose_code_would_go_around_the_guard(
    sockets_opened: list[object], provider: str
) -> None:
    with pytest.raises(BadRequestError, match="address guard") as caught:
        ask(Endpoint(kind="litellm", api_key=KEY), request(model=f"{provider}/some-model"))

    assert INSTEAD.get(provider, "OpenAI-compatible") in caught.value.hint
    assert sockets_opened == []


def test_it_names_a_model_without_a_provider() -> None:
    with pytest.raises(BadRequestError, match="nobody-knows-me"):
        ask(Endpoint(kind="litellm", api_key=KEY), request(model="nobody-knows-me"))


def test_it_gives_the_same_answer_as_our_own_client(standin: StandIn) -> None:
    def answer(kind: str, model: str) -> Completion:
        what = request(model=model, temperature=0.2, max_tokens=50, seed=7)
        return ask(endpoint(standin, kind=kind), what, timeout_s=60)  # type: ignore[arg-type] # one of the kinds

    ours, litellms = answer("openai", "standin-small"), answer("litellm", "openai/standin-small")

    for field in ("text", "tokens_in", "tokens_out", "finish_reason", "cost_usd"):
        assert getattr(ours, field) == getattr(litellms, field)
    assert standin.bodies[0] == standin.bodies[1]
    assert ours.text == "Tents go back within 45 days."


def test_it_speaks_to_anthropic_in_its_own_format(standin: StandIn) -> None:
    where = Endpoint(
        kind="litellm",
        base_url=standin.url().removesuffix("/v1"),
        api_key=KEY,
        allowed_hosts=frozenset({standin.host_port}),
    )

    completion = ask(where, request(model="anthropic/claude-x", max_tokens=20), timeout_s=60)

    assert completion.text == "Tents go back within 45 days."
    assert (completion.tokens_in, completion.finish_reason) == (len(QUESTION.split()), "stop")


def test_it_takes_no_key_from_the_environment(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GROQ_API_KEY", "sk-of-the-server-1234567890")

    ask(Endpoint(kind="litellm"), request(model="groq/some-model"), timeout_s=60)

    assert "sk-of-the-server" not in str(recorder.headers)


def test_it_refuses_a_private_base_url_before_anything_is_sent(
    sockets_opened: list[object],
) -> None:
    where = Endpoint(kind="litellm", base_url="https://10.0.0.1/v1", api_key=KEY)

    for model in ("openai/m", "groq/m", "anthropic/m"):
        with pytest.raises(ModelError) as caught:
            ask(where, request(model=model), timeout_s=60)
        assert caught.value.kind == "refused_address"
    assert sockets_opened == []


def test_it_leaves_out_a_parameter_that_the_model_refuses(standin: StandIn) -> None:
    what = request(model="openai/standin-small", temperature=0.3, max_tokens=20)

    completion = ask(endpoint(standin, "400_new_parameters", kind="litellm"), what, timeout_s=60)

    assert completion.text == "Tents go back within 45 days."
    assert "temperature" not in standin.bodies[-1]


def test_its_client_can_be_closed_twice() -> None:
    async def go() -> None:
        client = LitellmClient(Endpoint(kind="litellm", api_key=KEY))
        await client.close()
        await client.close()

    asyncio.run(go())
