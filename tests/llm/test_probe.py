import pytest

from evals.llm import embedded, probe
from evals.llm.base import Endpoint
from evals.llm.errors import ModelError
from tests.llm.conftest import KEY, endpoint
from tests.standin import MODELS, StandIn


def test_it_shows_the_first_words_and_how_long_they_took(standin: StandIn) -> None:
    result = probe.test(endpoint(standin), "standin-small")

    assert result.ok
    assert result.first_words == probe.QUESTION
    assert result.latency_ms is not None
    assert result.latency_ms > 0


@pytest.mark.parametrize("behaviour", ["400_temperature", "400_new_parameters"])
def test_it_finds_out_which_parameters_a_model_takes(standin: StandIn, behaviour: str) -> None:
    assert probe.test(endpoint(standin, behaviour), "standin-small").ok


def test_it_lists_the_models_of_an_address(standin: StandIn) -> None:
    assert probe.list_models(endpoint(standin)) == sorted(MODELS)


@pytest.mark.parametrize("behaviour", ["html", "empty", "null", "deep", "401_echo", "cut"])
def test_it_says_why_there_is_no_list(standin: StandIn, behaviour: str) -> None:
    with pytest.raises(ModelError) as caught:
        probe.list_models(endpoint(standin, behaviour), timeout_s=2)

    assert caught.value.message
    assert KEY not in repr(caught.value) + caught.value.hint


def test_it_says_how_to_allow_an_address() -> None:
    result = probe.test(Endpoint(kind="openai", base_url="http://127.0.0.1:9/v1"), "any")

    assert (result.ok, result.kind) == (False, "refused_address")
    assert "127.0.0.1:9" in result.hint


def test_it_names_an_address_where_nothing_listens() -> None:
    where = Endpoint(
        kind="openai", base_url="http://127.0.0.1:9/v1", allowed_hosts=frozenset({"127.0.0.1:9"})
    )

    assert "nothing listens" in probe.test(where, "any").error


@pytest.mark.parametrize(("base_url", "kind"), [("", "refused_address"), ("x", "refused_address")])
def test_it_names_a_base_url_that_is_none(base_url: str, kind: str) -> None:
    assert probe.test(Endpoint(kind="openai", base_url=base_url), "any").kind == kind


def test_it_tests_a_provider_through_litellm(standin: StandIn) -> None:
    where = endpoint(standin, "401_echo", kind="litellm")

    result = probe.test(where, "openai/standin-small")

    assert (result.ok, result.kind) == (False, "auth")
    assert KEY not in repr(result)


def test_it_tests_the_simulated_model() -> None:
    assert probe.test(Endpoint(kind="simulated"), "any").ok
    assert probe.test(Endpoint(kind="simulated", options={"error_rate": 1}), "any").error


def test_it_knows_the_models_of_the_other_kinds() -> None:
    assert probe.list_models(Endpoint(kind="embedded")) == [embedded.MODEL_ID]
    assert probe.list_models(Endpoint(kind="simulated")) == ["simulated"]
    assert "claude-sonnet-4-5" in probe.list_models(Endpoint(kind="litellm"))
