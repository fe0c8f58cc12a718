"""How many calls may be in flight, and how many may start: pure arithmetic, no waiting.

The engine asks before each call and reports after it; time comes in as an argument.
"""

from collections import deque

GROWTH = 1.0
SHRINK = 0.7
# Refusals of calls that were all under way belong to one event.
ONE_EVENT_S = 1.0
CEILING_SHARE = 0.95
CEILING_FORGOTTEN_S = 60.0
WINDOW_S = 60.0


class AdaptiveLimit:
    """The number of calls in flight that a provider bears, found by trying.

    Grows by one for every `limit` successes (additive), shrinks to 70 % on a
    refusal (multiplicative; Chiu and Jain, 1989), and remembers where it was
    refused: below 95 % of that ceiling it doubles as fast as it is used, above it
    it does not go until the ceiling is a minute old.
    """

    def __init__(self, *, start: int, most: int) -> None:
        """`start` calls at first, never more than `most`, never fewer than one."""
        self._most = float(max(1, most))
        self._limit = min(float(max(1, start)), self._most)
        self._ceiling: float | None = None
        self._refused_at: float | None = None

    @property
    def limit(self) -> int:
        """How many calls may be in flight now."""
        return int(self._limit)

    @property
    def ceiling(self) -> int | None:
        """Where the last refusal came, or None when there was none lately."""
        return None if self._ceiling is None else int(self._ceiling)

    def on_success(self, now_s: float) -> int:
        """Take note of an answer; returns the limit."""
        if self._refused_at is not None and now_s - self._refused_at > CEILING_FORGOTTEN_S:
            self._ceiling = self._refused_at = None
        if self._ceiling is None:
            self._limit += GROWTH
        else:
            near = max(1.0, self._ceiling * CEILING_SHARE)
            self._limit = max(self._limit, min(near, self._limit + GROWTH / self._limit))
        self._limit = min(self._limit, self._most)
        return self.limit

    def on_rate_limited(self, now_s: float, in_flight: int) -> int:
        """Take note of a refusal while `in_flight` calls, this one included, were under way.

        Refusals within a second of one that counted are the same event. Returns the limit.
        """
        if self._refused_at is not None and now_s - self._refused_at < ONE_EVENT_S:
            return self.limit
        self._refused_at = now_s
        self._ceiling = max(1.0, min(self._limit, float(in_flight)) - 1)
        self._limit = max(1.0, self._ceiling * SHRINK)
        return self.limit


class Pacer:
    """Keeps the calls started within any 60 s at or below a number."""

    def __init__(self, per_minute: int | None) -> None:
        """None or 0 is no limit."""
        self._most = per_minute or 0
        self._starts: deque[float] = deque()

    def wait_s(self, now_s: float) -> float:
        """Seconds until a call may start; 0 when it may start now. Takes no note of one."""
        if not self._most:
            return 0.0
        while self._starts and self._starts[0] <= now_s - WINDOW_S:
            self._starts.popleft()
        if len(self._starts) < self._most:
            return 0.0
        return self._starts[0] + WINDOW_S - now_s

    def on_start(self, now_s: float) -> None:
        """Take note of a call that starts now."""
        if self._most:
            self._starts.append(now_s)
