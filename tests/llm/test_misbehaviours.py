"""What providers do wrong, through every client: an answer or a named error, in time."""

import resource
import time
import traceback

import pytest

from evals.llm import probe
from evals.llm.base import Kind
from evals.llm.errors import KINDS, ModelError
from tests.llm.conftest import KEY, Listener, ask, endpoint, model_of, request
from tests.standin import BEHAVIOURS, StandIn

# Short where the provider makes us wait; elsewhere a busy machine must not be the fault.
DEADLINES_S = {"hang": 1.0, "drip": 1.0}
DEADLINE_S = 10.0
KIND_OF = {
    "401": "auth",
    "401_echo": "auth",
    "403": "forbidden",
    "404": "not_found",
    "400_context": "bad_request",
    "429_short": "rate_limited",
    "429_long": "rate_limited",
    "429_date": "rate_limited",
    "500": "server",
    "500_once": "server",
    "503_loading": "not_ready",
    "hang": "timeout",
    "drip": "timeout",
    "cut": "network",
    "huge": "too_large",
    "gzip": "bad_response",
    "redirect": "bad_response",
    "html": "bad_response",
    "empty": "bad_response",
    "no_choices": "bad_response",
    "deep": "bad_response",
    "error_in_200": "forbidden",
}
TEXT_OF = {"null": "", "empty_text": "", "nul": "a\N{REPLACEMENT CHARACTER}bc"}
HARMLESS = {"400_temperature", "400_new_parameters"}
CLIENTS: tuple[Kind, ...] = ("openai", "litellm")


@pytest.fixture(scope="module", autouse=True)
def litellm_is_warm(running_standin: StandIn) -> None:
    # Its first call imports for a second more, which the short deadline here cannot bear.
    ask(endpoint(running_standin, kind="litellm"), request(model=model_of("litellm")), timeout_s=60)


def test_the_lists_above_cover_every_misbehaviour() -> None:
    assert set(BEHAVIOURS) == set(KIND_OF) | set(TEXT_OF) | HARMLESS


@pytest.mark.parametrize("kind", CLIENTS)
@pytest.mark.parametrize("behaviour", KIND_OF)
def test_it_ends_in_a_named_error_within_the_deadline(
    standin: StandIn,
    everything_logged: pytest.LogCaptureFixture,
    kind: Kind,
    behaviour: str,
) -> None:
    started, deadline_s = time.monotonic(), DEADLINES_S.get(behaviour, DEADLINE_S)
    where, what = endpoint(standin, behaviour, kind=kind), request(model=model_of(kind))

    with pytest.raises(ModelError) as caught:
        ask(where, what, timeout_s=deadline_s)

    assert time.monotonic() - started < deadline_s + 2
    assert caught.value.kind == KIND_OF[behaviour]
    assert caught.value.hint
    told = "".join(traceback.format_exception(caught.value)) + repr(vars(caught.value))
    assert KEY not in told + everything_logged.text


@pytest.mark.parametrize("kind", CLIENTS)
@pytest.mark.parametrize("behaviour", TEXT_OF)
def test_it_keeps_an_odd_text_as_an_answer(standin: StandIn, kind: Kind, behaviour: str) -> None:
    completion = ask(endpoint(standin, behaviour, kind=kind), request(model=model_of(kind)))

    assert completion.text == TEXT_OF[behaviour]
    assert completion.finish_reason == "stop"


@pytest.mark.parametrize("behaviour", KIND_OF)
def test_the_connection_test_says_in_words_what_is_wrong(
    standin: StandIn, everything_logged: pytest.LogCaptureFixture, behaviour: str
) -> None:
    started, deadline_s = time.monotonic(), DEADLINES_S.get(behaviour, DEADLINE_S)

    result = probe.test(endpoint(standin, behaviour), "standin-small", timeout_s=deadline_s)

    assert time.monotonic() - started < deadline_s + 2
    assert (result.ok, result.kind) == (False, KIND_OF[behaviour])
    assert result.error
    assert result.hint
    assert KEY not in repr(result) + everything_logged.text


@pytest.mark.parametrize("kind", CLIENTS)
def test_it_makes_one_call_however_it_fails(standin: StandIn, kind: Kind) -> None:
    for calls, behaviour in enumerate(("500", "429_short", "cut", "html", "503_loading"), start=1):
        with pytest.raises(ModelError):
            ask(endpoint(standin, behaviour, kind=kind), request(model=model_of(kind)))
        assert standin.calls == calls


@pytest.mark.parametrize("kind", CLIENTS)
def test_it_never_follows_a_redirect(standin: StandIn, listener: Listener, kind: Kind) -> None:
    standin.redirect_to = f"http://127.0.0.1:{listener.port}/v1/chat/completions"

    with pytest.raises(ModelError, match="redirect"):
        ask(endpoint(standin, "redirect", kind=kind), request(model=model_of(kind)))

    assert (standin.calls, listener.connections) == (1, 0)


def test_the_connection_test_never_follows_a_redirect(standin: StandIn, listener: Listener) -> None:
    standin.redirect_to = f"http://127.0.0.1:{listener.port}/v1/models"

    result = probe.test(endpoint(standin, "redirect"), "standin-small")
    with pytest.raises(ModelError, match="redirect"):
        probe.list_models(endpoint(standin, "redirect"))

    assert "redirect" in result.error
    assert listener.connections == 0


@pytest.mark.parametrize("kind", CLIENTS)
def test_it_reads_when_to_come_again(standin: StandIn, kind: Kind) -> None:
    for behaviour, seconds in (("429_short", 1), ("429_long", 3600), ("429_date", 30)):
        with pytest.raises(ModelError) as caught:
            ask(endpoint(standin, behaviour, kind=kind), request(model=model_of(kind)))
        assert caught.value.retry_after_s == pytest.approx(seconds, abs=2)


def test_huge_answers_do_not_fill_the_memory(standin: StandIn) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    for kind in (*CLIENTS, *CLIENTS):
        with pytest.raises(ModelError, match="8 MiB"):
            ask(endpoint(standin, "huge", kind=kind), request(model=model_of(kind)))

    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024


def test_every_kind_of_error_here_is_one_of_the_tree() -> None:
    assert set(KIND_OF.values()) <= set(KINDS)
