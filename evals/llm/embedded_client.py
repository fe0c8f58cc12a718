"""The client for the embedded model: starts it when needed and finds it again.

Options: `data_dir` (required), the data folder whose server is used.
"""

import asyncio
import contextlib
import dataclasses
import time
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

from evals.llm import embedded
from evals.llm.base import Completion, Endpoint, Request
from evals.llm.errors import BadRequestError, NetworkError, NotReadyError, TimedOutError
from evals.llm.openai_compatible import OpenAICompatibleClient

START_S = 60.0
USED_EVERY_S = 15.0
FREE = Decimal(0)


class EmbeddedClient:
    """Asks the embedded model, whose address changes with every start of its server."""

    def __init__(self, endpoint: Endpoint) -> None:
        """Raises BadRequestError without the option `data_dir`."""
        data_dir = endpoint.options.get("data_dir")
        if not data_dir:
            raise BadRequestError("The embedded model needs the option data_dir.")
        self._data_dir = Path(str(data_dir))
        self._used = embedded.Folder(self._data_dir).used
        self._used_at = 0.0
        self._client: OpenAICompatibleClient | None = None
        self._gone: list[OpenAICompatibleClient] = []
        self._starting = asyncio.Lock()

    async def ask(self, request: Request, *, timeout_s: float) -> Completion:
        """One try; see `evals.llm.base.Client.ask`. Loading the model counts as waiting."""
        deadline = time.monotonic() + timeout_s
        client = self._client or await self._connect(None, timeout_s)
        self._note_use()
        try:
            completion = await client.ask(request, timeout_s=deadline - time.monotonic())
        except NetworkError:
            # It was restarted elsewhere, or ended for want of use. Asking again costs nothing.
            client = await self._connect(client, deadline - time.monotonic())
            completion = await client.ask(request, timeout_s=deadline - time.monotonic())
        return dataclasses.replace(completion, cost_usd=FREE)

    async def close(self) -> None:
        """Close the connections; the server goes on for others."""
        clients = [*self._gone, self._client]
        self._gone, self._client = [], None
        for client in clients:
            if client is not None:
                await client.close()

    async def _connect(
        self, gone: OpenAICompatibleClient | None, timeout_s: float
    ) -> OpenAICompatibleClient:
        """A client for the server as it runs now, other than `gone`."""
        async with self._starting:
            if self._client is not None and self._client is not gone:
                return self._client
            if timeout_s <= 0:
                raise TimedOutError.after(0)
            base_url = await asyncio.to_thread(self._start, min(timeout_s, START_S))
            if self._client is not None:
                # Closed with the rest: others may be in the middle of a call with it.
                self._gone.append(self._client)
            self._client = OpenAICompatibleClient(
                Endpoint(
                    kind="openai",
                    base_url=base_url,
                    allowed_hosts=frozenset({urlsplit(base_url).netloc}),
                )
            )
            return self._client

    def _start(self, wait_s: float) -> str:
        try:
            return embedded.ensure_running(self._data_dir, wait_s=wait_s)
        except OSError as exc:
            raise NotReadyError(
                f"The embedded model cannot be started: {exc}.",
                hint="Check that the data folder can be written and the disk is not full.",
            ) from exc

    def _note_use(self) -> None:
        """Keep the server from ending for want of use, by a touch every 15 s at most."""
        now = time.monotonic()
        if now - self._used_at > USED_EVERY_S:
            self._used_at = now
            # Without the folder there is no server either, which the call will show.
            with contextlib.suppress(OSError):
                self._used.touch()
