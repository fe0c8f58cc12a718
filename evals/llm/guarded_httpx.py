"""Our guarded HTTP in the shape of an httpx transport, for litellm and the openai SDK.

Both would follow redirects, read without limit and have no total deadline. They
get a client whose transport is `GuardedHttp`, and a refusing answer leaves it as
our own error: litellm tries again, unguarded, after errors of httpx, and neither
of the two keeps `Retry-After` or the key apart as we need it.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import httpx

from evals.llm.chat_format import read_json
from evals.llm.errors import ModelError
from evals.llm.guarded_http import GuardedHttp, Reply
from evals.llm.http_errors import error_for

# Set by us, and wrong once the answer is in memory as one piece.
FRAMING = frozenset({"connection", "content-encoding", "content-length", "transfer-encoding"})
OURS = frozenset({"accept-encoding", "connection", "content-length", "host", "transfer-encoding"})


class Exchange:
    """One call's deadline on the way in, and what went over the wire on the way out."""

    def __init__(self, deadline: float) -> None:
        self.deadline = deadline
        self.reply: Reply | None = None
        self.error: ModelError | None = None


_current: ContextVar[Exchange] = ContextVar("exchange")


@contextmanager
def exchange(timeout_s: float) -> Iterator[Exchange]:
    """Everything sent inside ends `timeout_s` seconds from now and is noted in the result."""
    noted = Exchange(time.monotonic() + timeout_s)
    token = _current.set(noted)
    try:
        yield noted
    finally:
        _current.reset(token)


class GuardedTransport(httpx.AsyncBaseTransport):
    """Sends what httpx is given through `http`; must run inside `exchange`."""

    def __init__(self, http: GuardedHttp) -> None:
        self._http = http

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The whole answer, if its status is 200 and its body is JSON.

        Raises ModelError, which is no error of httpx, in every other case.
        """
        noted = _current.get()
        noted.reply = noted.error = None
        try:
            noted.reply = await self._send(request, noted.deadline - time.monotonic())
        except ModelError as error:
            noted.error = error
            raise
        headers = [(k, v) for k, v in noted.reply.headers.items() if k.lower() not in FRAMING]
        return httpx.Response(noted.reply.status, headers=headers, content=noted.reply.body)

    async def _send(self, request: httpx.Request, timeout_s: float) -> Reply:
        reply = await self._http.request(
            request.method,
            str(request.url),
            headers={k: v for k, v in request.headers.items() if k.lower() not in OURS},
            body=await request.aread() or None,
            timeout_s=timeout_s,
        )
        if reply.status != 200:
            raise error_for(reply.status, reply.headers, reply.body, self._http.secrets)
        read_json(reply, self._http.secrets)
        return reply

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.close()
