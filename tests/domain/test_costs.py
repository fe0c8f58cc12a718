"""Money: what a call costs, and how it is kept."""

from decimal import Decimal

import pytest

from evals.domain import costs


def cost(
    tokens_in: int | None, tokens_out: int | None, price_in: str | None, price_out: str | None
) -> Decimal | None:
    """The cost at prices per million tokens, given as text."""
    at_in, at_out = (None if price is None else Decimal(price) for price in (price_in, price_out))
    return costs.cost_usd(tokens_in, tokens_out, input_per_1m=at_in, output_per_1m=at_out)


def test_a_call_costs_its_tokens() -> None:
    assert cost(1_000, 200, "0.15", "0.6") == Decimal("0.00027")


@pytest.mark.parametrize(
    ("counts", "prices"),
    [
        ((1_000, None), ("1", "1")),
        ((None, 10), ("1", "1")),
        ((1_000, 10), ("1", None)),
        ((1_000, 10), (None, None)),
    ],
)
def test_a_cost_with_an_unknown_part_is_unknown(
    counts: tuple[int | None, int | None], prices: tuple[str | None, str | None]
) -> None:
    assert cost(*counts, *prices) is None


def test_what_is_free_costs_nothing_even_uncounted() -> None:
    assert cost(None, None, "0", "0") == 0


@pytest.mark.parametrize(
    ("usd", "nano"),
    [(Decimal("0.00027"), 270_000), (Decimal("0.0000000005"), 1), (Decimal(0), 0), (None, None)],
)
def test_money_is_kept_in_whole_nano_dollars(usd: Decimal | None, nano: int | None) -> None:
    assert costs.to_nano(usd) == nano


def test_nano_dollars_go_back_exactly() -> None:
    assert costs.from_nano(270_000) == Decimal("0.00027")
    assert costs.from_nano(None) is None
