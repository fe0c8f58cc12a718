"""One cell's question to a model: tries, waits, and how it ends. It always ends.

Time within calls is limited by the connection's time-out, for all tries together; waiting that
the provider asks for, or that a model needs to load, does not count.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from evals.domain.faults import fault
from evals.engine.endpoints import Reach
from evals.engine.turns import Turns, happens
from evals.llm.base import Client, Completion, Request
from evals.llm.errors import ModelError, NotReadyError, TimedOutError
from evals.llm.limits import Pacer
from evals.llm.registry import open_client
from evals.llm.retries import backoff_s, pause_s

logger = logging.getLogger(__name__)

LOADING_S = 180.0
PROBE_S = 1.0
LEAST_SHARE = 0.1
CLOSE_S = 10.0
# Clients keep their time themselves, but for the first import of a library.
OVERTIME_S = 30.0


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Why a cell has no answer: a class of error, words for people, and whether it cost money."""

    kind: str
    words: str
    billed_maybe: bool = False


UNEXPECTED = Failure(
    kind="unexpected",
    words="The call failed in a way that is a fault of this program; its log says more.",
    billed_maybe=True,
)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a question ended; neither a completion nor a failure: it was not asked to the end."""

    tries: int
    completion: Completion | None = None
    failure: Failure | None = None

    @property
    def is_given_up(self) -> bool:
        """The cell is to be asked again later, by whoever holds its shard then."""
        return self.completion is None and self.failure is None


class Caller:
    """Asks the models of one connection for one pool. Bound to one event loop."""

    def __init__(
        self, reach: Reach, pacer: Pacer, pause: Callable[[float, str], Awaitable[None]]
    ) -> None:
        """`pause(seconds, reason)` stops the connection's shards here and claims of it anywhere."""
        self._reach = reach
        self._pause = pause
        self._client: Client | None = None
        self._broken = Failure(kind="connection", words=reach.problem) if reach.problem else None
        self._turns = Turns(most=reach.concurrency, pacer=pacer)
        self._loading = asyncio.Lock()
        self._loading_since: float | None = None

    def open(self) -> None:
        """Make the client; a refused address or option becomes the failure of every cell.

        So does a fault of the client itself: one connection must not end the others' work.
        """
        if self._reach.endpoint is None:
            return
        try:
            self._client = open_client(self._reach.endpoint)
        except ModelError as error:
            self._broken = failure_of(error)
        except Exception as error:  # noqa: BLE001 - a client is foreign code
            logger.error("client_not_opened", extra=fault(error))
            self._broken = UNEXPECTED

    async def close(self) -> None:
        """Give back the client's connections. Never raises, and takes 10 s at most."""
        if self._client is None:
            return
        try:
            async with asyncio.timeout(CLOSE_S):
                await self._client.close()
        except Exception as error:  # noqa: BLE001 - a client is foreign code
            logger.error("client_not_closed", extra=fault(error))

    async def ask(self, request: Request, stopped: asyncio.Event) -> Outcome:
        """Ask until there is an answer, a final error, or `stopped` is set.

        No try starts after `stopped`.
        """
        if self._client is None or self._broken is not None:
            return Outcome(tries=1, failure=self._broken)
        tries, left_s, billed = 0, float(self._reach.timeout_s), False
        while level := await self._turns.take(stopped):
            started = time.monotonic()
            error: ModelError | None = None
            try:
                completion = await _in_time(self._client, request, left_s)
            except ModelError as raised:
                error = raised
            finally:
                self._turns.give_back(level, error)
            if error is None:
                self._loading_since = None
                return Outcome(tries=tries + 1, completion=completion)
            if not isinstance(error, NotReadyError):
                left_s -= time.monotonic() - started
                tries += 1
            billed = billed or error.billed_maybe
            if not await self._may_go_on(error, tries, left_s, stopped):
                failure = replace(failure_of(error), billed_maybe=billed)
                return Outcome(tries=max(1, tries), failure=failure)
        return Outcome(tries=tries)

    async def _may_go_on(
        self, error: ModelError, tries: int, left_s: float, stopped: asyncio.Event
    ) -> bool:
        """Wait as the error asks; False when it is final."""
        if isinstance(error, NotReadyError) and error.retryable:
            return await self._waited_for_model(stopped)
        rest_s = pause_s(error)
        if rest_s is not None:
            await self._pause(rest_s, error.message)
            return True
        wait_s = backoff_s(error, tries)
        # With next to no time left another try could only end as a time-out.
        if wait_s is None or left_s < self._reach.timeout_s * LEAST_SHARE:
            return False
        await happens(stopped, wait_s)
        return True

    async def _waited_for_model(self, stopped: asyncio.Event) -> bool:
        """One cell at a time probes a model that is being loaded; False after 180 s."""
        if self._loading_since is None:
            self._loading_since = time.monotonic()
        since = self._loading_since
        async with self._loading:
            if self._loading_since is None:
                return True
            if time.monotonic() - since > LOADING_S:
                return False
            await happens(stopped, PROBE_S)
            return True


async def _in_time(client: Client, request: Request, timeout_s: float) -> Completion:
    """One try, which ends also when the client does not keep its promise to end in time."""
    try:
        async with asyncio.timeout(timeout_s + OVERTIME_S):
            return await client.ask(request, timeout_s=timeout_s)
    except TimeoutError:
        raise TimedOutError.after(timeout_s) from None


def failure_of(error: ModelError) -> Failure:
    """The failure that stands in the place of an answer."""
    return Failure(
        kind=error.kind,
        words=f"{error.message} {error.hint}".strip(),
        billed_maybe=error.billed_maybe,
    )
