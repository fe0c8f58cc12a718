"""Coming in by a one-time link."""

from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.services import login_links

BACKEND = "django.contrib.auth.backends.ModelBackend"


@require_GET
@never_cache
@login_not_required
def link_login(request: HttpRequest, token: str) -> HttpResponse:
    """Log the link's user in and go home; a link that is of no use says how to get another."""
    user = login_links.redeem(token)
    if user is None:
        return render(request, "accounts/link_refused.html", status=410)
    login(request, user, backend=BACKEND)
    return redirect("home")
