"""Turns a refusing HTTP answer into our error: which kind, in which words, when again."""

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from evals.llm.errors import (
    AuthError,
    BadRequestError,
    BadResponseError,
    ForbiddenError,
    ModelError,
    NotFoundError,
    NotReadyError,
    RateLimitedError,
    ServerError,
)
from evals.llm.redaction import excerpt

BY_STATUS: dict[int, tuple[type[ModelError], str]] = {
    401: (AuthError, "The provider does not accept the key"),
    402: (ForbiddenError, "The provider wants payment first"),
    403: (ForbiddenError, "The provider does not allow this call"),
    404: (NotFoundError, "The provider does not know this model or path"),
    405: (NotFoundError, "The address does not take this kind of request"),
    408: (ServerError, "The provider gave up waiting"),
    409: (ServerError, "The provider reports a conflict"),
    429: (RateLimitedError, "The provider asks for fewer calls"),
}
# A gateway in front of the model gave up; the model may have answered, and been paid.
GATEWAY_STATUSES = frozenset({502, 504, 520, 522, 524})
QUOTA = re.compile(r"insufficient_quota|exceeded your current quota|credit balance", re.I)
LOADING = re.compile(r"\bload", re.I)
CONTEXT_LENGTH = re.compile(
    r"context[ _](?:size|length|window)|exceed_context_size|context_length_exceeded"
    r"|maximum context|prompt is too long|too many tokens",
    re.I,
)


def error_for(
    status: int, headers: Mapping[str, str], body: bytes, secrets: tuple[str, ...] = ()
) -> ModelError:
    """The error that an answer of `status` (300 or more) stands for.

    The provider's own words are quoted, shortened, without `secrets`.
    """
    said = _words(body)
    quoted = f": {excerpt(said, secrets)}" if said else "."
    after_s = retry_after_s(headers)
    if status == 503 and LOADING.search(said):
        return NotReadyError(
            f"The model is being loaded{quoted}", retry_after_s=after_s, status=503
        )
    if status >= 500:
        return ServerError(
            f"The provider failed with status {status}{quoted}",
            retry_after_s=after_s,
            billed_maybe=status in GATEWAY_STATUSES,
            status=status,
        )
    if status in (400, 413, 422):
        return _bad_request(status, said, quoted)
    if status == 429 and QUOTA.search(said):
        return RateLimitedError(
            f"The quota of the key is used up{quoted}",
            hint="Add credit at the provider, or use another key.",
            retryable=False,
            status=status,
        )
    kind, words = BY_STATUS.get(status, (BadResponseError, f"The address answered {status}"))
    return kind(f"{words}{quoted}", retry_after_s=after_s, status=status)


def retry_after_s(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Seconds to wait by `Retry-After` (seconds or an HTTP date); None when not said."""
    milliseconds = _number(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return milliseconds / 1000
    said = headers.get("retry-after", "").strip()
    seconds = _number(said)
    if seconds is not None or not said:
        return seconds
    try:
        moment = parsedate_to_datetime(said)
    except ValueError:
        return None
    # An HTTP date is in GMT also where it forgets to say so.
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - (now or datetime.now(UTC))).total_seconds())


def _bad_request(status: int, said: str, quoted: str) -> BadRequestError:
    if CONTEXT_LENGTH.search(said):
        return BadRequestError(
            f"The prompt is too long for this model{quoted}",
            hint="Shorten the prompt or the context, or use a model with a longer context.",
            status=status,
        )
    return BadRequestError(f"The provider refuses the request{quoted}", status=status)


def _words(body: bytes) -> str:
    """What the provider says went wrong; nothing of an HTML page."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    return _message(content)


def _message(content: object) -> str:
    if isinstance(content, list) and content:
        # Gemini wraps its errors in a list.
        content = content[0]
    if isinstance(content, str):
        return content
    if not isinstance(content, dict):
        return ""
    inner = next((content[key] for key in ("error", "message", "detail") if content.get(key)), "")
    if not isinstance(inner, dict):
        return inner if isinstance(inner, str) else json.dumps(inner) if inner else ""
    parts = [inner.get("message"), inner.get("type"), inner.get("code"), inner.get("param")]
    words = [part for part in parts if isinstance(part, str) and part]
    return words[0] if len(words) == 1 else f"{words[0]} ({', '.join(words[1:])})" if words else ""


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return max(0.0, number) if math.isfinite(number) else None
