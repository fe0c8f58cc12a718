"""Every answer carries the headers of the security promises, errors and static files too."""

import pytest
from django.test import Client

POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "font-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "object-src 'none'",
}
ADDRESSES = ["/", "/settings", "/accounts/login/", "/healthz", "/nowhere", "/accounts/link/used"]


@pytest.mark.django_db
@pytest.mark.parametrize("address", ADDRESSES)
def test_every_page_carries_the_headers(client: Client, address: str) -> None:
    response = client.get(address)

    assert set(response["Content-Security-Policy"].split("; ")) == POLICY
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["X-Frame-Options"] == "DENY"
    assert "camera=()" in response["Permissions-Policy"]
    assert len(response["X-Request-ID"]) == 16


def test_no_cache_keeps_a_page_of_a_logged_in_user(client_alice: Client) -> None:
    assert "no-store" in client_alice.get("/settings")["Cache-Control"]


@pytest.mark.django_db
def test_a_stranger_is_sent_to_the_login(client: Client) -> None:
    response = client.get("/settings")

    assert response.status_code == 302
    assert response["Location"] == "/accounts/login/?next=/settings"


@pytest.mark.django_db
def test_it_answers_to_its_own_names_only(client: Client) -> None:
    assert client.get("/healthz", headers={"host": "elsewhere.example"}).status_code == 400


@pytest.mark.django_db
def test_the_session_cookie_is_not_for_scripts_or_other_sites(client_alice: Client) -> None:
    client_alice.get("/settings")
    response = client_alice.get("/accounts/password/change/")

    cookie = response.cookies["evalground_csrf"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
