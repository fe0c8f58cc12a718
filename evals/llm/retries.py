"""Which failed calls are made again, and when. Pure decisions; the engine waits and counts."""

import random
from collections.abc import Callable, Mapping

from evals.llm.errors import ModelError

FIRST_S = 0.5
LONGEST_S = 60.0
LONGEST_PAUSE_S = 3_600.0
# Tries in all, the first one included.
MOST_TRIES = 4
TRIES_BY_KIND: Mapping[str, int] = {"rate_limited": 8, "not_ready": 30}


def backoff_s(
    error: ModelError, attempt: int, *, chance: Callable[[], float] = random.random
) -> float | None:
    """Seconds to wait before the next try; None when there shall be none.

    `attempt` counts the tries made so far, from 1. What the provider asks for in
    `Retry-After` is the least wait, with up to a quarter more so that not all
    come back at once; without it the wait is drawn from 0 to 0.5 s × 2^(attempt-1),
    60 s at most ("full jitter", AWS Architecture Blog, 2015). Longer waits than 60 s
    are no retry but a pause of the connection: see `pause_s`.
    """
    tries = TRIES_BY_KIND.get(error.kind, MOST_TRIES)
    if not error.retryable or attempt >= tries or pause_s(error) is not None:
        return None
    if error.retry_after_s is not None:
        return error.retry_after_s * (1 + chance() / 4)
    return float(chance() * min(LONGEST_S, FIRST_S * 2 ** (attempt - 1)))


def pause_s(error: ModelError) -> float | None:
    """Seconds for which the whole connection shall rest, when the provider asks for over 60 s.

    An hour at most: then one call asks again, so that no mistaken date stops a run for ever.
    """
    wait_s = error.retry_after_s
    if not error.retryable or wait_s is None or wait_s <= LONGEST_S:
        return None
    return min(wait_s, LONGEST_PAUSE_S)
