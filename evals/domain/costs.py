"""Money: US dollars as Decimal, and as whole nano-dollars in the hot tables."""

from decimal import ROUND_HALF_UP, Decimal

NANO = 1_000_000_000
MILLION = 1_000_000


def cost_usd(
    tokens_in: int | None,
    tokens_out: int | None,
    *,
    input_per_1m: Decimal | None,
    output_per_1m: Decimal | None,
) -> Decimal | None:
    """The cost of a call in US dollars, from token counts and prices per million tokens.

    None, not 0, when a count or a price that it needs is unknown.
    """
    parts = ((tokens_in, input_per_1m), (tokens_out, output_per_1m))
    costs = [_part(tokens, price) for tokens, price in parts]
    known = [cost for cost in costs if cost is not None]
    return sum(known, Decimal(0)) if len(known) == len(costs) else None


def to_nano(usd: Decimal | None) -> int | None:
    """Whole nano-dollars, half a one rounded up; None stays None."""
    if usd is None:
        return None
    return int((usd * NANO).to_integral_value(rounding=ROUND_HALF_UP))


def from_nano(nano: int | None) -> Decimal | None:
    """US dollars from nano-dollars, exactly; None stays None."""
    return None if nano is None else Decimal(nano) / NANO


def _part(tokens: int | None, per_1m: Decimal | None) -> Decimal | None:
    # A price of 0 needs no count: free is free.
    if per_1m == 0 or tokens == 0:
        return Decimal(0)
    return None if tokens is None or per_1m is None else per_1m * tokens / MILLION
