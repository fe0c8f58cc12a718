"""Shows errors that are meant for people, and ends sessions that are too old."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.errors import UserError

DAY_S = 24 * 3600
LONGEST_SESSION_S = 30 * DAY_S


def render_user_error(request: HttpRequest, error: UserError) -> HttpResponse:
    """The error's words and status: a notice for htmx, else a page."""
    context = {"message": error.message, "hint": error.hint}
    is_fragment = request.headers.get("HX-Request") == "true"
    template = "components/notice.html" if is_fragment else "error.html"
    response = render(request, template, context, status=error.status)
    if is_fragment:
        response["HX-Retarget"] = "#notices"
        response["HX-Reswap"] = "innerHTML"
    return response


class UserErrorMiddleware:
    """Answers a `UserError` with its words."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The answer for a UserError; None leaves every other exception to Django."""
        if not isinstance(exception, UserError):
            return None
        return render_user_error(request, exception)


class SessionAgeMiddleware:
    """Ends a session after 14 days without a visit, and 30 days after the login in any case.

    The visit is noted once a day: a write for every request would make readers wait on SQLite.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            now = int(time.time())
            started_at = request.session.setdefault("started_at", now)
            if now - started_at > LONGEST_SESSION_S:
                logout(request)
            elif now - request.session.get("seen_at", 0) > DAY_S:
                request.session["seen_at"] = now
        return self.get_response(request)
