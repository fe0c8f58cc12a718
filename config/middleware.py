"""What every request gets: an id, a line in the log, and headers."""

import logging
import secrets
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers

from config import logs

logger = logging.getLogger("evalground.requests")

PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "usb",
    )
)


class RequestLogMiddleware:
    """Gives the request an id, answers with it in `X-Request-ID`, and logs one line.

    The line names the route, not the path: a path can hold a login token.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = logs.request_id.set(secrets.token_hex(8))
        started = time.monotonic()
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = logs.request_id.get()
            _log(request, response, duration_s=time.monotonic() - started)
        finally:
            logs.request_id.reset(token)
        return response


def _log(request: HttpRequest, response: HttpResponse, *, duration_s: float) -> None:
    match = request.resolver_match
    # Only a session that was read already is looked at: static files need no database.
    user = getattr(request, "_cached_user", None)
    logger.log(
        logging.ERROR if response.status_code >= 500 else logging.INFO,
        "request",
        extra={
            "method": request.method,
            "route": match.route if match else "",
            "status": response.status_code,
            "duration_ms": round(duration_s * 1000, 1),
            "user_id": getattr(user, "pk", None),
        },
    )


class HeadersMiddleware:
    """Headers that Django has no setting for.

    Pages of a logged-in user are kept nowhere: the next person at the browser must not read them.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        user = getattr(request, "_cached_user", None)
        if user is not None and user.is_authenticated:
            add_never_cache_headers(response)
        return response
