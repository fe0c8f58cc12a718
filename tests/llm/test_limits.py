import heapq
import random
from collections.abc import Callable

import pytest

from evals.llm.limits import AdaptiveLimit, Pacer

LATENCY_S = 0.05


def drive(
    limit: AdaptiveLimit, bears: Callable[[int], bool], calls: int, wait_s: float = 0.2
) -> tuple[int, float]:
    """Refusals and seconds until so many calls are answered; a refused one rests a while."""
    now, refused, answered, waiting = 0.0, 0, 0, calls
    events: list[tuple[float, int, str, int]] = []
    in_flight = number = 0
    while answered < calls:
        while waiting and in_flight < limit.limit:
            in_flight, waiting, number = in_flight + 1, waiting - 1, number + 1
            outcome = "answer" if bears(in_flight) else "refusal"
            after = LATENCY_S if outcome == "answer" else 0.002
            heapq.heappush(events, (now + after, number, outcome, in_flight))
        now, _, outcome, level = heapq.heappop(events)
        if outcome == "rested":
            waiting += 1
            continue
        in_flight -= 1
        if outcome == "answer":
            answered += 1
            limit.on_success(now, level)
        else:
            refused += 1
            number += 1
            limit.on_rate_limited(now, level)
            heapq.heappush(events, (now + wait_s, number, "rested", 0))
    return refused, now


def test_it_finds_what_the_provider_bears() -> None:
    limit = AdaptiveLimit(start=4, most=256)

    refused, seconds = drive(limit, lambda in_flight: in_flight <= 20, 5_000)

    assert refused <= 0.03 * 5_000
    assert 5_000 * LATENCY_S / 20 / seconds >= 0.85
    assert limit.ceiling == 20


def test_it_follows_a_provider_that_bears_less_than_before() -> None:
    limit = AdaptiveLimit(start=64, most=64)
    bears = iter([64] * 1_000 + [5] * 100_000)

    _, seconds = drive(limit, lambda in_flight: in_flight <= next(bears), 3_000)

    assert limit.limit == 5
    assert seconds <= 1.1 * (1_000 / 64 + 2_000 / 5) * LATENCY_S


@pytest.mark.parametrize("seed", range(4))
def test_it_is_not_slowed_down_by_refusals_that_have_no_reason(seed: int) -> None:
    chance = random.Random(seed)
    limit = AdaptiveLimit(start=16, most=64)

    refused, seconds = drive(limit, lambda _: chance.random() > 0.1, 5_000)

    assert 400 < refused < 700
    assert seconds <= 1.6 * 5_000 * LATENCY_S / 64


def test_it_uses_all_that_is_allowed_when_nobody_refuses() -> None:
    limit = AdaptiveLimit(start=8, most=64)

    drive(limit, lambda _: True, 500)

    assert limit.limit == 64
    assert limit.ceiling is None


def test_it_does_not_grow_while_the_limit_is_not_used() -> None:
    limit = AdaptiveLimit(start=10, most=64)

    for _ in range(100):
        limit.on_success(1.0, 2)

    assert limit.limit == 10


def test_it_remembers_the_ceiling_for_five_seconds() -> None:
    limit = AdaptiveLimit(start=50, most=64)
    for level in (50, 51):
        limit.on_rate_limited(0.0, level)

    for _ in range(5_000):
        limit.on_success(4.0, limit.limit)
    assert limit.limit == 49

    for _ in range(5_000):
        limit.on_success(6.0, limit.limit)
    assert limit.limit == 64


def test_it_never_goes_below_one() -> None:
    limit = AdaptiveLimit(start=1, most=4)

    for second in range(10):
        limit.on_rate_limited(float(second), 1)

    assert limit.limit == 1


def test_the_pacer_keeps_to_the_number_in_any_minute() -> None:
    pacer, now = Pacer(10), 0.0
    starts: list[float] = []

    while len(starts) < 35:
        wait_s = pacer.wait_s(now)
        if wait_s:
            now += wait_s
        else:
            pacer.on_start(now)
            starts.append(now)
            now += 0.1

    assert all(
        later - earlier > 59.999 for earlier, later in zip(starts, starts[10:], strict=False)
    )
    assert starts[-1] < 181


def test_the_pacer_without_a_number_never_waits() -> None:
    pacer = Pacer(None)
    for _ in range(1_000):
        pacer.on_start(0.0)

    assert pacer.wait_s(0.0) == 0
