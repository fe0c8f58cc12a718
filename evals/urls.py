"""URLs of the evals app."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
