import asyncio
import time
from pathlib import Path

import pytest

from evals.llm.base import Client, Completion, Endpoint
from evals.llm.errors import BadRequestError, ModelError
from evals.llm.registry import open_client
from evals.llm.simulated import INVENTED, REFUSAL
from tests.llm.conftest import ask, request

CONTEXT = (
    "Fernhill Outdoor sells tents and boots. Tents go back within 45 days. "
    "Shipping costs 4.90 euro. The shop closes at six."
)


def simulated(
    prompt: str = f"{CONTEXT}\nHow long can I give back tents?", **options: object
) -> str:
    return answer(prompt, **options).text


def answer(prompt: str, **options: object) -> Completion:
    return ask(Endpoint(kind="simulated", options=options), request(prompt, seed=1))


def many(count: int = 200, **options: object) -> list[str]:
    return [
        simulated(f"{CONTEXT}\nQuestion {n}: how do tents go back?", **options)
        for n in range(count)
    ]


def test_it_answers_with_the_fitting_sentence() -> None:
    assert simulated(skill=1) == "Tents go back within 45 days."


def test_it_answers_with_another_sentence_without_skill() -> None:
    assert simulated(skill=0) in CONTEXT
    assert simulated(skill=0) != "Tents go back within 45 days."


def test_equal_requests_get_equal_answers() -> None:
    assert many(50) == many(50)


def test_its_skill_is_how_often_it_is_right() -> None:
    right = sum(text == "Tents go back within 45 days." for text in many(skill=0.7))

    assert 120 <= right <= 160


def test_it_refuses_as_often_as_told() -> None:
    assert 30 <= many(refusal_rate=0.25).count(REFUSAL) <= 70


def test_it_invents_an_answer_without_a_context() -> None:
    text = simulated("What is the capital of Freedonia?")

    assert any(text.startswith(start.split("{")[0]) for start in INVENTED)


def test_it_counts_words_as_tokens_and_keeps_to_the_limit() -> None:
    where = Endpoint(kind="simulated", options={"skill": 1})

    completion = ask(where, request("One two three. What is one?", max_tokens=2))

    assert (completion.tokens_in, completion.tokens_out) == (6, 2)
    assert (completion.text, completion.finish_reason) == ("One two", "length")


def outcome(number: int, error_rate: float) -> str:
    try:
        simulated(f"Tents go back. Question {number}?", error_rate=error_rate)
    except ModelError as error:
        return f"{error.kind}, {'again' if error.retryable else 'never'}"
    return "answer"


def test_its_errors_can_be_tried_again() -> None:
    outcomes = {outcome(number, 0.5) for number in range(40)}

    assert outcomes == {"answer", "server, again", "rate_limited, again"}


def test_a_retry_draws_anew() -> None:
    async def tries() -> list[bool]:
        client = open_client(Endpoint(kind="simulated", options={"error_rate": 0.5}))
        return [await fails(client) for _ in range(30)]

    async def fails(client: Client) -> bool:
        try:
            await client.ask(request(), timeout_s=1)
        except ModelError:
            return True
        return False

    assert set(asyncio.run(tries())) == {True, False}


def test_it_takes_its_time_and_no_more_than_the_deadline() -> None:
    where = Endpoint(kind="simulated", options={"latency_ms": 5_000})
    started = time.monotonic()

    with pytest.raises(ModelError) as caught:
        ask(where, request(), timeout_s=0.1)

    assert caught.value.kind == "timeout"
    assert time.monotonic() - started < 4


def test_its_latency_is_measured() -> None:
    assert answer("Any words?", latency_ms=30, latency_jitter=0.5).latency_ms >= 15


def test_it_writes_one_line_a_call(tmp_path: Path) -> None:
    log = tmp_path / "calls"

    for _ in range(3):
        simulated(call_log=str(log))

    assert log.read_text() == ".\n" * 3


def test_it_names_a_call_log_it_cannot_write(tmp_path: Path) -> None:
    with pytest.raises(BadRequestError, match="call_log"):
        simulated(call_log=str(tmp_path / "missing" / "calls"))


@pytest.mark.parametrize("options", [{"skill": 1.5}, {"latency_ms": "fast"}, {"error_rate": True}])
def test_it_names_an_option_it_cannot_use(options: dict[str, object]) -> None:
    with pytest.raises(BadRequestError, match=next(iter(options))):
        answer("Any words?", **options)


@pytest.mark.parametrize("prompt", ["", "?", "   \n", "\0", "\ud800", "😀"])
def test_it_answers_any_prompt(prompt: str) -> None:
    assert simulated(prompt)
