"""The pages for 400, 403, 404, 500 and a refused form. Each carries the id found in the log."""

import logging

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from config import logs

logger = logging.getLogger("evalground.requests")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for a request that cannot be read."""
    return _page(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for something that this user may not do."""
    return _page(request, 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page for a form without a valid token: from another site, or left open too long."""
    logger.warning("form refused: no valid token", extra={"status": 403})
    return _page(request, 403, template="403_csrf.html")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for an address that leads nowhere, or to somebody else's things."""
    return _page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """The page for a bug. It needs neither the database nor the session: they may be the cause."""
    text = render_to_string("500.html", {"request_id": logs.request_id.get()})
    return HttpResponse(text, status=500)


def _page(request: HttpRequest, status: int, template: str = "") -> HttpResponse:
    context = {"request_id": logs.request_id.get()}
    return render(request, template or f"{status}.html", context, status=status)
