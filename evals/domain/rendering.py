"""Every number on screen is written here. None is "–": no data is never shown as 0."""

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from math import floor, log10

from evals.domain.scales import Scale

NOTHING = "–"

# A latency under 0.1 s would read "0.0 s".
_SHOWN_IN_MS_BELOW = 100
_LOWEST_RATE = 0.1
_CENT = Decimal("0.01")
_MINUTE_S = 60
_HOUR_S = 3600
_DAY_S = 86_400


def count(value: int | None) -> str:
    """A whole number with thousands separators: "1,234"."""
    return NOTHING if value is None else f"{value:,}"


def number(value: float | None, *, decimals: int = 2) -> str:
    """A plain number without needless zeros: "0.6", "1", "5,000", "-0.25"."""
    if value is None:
        return NOTHING
    text = f"{value:,.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def significant(value: float | None) -> str:
    """A number of any size in six digits or more: "1,234.5", "0.0004", "12,345,678", "2e+21"."""
    if value is None:
        return NOTHING
    is_long = 1e6 <= abs(value) < 1e15
    # Adding 0 turns -0.0 into 0.0.
    return f"{value:,.0f}" if is_long else f"{value + 0:,.6g}"


def percent(share: float | None, *, decimals: int = 0) -> str:
    """A share of 1 as "81%"; a half is rounded up.

    Rounding never makes "100%" or "0%" of what is not: 0.999 is ">99%", 0.001 "<1%".
    """
    if share is None:
        return NOTHING
    step = 10**-decimals
    rounded = _half_up(share * 100, decimals)
    if rounded >= 100 and share < 1:
        return f">{100 - step:.{decimals}f}%"
    if rounded <= 0 and share > 0:
        return f"<{step:.{decimals}f}%"
    return f"{rounded:.{decimals}f}%"


def points(difference_of_shares: float | None, *, decimals: int = 0) -> str:
    """A difference of two shares in percentage points: "+18", "−4.2", "0"."""
    if difference_of_shares is None:
        return NOTHING
    return _signed(float(_half_up(difference_of_shares * 100, decimals)), decimals)


def score(value: float | None, scale: Scale) -> str:
    """A score as its scale reads: "Yes", "0.41", "4", "12 words", "0.9 s", "$0.0004"."""
    if value is None:
        return NOTHING
    if scale.binary:
        return "Yes" if value >= 1 else "No"
    if scale.unit == "ms":
        return latency(value)
    if scale.unit == "USD":
        return money(value)
    if scale.unit:
        unit = scale.unit.removesuffix("s") if value == 1 else scale.unit
        return f"{number(value)} {unit}"
    return _between_ends(value, scale) if scale.high == 1 else number(value)


def latency(ms: float | None) -> str:
    """Milliseconds as "0.9 s"; under a tenth of a second as "45 ms"."""
    if ms is None:
        return NOTHING
    if ms < _SHOWN_IN_MS_BELOW:
        return f"{ms:.0f} ms"
    return f"{ms / 1000:,.1f} s"


def rate(a_second: float | None) -> tuple[str, str]:
    """How often something happens, and in which time: ("2.4", "a minute"); ("–", "") for None."""
    if a_second is None:
        return NOTHING, ""
    for size_s, unit in ((1, "a second"), (_MINUTE_S, "a minute"), (_HOUR_S, "an hour")):
        if a_second * size_s >= _LOWEST_RATE:
            return number(a_second * size_s, decimals=1), unit
    return f"<{_LOWEST_RATE}", "an hour"


def money(usd: Decimal | float | None) -> str:
    """US dollars: cents from one cent up, two significant digits below ("$0.0004")."""
    if usd is None:
        return NOTHING
    amount = Decimal(str(usd))
    if amount == 0:
        return "$0"
    sign = "−" if amount < 0 else ""
    amount = abs(amount)
    if amount >= _CENT:
        return f"{sign}${amount.quantize(_CENT, ROUND_HALF_EVEN):,}"
    digits = -amount.adjusted() + 1
    text = f"{amount:.{digits}f}".rstrip("0")
    return f"{sign}${text}"


def cost_per_1k(usd_per_answer: Decimal | float | None) -> str:
    """What 1,000 answers cost, from the cost of one: "$0.41 / 1k"."""
    if usd_per_answer is None:
        return NOTHING
    return f"{money(Decimal(str(usd_per_answer)) * 1000)} / 1k"


def duration_words(seconds: float | None) -> str:
    """A time left or spent, in words: "about 4 minutes"."""
    if seconds is None:
        return NOTHING
    if seconds < 5:
        return "a few seconds"
    if seconds < _MINUTE_S - 5:
        return f"about {max(5, round(seconds / 5) * 5)} seconds"
    for size_s, unit, next_size_s in (
        (_MINUTE_S, "minute", _HOUR_S),
        (_HOUR_S, "hour", _DAY_S),
    ):
        amount = max(1, round(seconds / size_s))
        if amount * size_s < next_size_s:
            return f"about {amount} {unit}{'' if amount == 1 else 's'}"
    days = max(1, round(seconds / _DAY_S))
    return f"about {days} day{'' if days == 1 else 's'}"


def difference(*, old: float | None, new: float | None) -> str:
    """How much `new` is above `old`: "+0.075 / +9.4%"; without the share when old is 0."""
    if old is None or new is None:
        return NOTHING
    change = new - old
    absolute = _signed(change, 3)
    if old == 0 or absolute == "0":
        return absolute
    return f"{absolute} / {_signed(change / abs(old) * 100, 1)}%"


def _half_up(value: float, decimals: int) -> Decimal:
    """`value` rounded as people do it by hand, a half away from zero: 82.5 is 83."""
    # In binary 57.5 % of 1 is 57.49999999999999.
    exact = Decimal(f"{value:.9f}")
    return exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def _signed(value: float, decimals: int) -> str:
    text = number(abs(value), decimals=decimals)
    if text == "0":
        return "0"
    return f"{'+' if value > 0 else '−'}{text}"


def _between_ends(value: float, scale: Scale) -> str:
    """Two decimals, and more where two would show an end that was not reached."""
    ends = (scale.low, scale.high)
    for decimals in range(2, 6):
        if value in ends or round(value, decimals) not in ends:
            return f"{value:.{decimals}f}"
    return f"{value:.{max(6, -floor(log10(abs(value))))}g}"
