"""People come in by a one-time link or a password, and by nothing else."""

import re
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth import SESSION_KEY
from django.core import mail
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from accounts.models import LoginLink, User
from accounts.services import login_links

PASSWORD = "trail-boots-7"


def is_logged_in(client: Client) -> bool:
    """True when the client's session belongs to a user."""
    return SESSION_KEY in client.session


def log_in(client: Client, password: str = PASSWORD) -> int:
    """Send the login form; the status of the answer."""
    form = {"login": "alice@example.org", "password": password}
    return client.post("/accounts/login/", form).status_code


@pytest.fixture(autouse=True)
def no_earlier_tries() -> None:
    cache.clear()


def test_a_link_logs_in(client: Client, alice: User) -> None:
    response = client.get(f"/accounts/link/{login_links.create_token(alice)}")

    assert response["Location"] == "/"
    assert is_logged_in(client)


def test_a_used_link_says_how_to_get_another(client: Client, alice: User) -> None:
    url = f"/accounts/link/{login_links.create_token(alice)}"
    Client().get(url)
    response = client.get(url)

    assert response.status_code == 410
    assert "manage.py login_link" in response.content.decode()
    assert not is_logged_in(client)


def test_an_expired_link_does_not_log_in(client: Client, alice: User) -> None:
    token = login_links.create_token(alice, lifetime=timedelta(seconds=-1))

    assert client.get(f"/accounts/link/{token}").status_code == 410


def test_a_link_of_a_closed_account_does_not_log_in(client: Client, alice: User) -> None:
    token = login_links.create_token(alice)
    User.objects.update(is_active=False)

    assert client.get(f"/accounts/link/{token}").status_code == 410


def test_the_database_knows_only_the_hash_of_a_token(alice: User) -> None:
    token = login_links.create_token(alice)

    assert token not in str(LoginLink.objects.values())


def test_a_link_is_not_posted_to(client: Client, alice: User) -> None:
    assert client.post(f"/accounts/link/{login_links.create_token(alice)}").status_code == 405


def test_a_password_logs_in_with_a_new_session(client: Client, alice: User) -> None:
    client.get("/accounts/login/")
    before = client.session.session_key

    assert log_in(client) == 302
    assert is_logged_in(client)
    assert client.session.session_key != before


def test_wrong_passwords_are_stopped_after_ten(client: Client, alice: User) -> None:
    for _ in range(10):
        log_in(client, "wrong")

    log_in(client)

    assert not is_logged_in(client)


def test_a_wrong_password_and_an_unknown_address_read_the_same(client: Client, alice: User) -> None:
    wrong = client.post("/accounts/login/", {"login": "alice@example.org", "password": "x"})
    unknown = client.post("/accounts/login/", {"login": "nobody@example.org", "password": "x"})

    said = re.compile(r'class="err".*?</span></span>|role="alert".*?</div>', re.DOTALL)
    assert said.findall(wrong.content.decode())
    assert said.findall(wrong.content.decode()) == said.findall(unknown.content.decode())


@pytest.mark.django_db
def test_nobody_signs_up(client: Client) -> None:
    form = {"email": "new@example.org", "password1": PASSWORD, "password2": PASSWORD}
    response = client.post("/accounts/signup/", form)

    assert "Nobody signs up here" in response.content.decode()
    assert not User.objects.exists()


def test_a_reset_link_works_once(client: Client, alice: User) -> None:
    client.post("/accounts/password/reset/", {"email": "alice@example.org"})
    link = re.search(r"http://testserver(/\S+)", str(mail.outbox[0].body))
    assert link

    form_page = client.get(link.group(1), follow=True).redirect_chain[-1][0]
    new = {"password1": "another-boot-8", "password2": "another-boot-8"}
    client.post(form_page, new)

    assert log_in(client, "another-boot-8") == 302
    again = Client().get(link.group(1), follow=True)
    assert "of no use any more" in again.content.decode()


def test_a_password_is_set_by_somebody_who_has_none(client: Client, alice: User) -> None:
    alice.set_unusable_password()
    alice.save()
    client.force_login(alice)
    new = {"password1": "another-boot-8", "password2": "another-boot-8"}
    response = client.post("/accounts/password/set/", new, follow=True)

    assert response.redirect_chain == [("/settings", 302)]
    assert "Your password is set." in response.content.decode()
    assert log_in(Client(), "another-boot-8") == 302


def test_after_a_change_of_the_password_the_settings_say_so(client_alice: Client) -> None:
    new = {"oldpassword": PASSWORD, "password1": "another-boot-8", "password2": "another-boot-8"}
    response = client_alice.post("/accounts/password/change/", new, follow=True)

    assert response.redirect_chain == [("/settings", 302)]
    assert "Your password is changed." in response.content.decode()


def test_it_says_logged_in_and_logged_out(client: Client, alice: User) -> None:
    form = {"login": "alice@example.org", "password": PASSWORD}
    came = client.post("/accounts/login/", form, follow=True).content.decode()
    went = client.post("/accounts/logout/", follow=True).content.decode()

    assert "You are logged in as alice@example.org." in came
    assert "You are logged out." in went


@pytest.mark.parametrize("address", ["login/", "password/reset/", "link/unknown"])
def test_every_page_names_the_same_command_for_a_link(
    client: Client, db: None, address: str
) -> None:
    page = client.get(f"/accounts/{address}").content.decode()

    assert "<code>.venv/bin/python manage.py login_link</code>" in page


@pytest.mark.parametrize(
    "address",
    ["login/", "logout/", "password/reset/", "password/reset/done/", "inactive/", "signup/"],
)
def test_the_pages_of_accounts_have_our_look(client: Client, db: None, address: str) -> None:
    page = client.get(f"/accounts/{address}", follow=True).content.decode()

    assert 'class="card gate-card"' in page
    assert "<script>" not in page
    assert " style=" not in page


def test_the_address_is_changed_in_the_settings_only(client_alice: Client) -> None:
    assert client_alice.get("/accounts/email/").status_code == 404


@pytest.mark.parametrize(("days", "stays"), [(29, True), (31, False)])
def test_a_session_ends_30_days_after_the_login(
    client_alice: Client, monkeypatch: pytest.MonkeyPatch, days: int, stays: bool
) -> None:
    client_alice.get("/settings")
    then = time.time() + days * 24 * 3600
    monkeypatch.setattr("accounts.middleware.time.time", lambda: then)

    assert (client_alice.get("/settings").status_code == 200) is stays


def test_mail_without_a_server_is_a_file(
    settings: Settings, client: Client, alice: User, tmp_path: Path
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path
    client.post("/accounts/password/reset/", {"email": "alice@example.org"})

    (message,) = tmp_path.iterdir()
    assert "/accounts/password/reset/key/" in message.read_text()
