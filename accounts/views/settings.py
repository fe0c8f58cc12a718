"""The page about oneself: name, email, password, theme."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from accounts import access
from accounts.context import THEMES
from accounts.forms import ProfileForm
from accounts.services import profiles

YEAR_S = 365 * 24 * 3600


@require_http_methods(["GET", "POST"])
def settings_page(request: HttpRequest) -> HttpResponse:
    """Show the settings; a POST changes name and email."""
    user = access.signed_in(request.user)
    form = ProfileForm(request.POST or None, initial={"name": user.name, "email": user.email})
    if request.method == "POST" and form.is_valid():
        profiles.change_profile(user=user, **form.cleaned_data)
        messages.success(request, "Your name and email address are saved.")
        return redirect("settings")
    status = 422 if form.errors else 200
    return render(request, "accounts/settings.html", {"form": form}, status=status)


@require_POST
@login_not_required
def theme(request: HttpRequest) -> HttpResponse:
    """Keep the chosen theme in a cookie and go back; any other word means the system's theme."""
    chosen = request.POST.get("theme", "")
    if request.headers.get("HX-Request") == "true":
        response = HttpResponse(status=204)
    else:
        response = redirect(_back(request))
    if chosen in THEMES:
        response.set_cookie(
            "theme",
            chosen,
            max_age=YEAR_S,
            secure=settings.HTTPS,
            httponly=True,
            samesite="Lax",
        )
    else:
        response.delete_cookie("theme", samesite="Lax")
    return response


def _back(request: HttpRequest) -> str:
    page = request.POST.get("next") or request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=settings.HTTPS):
        return page
    return "home"
