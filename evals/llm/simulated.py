"""A model that is none: deterministic answers with a set quality, latency and error rate.

For tests, benchmarks and the demonstration of large runs; pages label it
"Simulated". Options, all optional:

- `skill` (0 to 1, default 0.8): how often the sentence of the prompt that fits the
  question best is the answer; else another one, or an invented one.
- `refusal_rate`, `error_rate` (0 to 1, default 0): how often it declines, or fails
  with an error that may be retried. A retry of the same request draws anew.
- `latency_ms` (default 0) and `latency_jitter` (0 to 1, default 0): the latency is
  spread evenly over latency_ms × (1 ± jitter).
- `call_log`: a file that gets one line for each call, also across processes.
"""

import asyncio
import hashlib
import json
import random
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from evals.llm.base import Completion, Endpoint, Request
from evals.llm.chat_format import clean
from evals.llm.errors import (
    BadRequestError,
    ModelError,
    RateLimitedError,
    ServerError,
    TimedOutError,
)
from evals.llm.extractive import by_likeness, split_question

REFUSAL = "I'm sorry, but I can't answer that from the information I have."
INVENTED = (
    "It is generally thought to be {}.",
    "As far as I know, it depends on {}.",
    "The usual answer has to do with {}.",
)
NUMBERS: Mapping[str, tuple[float, float, float]] = {
    # name: default, lowest, highest
    "skill": (0.8, 0, 1),
    "refusal_rate": (0, 0, 1),
    "error_rate": (0, 0, 1),
    "latency_ms": (0, 0, 600_000),
    "latency_jitter": (0, 0, 1),
}


class SimulatedClient:
    """Answers from the request alone: equal requests get equal answers, everywhere."""

    def __init__(self, endpoint: Endpoint) -> None:
        """Raises BadRequestError for an option that is not a number or out of range."""
        self._numbers = {name: _number(endpoint.options, name) for name in NUMBERS}
        log = endpoint.options.get("call_log")
        self._call_log = Path(str(log)) if log else None
        self._tries: Counter[str] = Counter()

    async def ask(self, request: Request, *, timeout_s: float) -> Completion:
        """One try; raises ServerError or RateLimitedError at `error_rate`, TimedOutError."""
        started = time.perf_counter()
        digest = _digest(request)
        self._tries[digest] += 1
        chance = random.Random(f"{digest}/{self._tries[digest]}")  # noqa: S311 - no secret is made
        self._note_call()
        await self._wait(chance, timeout_s)
        self._fail_sometimes(chance)
        text = clean(self._answer(request, random.Random(digest)))  # noqa: S311 - no secret is made
        words = text.split()
        limit = request.max_tokens
        cut = limit is not None and len(words) > limit
        return Completion(
            text=" ".join(words[:limit]) if cut else text,
            tokens_in=sum(len(message.content.split()) for message in request.messages),
            tokens_out=min(len(words), limit) if limit is not None else len(words),
            latency_ms=(time.perf_counter() - started) * 1000,
            finish_reason="length" if cut else "stop",
        )

    async def close(self) -> None:
        """Nothing is kept open."""

    def _note_call(self) -> None:
        if self._call_log is None:
            return
        # One small write in append mode is whole, whichever processes write beside it.
        try:
            with self._call_log.open("ab", buffering=0) as file:
                file.write(b".\n")
        except OSError as exc:
            raise BadRequestError(f"The option call_log cannot be used: {exc.strerror}.") from exc

    async def _wait(self, chance: random.Random, timeout_s: float) -> None:
        jitter = self._numbers["latency_jitter"] * chance.uniform(-1, 1)
        seconds = self._numbers["latency_ms"] / 1000 * (1 + jitter)
        if seconds > timeout_s:
            await asyncio.sleep(timeout_s)
            raise TimedOutError.after(timeout_s)
        if seconds:
            await asyncio.sleep(seconds)

    def _fail_sometimes(self, chance: random.Random) -> None:
        if chance.random() >= self._numbers["error_rate"]:
            return
        error: ModelError = ServerError("The simulated model failed, as it was told to.")
        if chance.random() < 0.5:
            error = RateLimitedError("The simulated model asks for fewer calls.", retry_after_s=0.1)
        raise error

    def _answer(self, request: Request, chance: random.Random) -> str:
        refuses = chance.random() < self._numbers["refusal_rate"]
        is_right = chance.random() < self._numbers["skill"]
        if refuses:
            return REFUSAL
        prompt = "\n".join(m.content for m in request.messages if m.role != "system")
        question, others = split_question(prompt)
        ranked = by_likeness(question, others)
        if not ranked:
            words = [word for word in question.rstrip("?.!").split() if len(word) > 3]
            return chance.choice(INVENTED).format(" ".join(words[-2:]) or "the question")
        # Wrong but plausible: a sentence next in likeness.
        wrong = ranked[1:4] or [REFUSAL]
        return ranked[0] if is_right else chance.choice(wrong)


def _digest(request: Request) -> str:
    parts = [request.model, request.seed, [(m.role, m.content) for m in request.messages]]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _number(options: Mapping[str, object], name: str) -> float:
    default, lowest, highest = NUMBERS[name]
    value = options.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadRequestError(f"The option {name} must be a number, not {value!r}.")
    if not lowest <= value <= highest:
        raise BadRequestError(f"The option {name} must lie between {lowest:g} and {highest:g}.")
    return float(value)
