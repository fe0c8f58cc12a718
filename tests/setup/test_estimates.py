"""Estimates, recomputed by hand."""

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from evals.models import Connection, ConnectionModel, ConnectionState
from evals.services.estimates import estimate
from playground.models import Playground
from tests.setup.conftest import MakeVariant

# The three questions have 25, 24 and 18 characters, the expected answers 7, 8 and 0:
# each answer is taken to be 60 tokens.
QUESTION_TOKENS = 7 + 6 + 5
ASSUMED_TOKENS = 3 * 60


@pytest.fixture
def priced(simulated: Connection) -> None:
    ConnectionModel.objects.filter(connection=simulated).update(
        input_per_1m=Decimal("2"), output_per_1m=Decimal("10")
    )


def test_it_counts_calls_and_tokens(ground: Playground, make_variant: MakeVariant) -> None:
    make_variant()
    make_variant()
    found = estimate(ground)

    assert (found.rows, found.calls) == (3, 6)
    assert found.tokens_in == 2 * QUESTION_TOKENS
    assert found.tokens_out == 2 * 3 * 40


def test_a_prompt_that_is_too_long_to_be_sent_costs_nothing(
    ground: Playground, make_variant: MakeVariant, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_variant()
    monkeypatch.setattr("playground.domain.text_template.OUTPUT_CAP", 30)

    # With the template's own 12, of 25, 24 and 18 characters only the last are within the cap.
    assert estimate(ground).tokens_in == 5


def test_it_counts_the_context_that_is_sent(ground: Playground, make_variant: MakeVariant) -> None:
    make_variant(use_context=True)

    # "Context:\n" and two line breaks are 11 characters; the contexts have 24, 24 and 0.
    assert estimate(ground).tokens_in == 15 + 15 + 8


def test_it_computes_the_cost_and_its_upper_bound(
    ground: Playground, make_variant: MakeVariant, priced: None
) -> None:
    make_variant(max_tokens=100)
    found = estimate(ground)

    assert found.cost == Decimal(QUESTION_TOKENS * 2 + ASSUMED_TOKENS * 10) / 1_000_000
    assert found.cost_most == Decimal(QUESTION_TOKENS * 2 + 3 * 100 * 10) / 1_000_000


def test_it_leaves_an_unknown_price_out_and_names_the_model(
    client_alice: Client, ground: Playground, make_variant: MakeVariant, priced: None
) -> None:
    make_variant(max_tokens=100)
    make_variant(model_id="nobody-knows-this")
    Connection.objects.update(kind=Connection.Kind.LITELLM)
    found = estimate(ground)
    page = client_alice.get(reverse("setup", args=[ground.pk])).content.decode()

    assert found.unpriced == ("nobody-knows-this",)
    assert found.cost == Decimal(QUESTION_TOKENS * 2 + ASSUMED_TOKENS * 10) / 1_000_000
    assert "No price is known for <code>nobody-knows-this</code>" in page


def test_it_shows_an_unknown_cost_as_unknown(
    client_alice: Client, ground: Playground, make_variant: MakeVariant
) -> None:
    make_variant(model_id="nobody-knows-this")
    Connection.objects.update(kind=Connection.Kind.LITELLM)
    page = client_alice.get(reverse("setup", args=[ground.pk])).content.decode()

    assert estimate(ground).cost is None
    assert '<span class="pct unknown">Unknown</span>' in page
    assert "$0" not in page


def test_it_shows_what_costs_nothing_as_free(
    client_alice: Client, ground: Playground, make_variant: MakeVariant
) -> None:
    make_variant()
    page = client_alice.get(reverse("setup", args=[ground.pk])).content.decode()

    assert '<span class="pct">Free</span>' in page


def test_it_takes_the_time_from_measured_calls(
    ground: Playground, make_variant: MakeVariant, simulated: Connection
) -> None:
    make_variant()
    make_variant()
    ConnectionState.objects.create(connection_id=simulated.pk, call_ms=2_000)
    found = estimate(ground)

    # 6 calls of 2 s, 4 at a time.
    assert (found.seconds, found.is_measured) == (3.0, True)


def test_it_keeps_to_the_limit_a_minute(
    ground: Playground, make_variant: MakeVariant, simulated: Connection
) -> None:
    make_variant()
    Connection.objects.update(requests_per_minute=1)

    assert estimate(ground).seconds == 180.0


def test_it_estimates_the_first_rows_only(
    client_alice: Client, ground: Playground, make_variant: MakeVariant
) -> None:
    make_variant()
    url = reverse("estimate", args=[ground.pk])
    panel = client_alice.get(url, {"limit": "2"}).content.decode()

    assert "Run 2 answers" in panel
    assert 'max="9999999" value="2"' in panel


@pytest.mark.parametrize("limit", ["", "0", "-1", "many", "99999999999"])
def test_it_estimates_all_rows_for_a_limit_that_is_none(
    client_alice: Client, ground: Playground, make_variant: MakeVariant, limit: str
) -> None:
    make_variant()
    panel = client_alice.get(reverse("estimate", args=[ground.pk]), {"limit": limit})

    assert "Run 3 answers" in panel.content.decode()
