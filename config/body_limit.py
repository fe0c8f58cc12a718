"""Refuses request bodies that are too large, while they stream in.

Django under ASGI stores a body before any view runs. `limit_body` counts on the way, also chunks
without a declared length, stores nothing beyond the limit and marks the request;
`BodyLimitMiddleware` then answers with words.
"""

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts.errors import TooLarge
from accounts.middleware import render_user_error
from config.limits import MIB

MARK = "evalground.body_refused"
# The form's other fields and the marks between them.
FORM_OVERHEAD = MIB
# So much more is read and thrown away, so that the browser stays to read the answer.
PATIENCE = 512 * MIB

Scope = dict[str, Any]
Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Coroutine[Any, Any, None]]


def limit_body(application: Application) -> Application:
    """The ASGI application behind a counter of body bytes."""

    async def limited(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await application(scope, receive, send)
            return
        await application(scope, _counting(scope, receive), send)

    return limited


def _counting(scope: Scope, receive: Receive) -> Receive:
    limit = _limit(scope)
    is_refused = _declared(scope) > limit
    seen = 0

    async def counted() -> Message:
        nonlocal seen, is_refused
        message = await receive()
        if message["type"] != "http.request":
            return message
        seen += len(message.get("body", b""))
        is_refused = is_refused or seen > limit
        if is_refused:
            scope[MARK] = True
            message = {**message, "body": b""}
        if seen > limit + PATIENCE:
            return {"type": "http.disconnect"}
        return message

    return counted


def _declared(scope: Scope) -> int:
    """The length that the browser says the body has; 0 when it says none, as for chunks."""
    length = dict(scope["headers"]).get(b"content-length", b"")
    return int(length) if length.isdigit() else 0


def _limit(scope: Scope) -> int:
    content_type = dict(scope["headers"]).get(b"content-type", b"")
    if content_type.startswith(b"multipart/form-data"):
        return settings.UPLOAD_LIMITS.bytes + FORM_OVERHEAD
    return int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0)


class BodyLimitMiddleware:
    """Answers 413 when the body was refused on its way in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not getattr(request, "scope", {}).get(MARK):
            return self.get_response(request)
        return render_user_error(
            request,
            TooLarge(
                f"What was sent is larger than {settings.UPLOAD_LIMITS.size}, so nothing of it was"
                " kept.",
                hint="Send a smaller file: fewer rows, or only the columns you need.",
            ),
        )
