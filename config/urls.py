"""Root URLs: each app brings its own list."""

from django.urls import include, path

urlpatterns = [
    path("", include("accounts.urls")),
    path("", include("playground.urls")),
    path("", include("evals.urls")),
    path("accounts/", include("allauth.account.urls")),
]
