"""How many calls may be in flight, and how many may start: pure arithmetic, no waiting.

The engine asks before each call and reports after it; time comes in as an argument.
"""

from collections import deque

CEILING_FORGOTTEN_S = 5.0
# Refusals that follow one another so closely show that the steps down are too small.
IN_A_ROW_S = 1.0
LEAST_REFUSALS = 2
WINDOW_S = 60.0
OUTCOMES_KEPT = 128
# So many acceptances for one refusal, at the same level, say that the level is not the reason.
ACCEPTED_PER_REFUSED = 3


class AdaptiveLimit:
    """The number of calls in flight that a provider bears, found by trying.

    Doubles with each round of answers until the first refusal; from then on grows
    by one a round (additive increase as in Chiu and Jain, 1989) up to the ceiling:
    just below the lowest level that was refused in the last 5 s. The decrease is to
    what was seen to be borne, in doubling steps while refusals go on. Refusals at a
    level at which most calls are accepted are bad luck and change nothing.

    A call's *level* is the number of calls in flight when it started, itself included.
    """

    def __init__(self, *, start: int, most: int) -> None:
        """`start` calls at first, never more than `most`, never fewer than one."""
        self._most = float(max(1, most))
        self._limit = min(float(max(1, start)), self._most)
        self._ceiling: int | None = None
        self._refused_at = -CEILING_FORGOTTEN_S
        self._step = 1
        self._was_refused = False
        self._streak: list[int] = []
        self._outcomes: deque[tuple[int, bool]] = deque(maxlen=OUTCOMES_KEPT)

    @property
    def limit(self) -> int:
        """How many calls may be in flight now."""
        return int(self._limit)

    @property
    def ceiling(self) -> int | None:
        """The remembered ceiling, or None when there was no refusal lately."""
        return self._ceiling

    def on_success(self, now_s: float, level: int) -> int:
        """Take note of an answer to a call of this level; returns the limit."""
        self._outcomes.append((level, True))
        self._streak.clear()
        if self._ceiling is not None and now_s - self._refused_at > CEILING_FORGOTTEN_S:
            self._ceiling = None
        if self._ceiling is not None and level > self._ceiling and self._is_bad_luck(level):
            # Calls beyond it are accepted after all: it was never one.
            self._ceiling, self._was_refused = None, False
            self._limit = max(self._limit, float(level))
        # A limit that is not used up proves nothing about a higher one.
        if level * 2 > self._limit:
            self._limit += 1 / self._limit if self._was_refused else 1.0
        highest = self._most if self._ceiling is None else float(self._ceiling)
        self._limit = min(self._limit, highest)
        return self.limit

    def on_rate_limited(self, now_s: float, level: int) -> int:
        """Take note of a refusal of a call of this level; returns the limit."""
        self._outcomes.append((level, False))
        self._streak.append(level)
        level = min(self._streak)
        if self._is_bad_luck(level):
            return self.limit
        is_under_ceiling = self._ceiling is not None and level <= self._ceiling
        in_a_row = is_under_ceiling and now_s - self._refused_at < IN_A_ROW_S
        self._step = self._step * 2 if in_a_row else 1
        self._was_refused, self._refused_at = True, now_s
        borne = max(1, level - min(self._step, max(1, level // 2)))
        self._ceiling = borne if self._ceiling is None else min(self._ceiling, borne)
        self._limit = min(self._limit, float(self._ceiling))
        return self.limit

    def _is_bad_luck(self, level: int) -> bool:
        outcomes = [accepted for other, accepted in self._outcomes if other >= level]
        accepted = sum(outcomes)
        refused = len(outcomes) - accepted
        return refused < LEAST_REFUSALS or accepted >= ACCEPTED_PER_REFUSED * refused


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
