"""How numbers look on screen, as tables."""

from decimal import Decimal

import pytest

from evals.domain import rendering
from evals.domain.scales import Scale

COUNT = Scale(high=None, unit="words")


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (rendering.count(1234), "1,234"),
        (rendering.count(0), "0"),
        (rendering.count(None), "–"),
        (rendering.number(0.6), "0.6"),
        (rendering.number(5000), "5,000"),
        (rendering.number(-0.001), "0"),
        (rendering.number(None), "–"),
        (rendering.significant(12_345_678.0), "12,345,678"),
        (rendering.significant(1234.5), "1,234.5"),
        (rendering.significant(0.0004), "0.0004"),
        (rendering.significant(-0.0), "0"),
        (rendering.significant(2e21), "2e+21"),
        (rendering.significant(None), "–"),
        (rendering.percent(0.808), "81%"),
        (rendering.percent(0.808, decimals=1), "80.8%"),
        (rendering.percent(0.825), "83%"),
        (rendering.percent(0.725), "73%"),
        (rendering.percent(0.575), "58%"),
        (rendering.percent(0.0625, decimals=1), "6.3%"),
        (rendering.percent(0.0), "0%"),
        (rendering.percent(1.0), "100%"),
        (rendering.percent(0.999), ">99%"),
        (rendering.percent(0.9999, decimals=1), ">99.9%"),
        (rendering.percent(0.001), "<1%"),
        (rendering.percent(None), "–"),
        (rendering.points(0.18), "+18"),
        (rendering.points(-0.042, decimals=1), "−4.2"),
        (rendering.points(0.125), "+13"),
        (rendering.points(-0.825 + 0.7), "−13"),
        (rendering.points(0.0), "0"),
        (rendering.points(None), "–"),
        (rendering.score(0.412, Scale()), "0.41"),
        (rendering.score(0.999, Scale()), "0.999"),
        (rendering.score(0.001, Scale()), "0.001"),
        (rendering.score(0.0, Scale()), "0.00"),
        (rendering.score(1e-9, Scale()), "1e-09"),
        (rendering.score(1, Scale(binary=True)), "Yes"),
        (rendering.score(0, Scale(binary=True)), "No"),
        (rendering.score(1, COUNT), "1 word"),
        (rendering.score(1200, COUNT), "1,200 words"),
        (rendering.score(2, Scale(high=None)), "2"),
        (rendering.score(900, Scale(high=None, unit="ms")), "0.9 s"),
        (rendering.score(0.0004, Scale(high=None, unit="USD")), "$0.0004"),
        (rendering.score(None, Scale()), "–"),
        (rendering.rate(1200.0), ("1,200", "a second")),
        (rendering.rate(0.96), ("1", "a second")),
        (rendering.rate(0.04), ("2.4", "a minute")),
        (rendering.rate(0.0004), ("1.4", "an hour")),
        (rendering.rate(1e-9), ("<0.1", "an hour")),
        (rendering.rate(None), ("–", "")),
        (rendering.latency(920), "0.9 s"),
        (rendering.latency(45), "45 ms"),
        (rendering.latency(0), "0 ms"),
        (rendering.latency(75_000), "75.0 s"),
        (rendering.latency(None), "–"),
        (rendering.money(Decimal("0.0004")), "$0.0004"),
        (rendering.money(0.000123), "$0.00012"),
        (rendering.money(0.11), "$0.11"),
        (rendering.money(4.9), "$4.90"),
        (rendering.money(1234.5), "$1,234.50"),
        (rendering.money(0), "$0"),
        (rendering.money(-0.5), "−$0.50"),
        (rendering.money(None), "–"),
        (rendering.cost_per_1k(0.00041), "$0.41 / 1k"),
        (rendering.cost_per_1k(None), "–"),
        (rendering.duration_words(2), "a few seconds"),
        (rendering.duration_words(21), "about 20 seconds"),
        (rendering.duration_words(58), "about 1 minute"),
        (rendering.duration_words(250), "about 4 minutes"),
        (rendering.duration_words(3590), "about 1 hour"),
        (rendering.duration_words(9000), "about 2 hours"),
        (rendering.duration_words(200_000), "about 2 days"),
        (rendering.duration_words(None), "–"),
        (rendering.difference(old=0.8, new=0.875), "+0.075 / +9.4%"),
        (rendering.difference(old=0.8, new=0.8), "0"),
        (rendering.difference(old=0, new=0.5), "+0.5"),
        (rendering.difference(old=0.5, new=0.25), "−0.25 / −50%"),
        (rendering.difference(old=None, new=0.875), "–"),
    ],
)
def test_it_shows_a_number_as_people_read_it(shown: str, expected: str) -> None:
    assert shown == expected


def test_a_scale_must_make_sense() -> None:
    with pytest.raises(ValueError, match="cannot end at 0"):
        Scale(low=1, high=0)
    with pytest.raises(ValueError, match="goes from 0 to 1"):
        Scale(high=5, binary=True)
