"""Shows errors that are meant for people."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.errors import UserError


class UserErrorMiddleware:
    """Answers a `UserError` with its words: a notice for htmx, else a page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The answer for a UserError; None leaves every other exception to Django."""
        if not isinstance(exception, UserError):
            return None
        context = {"message": exception.message, "hint": exception.hint}
        is_fragment = request.headers.get("HX-Request") == "true"
        template = "components/notice.html" if is_fragment else "error.html"
        response = render(request, template, context, status=exception.status)
        if is_fragment:
            response["HX-Retarget"] = "#notices"
            response["HX-Reswap"] = "innerHTML"
        return response
