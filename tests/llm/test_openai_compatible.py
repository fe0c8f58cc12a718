import asyncio
import json

import pytest

from evals.llm.base import Endpoint
from evals.llm.errors import BadRequestError, ModelError, RefusedAddressError
from evals.llm.registry import open_client
from tests.llm.conftest import KEY, QUESTION, ask, endpoint, request
from tests.standin import StandIn


def test_it_returns_what_the_model_said(standin: StandIn) -> None:
    completion = ask(endpoint(standin), request())

    assert completion.text == "Tents go back within 45 days."
    assert (completion.tokens_in, completion.tokens_out) == (len(QUESTION.split()), 6)
    assert completion.finish_reason == "stop"
    assert completion.latency_ms > 0
    assert completion.cost_usd is None


def test_it_sends_the_parameters_that_are_set_and_no_others(standin: StandIn) -> None:
    ask(endpoint(standin), request("Hello?", temperature=0.0, seed=3))

    assert standin.bodies == [
        {
            "model": "standin-small",
            "messages": [{"role": "user", "content": "Hello?"}],
            "temperature": 0.0,
            "seed": 3,
        }
    ]


def test_it_renames_and_drops_refused_parameters_once_per_model(standin: StandIn) -> None:
    what = request(temperature=0.5, max_tokens=30)

    async def ask_twice() -> list[str]:
        client = open_client(endpoint(standin, "400_new_parameters"))
        answers = [(await client.ask(what, timeout_s=5)).text for _ in range(2)]
        await client.close()
        return answers

    assert asyncio.run(ask_twice()) == ["Tents go back within 45 days."] * 2
    assert standin.calls == 4
    assert standin.bodies[-1]["max_completion_tokens"] == 30
    assert "temperature" not in standin.bodies[-1]


def test_calls_side_by_side_all_learn_what_the_model_refuses(standin: StandIn) -> None:
    async def ask_together() -> set[str]:
        client = open_client(endpoint(standin, "400_new_parameters"))
        what = request(temperature=0.5, max_tokens=30)
        answers = await asyncio.gather(*(client.ask(what, timeout_s=5) for _ in range(20)))
        await client.close()
        return {answer.text for answer in answers}

    assert asyncio.run(ask_together()) == {"Tents go back within 45 days."}


def test_it_does_not_take_a_long_prompt_for_a_refused_parameter(standin: StandIn) -> None:
    with pytest.raises(BadRequestError, match="too long"):
        ask(endpoint(standin, "400_context"), request(max_tokens=10))

    assert standin.calls == 1


def test_it_sends_texts_that_utf8_cannot_carry(standin: StandIn) -> None:
    ask(endpoint(standin), request("a\ud800b?"))

    assert standin.bodies[0]["messages"] == [{"role": "user", "content": "a\ud800b?"}]


@pytest.mark.parametrize("key", ["sk-line\nbreak", "sk-\0nul", "schlüssel"])
def test_it_refuses_a_key_that_http_cannot_carry_without_repeating_it(key: str) -> None:
    with pytest.raises(BadRequestError) as caught:
        open_client(Endpoint(kind="openai", base_url="https://api.example.com/v1", api_key=key))

    assert key not in str(caught.value)


@pytest.mark.parametrize("base_url", ["https://api.example.com/v1?x=1", "https://a.test/v1#top"])
def test_it_refuses_a_base_url_with_a_query(base_url: str) -> None:
    with pytest.raises(RefusedAddressError):
        open_client(Endpoint(kind="openai", base_url=base_url))


def test_it_says_that_nothing_listens(standin: StandIn) -> None:
    where = Endpoint(
        kind="openai", base_url="http://127.0.0.1:9/v1", allowed_hosts=frozenset({"127.0.0.1:9"})
    )

    with pytest.raises(ModelError, match="nothing listens there") as caught:
        ask(where, request())

    assert (caught.value.kind, caught.value.billed_maybe) == ("network", False)


def test_it_serves_another_event_loop_after_closing(standin: StandIn) -> None:
    client = open_client(endpoint(standin))

    for _ in range(2):

        async def once() -> str:
            text = (await client.ask(request(), timeout_s=5)).text
            await client.close()
            return text

        assert asyncio.run(once()) == "Tents go back within 45 days."


def test_the_key_is_in_no_representation() -> None:
    where = Endpoint(kind="openai", base_url="https://api.example.com/v1", api_key=KEY)

    assert KEY not in repr(where) + repr(open_client(where)) + json.dumps(str(where))
