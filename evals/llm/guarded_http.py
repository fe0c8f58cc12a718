"""The one way out: HTTP to vetted addresses, with a deadline and a size limit.

Every client of this package, ours, litellm's and the openai SDK's, sends through
`GuardedHttp`, so what is promised here holds for all: the connection goes to an
address that the guard has judged, redirects and proxies are not followed,
compressed answers are refused unread, an answer is at most 8 MiB, and the whole
exchange ends within its deadline.
"""

import errno
import socket
import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

import aiohttp
import certifi
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from evals.llm import guard
from evals.llm.errors import (
    BadResponseError,
    ModelError,
    NetworkError,
    RefusedAddressError,
    TimedOutError,
    TooLargeError,
)
from evals.llm.redaction import excerpt

LARGEST_ANSWER = 8 * 1024 * 1024
# Above what the engine keeps in flight, so that no call waits for a connection.
CONNECTIONS = 1_000
CONNECT_S = 15.0
KEEP_ALIVE_S = 30.0
NAMES_KEPT_S = 60
URLS_KEPT = 256
HEADERS = {"Accept-Encoding": "identity", "User-Agent": "Evalground"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """A complete answer. `latency_ms` covers the exchange from first to last byte."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    latency_ms: float


class GuardedHttp:
    """An HTTP session of one connection, bound to one event loop.

    `secrets` are removed from every error text.
    """

    def __init__(
        self,
        *,
        allowed_hosts: Iterable[str] = (),
        secrets: Iterable[str] = (),
        largest_answer: int = LARGEST_ANSWER,
    ) -> None:
        self._allowed = frozenset(allowed_hosts)
        self.secrets = tuple(secret for secret in secrets if secret)
        self._largest = largest_answer
        self._session: aiohttp.ClientSession | None = None
        self._urls: dict[str, URL] = {}

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes | None,
        timeout_s: float,
    ) -> Reply:
        """Send once and return the whole answer, of whatever status below 300 or above 399.

        Raises RefusedAddressError before anything is sent; TimedOutError,
        NetworkError, TooLargeError or BadResponseError (redirect, compressed,
        not HTTP) afterwards.
        """
        if timeout_s <= 0:
            # aiohttp takes this for "no limit".
            raise TimedOutError("The time-out was over before the call was made.")
        target = self._urls.get(url) or self._vetted_url(url)
        session = self._session or self._open()
        timeout = aiohttp.ClientTimeout(total=timeout_s, sock_connect=CONNECT_S)
        started = time.perf_counter()
        try:
            async with session.request(
                method, target, data=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                self._check_head(response)
                content = await self._read(response)
        except ModelError:
            raise
        except (aiohttp.ClientError, OSError, ValueError) as exc:
            raise self._error(exc, target, timeout_s) from exc
        return Reply(
            status=response.status,
            headers=response.headers,
            body=content,
            latency_ms=(time.perf_counter() - started) * 1000,
        )

    async def close(self) -> None:
        """Close all connections; a later request opens new ones."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _open(self) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            limit=CONNECTIONS,
            resolver=_VettingResolver(self._allowed),
            ttl_dns_cache=NAMES_KEPT_S,
            keepalive_timeout=KEEP_ALIVE_S,
            ssl=_tls_context(),
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            headers=HEADERS,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
        )
        return self._session

    def _vetted_url(self, url: str) -> URL:
        target = guard.parse(url)
        # aiohttp asks no resolver for an address written as a number: it is judged here.
        guard.check_scheme(target, allowed=guard.is_allowed(target, self._allowed))
        parsed = URL(url, encoded=True)
        if (parsed.scheme, parsed.host, parsed.port) != (target.scheme, target.host, target.port):
            raise RefusedAddressError(
                f"The address {target.host_port} can be read in two ways.",
                hint="Write the base URL in its usual form.",
            )
        if len(self._urls) < URLS_KEPT:
            self._urls[url] = parsed
        return parsed

    def _check_head(self, response: aiohttp.ClientResponse) -> None:
        if 300 <= response.status < 400:
            place = excerpt(response.headers.get("Location", "nowhere"), self.secrets)
            raise BadResponseError(
                f"The address answered with a redirect to {place}; redirects are not followed.",
                hint="Enter the final address as base URL.",
                status=response.status,
            )
        encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
        if encoding not in ("", "identity"):
            raise BadResponseError(
                "The answer is compressed although that was not asked for.",
                hint="Switch compression off at the server or the proxy before it.",
                billed_maybe=True,
                status=response.status,
            )

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        length = response.content_length
        if length is not None and length <= self._largest:
            # aiohttp hands out no more than the length that was announced.
            return await response.read()
        chunks, size = [], 0
        if length is None:
            async for chunk in response.content.iter_any():
                size += len(chunk)
                if size > self._largest:
                    break
                chunks.append(chunk)
        if length is not None or size > self._largest:
            response.close()
            raise TooLargeError(
                f"The answer is larger than {self._largest // (1024 * 1024)} MiB.",
                billed_maybe=True,
                status=response.status,
            )
        return b"".join(chunks)

    def _error(self, exc: Exception, url: URL, timeout_s: float) -> ModelError:
        """Our error for one of aiohttp's; only its words that can hold no key are used."""
        place = f"{url.host}:{url.port}"
        if isinstance(exc, aiohttp.ConnectionTimeoutError):
            return TimedOutError(f"{place} did not accept a connection in {CONNECT_S:g} s.")
        if isinstance(exc, TimeoutError):
            return TimedOutError.after(timeout_s)
        if isinstance(exc, aiohttp.ClientSSLError):
            return NetworkError(
                f"No secure connection to {place}: {_tls_reason(exc)}.",
                hint="Check that the address speaks https and has a valid certificate.",
                retryable=False,
            )
        if isinstance(exc, aiohttp.ClientConnectorError):
            return NetworkError(f"{place} cannot be reached: {_os_reason(exc)}.")
        if isinstance(exc, aiohttp.ClientResponseError):
            return BadResponseError(f"{place} does not answer as a web server does.")
        if isinstance(exc, ValueError):
            return RefusedAddressError("A header of the request is not allowed in HTTP.")
        return NetworkError(f"{place} cut the connection.", billed_maybe=True)


class _VettingResolver(AbstractResolver):
    """Looks names up and hands out addresses that the guard has judged, and no others."""

    def __init__(self, allowed_hosts: frozenset[str]) -> None:
        self._allowed = allowed_hosts

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        # The scheme was judged with the URL; here only the addresses count.
        target = guard.Target(scheme="https", host=host, port=port)
        allowed = guard.is_allowed(target, self._allowed)
        vetted = await guard.vet_async(target, allowed=allowed)
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=found,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in vetted.addresses
            if family in (found := _family(address), socket.AF_UNSPEC)
        ]

    async def close(self) -> None:
        """Nothing is kept open."""


def _family(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


@cache
def _tls_context() -> ssl.SSLContext:
    context = ssl.create_default_context()
    # Some Pythons come without certificates; the system's may be a folder read on demand.
    context.load_verify_locations(certifi.where())
    return context


def _tls_reason(exc: aiohttp.ClientSSLError) -> str:
    cause = exc.os_error
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"its certificate is not valid ({cause.verify_message})"
    return "it does not answer in TLS"


def _os_reason(exc: aiohttp.ClientConnectorError) -> str:
    if exc.os_error.errno == errno.ECONNREFUSED:
        return "nothing listens there"
    return (exc.os_error.strerror or "no connection").lower()
