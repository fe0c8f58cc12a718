import pytest

from evals.llm.errors import (
    AuthError,
    ModelError,
    NetworkError,
    NotReadyError,
    RateLimitedError,
    ServerError,
    TimedOutError,
)
from evals.llm.retries import backoff_s, pause_s


def lucky() -> float:
    return 0.0


def unlucky() -> float:
    return 1.0


@pytest.mark.parametrize("kind", [ServerError, NetworkError, TimedOutError, RateLimitedError])
def test_it_waits_longer_each_time_and_a_minute_at_most(kind: type[ModelError]) -> None:
    waits = [backoff_s(kind("x"), attempt, chance=unlucky) for attempt in (1, 2, 3)]

    assert waits == [0.5, 1.0, 2.0]
    assert backoff_s(NotReadyError("x"), 29, chance=unlucky) == 60


def test_it_spreads_the_waits_from_nothing_on() -> None:
    assert backoff_s(ServerError("x"), 3, chance=lucky) == 0


def test_it_gives_up_in_the_end() -> None:
    assert backoff_s(ServerError("x"), 4) is None
    assert backoff_s(RateLimitedError("x"), 7) is not None
    assert backoff_s(RateLimitedError("x"), 8) is None


@pytest.mark.parametrize("error", [AuthError("x"), RateLimitedError("x", retryable=False)])
def test_it_does_not_try_again_what_will_fail_again(error: ModelError) -> None:
    assert backoff_s(error, 1) is None
    assert pause_s(error) is None


def test_it_comes_back_when_told_and_never_before() -> None:
    error = RateLimitedError("x", retry_after_s=10)

    assert backoff_s(error, 1, chance=lucky) == 10
    assert backoff_s(error, 1, chance=unlucky) == 12.5


def test_an_hour_is_a_pause_of_the_connection_and_no_retry() -> None:
    error = RateLimitedError("x", retry_after_s=3_600)

    assert backoff_s(error, 1) is None
    assert pause_s(error) == 3_600
    assert pause_s(RateLimitedError("x", retry_after_s=60)) is None


def test_no_pause_is_longer_than_an_hour() -> None:
    assert pause_s(RateLimitedError("x", retry_after_s=1e12)) == 3_600
