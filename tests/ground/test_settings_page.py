"""The page about oneself."""

from django.test import Client

from accounts.models import User


def test_it_changes_name_and_address(client_alice: Client, alice: User) -> None:
    form = {"name": "Alice B.", "email": "Alice.B@example.org"}
    response = client_alice.post("/settings", form, follow=True)

    alice.refresh_from_db()
    assert (alice.name, alice.email) == ("Alice B.", "alice.b@example.org")
    assert "are saved" in response.content.decode()


def test_it_refuses_an_address_that_is_none(client_alice: Client, alice: User) -> None:
    response = client_alice.post("/settings", {"name": "A", "email": "alice at example"})

    alice.refresh_from_db()
    assert response.status_code == 422
    assert alice.email == "alice@example.org"


def test_it_refuses_the_address_of_another_user(client_alice: Client, charlie: User) -> None:
    response = client_alice.post("/settings", {"name": "A", "email": "Charlie@example.org"})

    assert response.status_code == 422
    assert "Another user has the address" in response.content.decode()


def test_rights_cannot_be_posted(client_alice: Client, alice: User) -> None:
    form = {"name": "A", "email": "alice@example.org", "is_staff": "1", "is_superuser": "1"}
    client_alice.post("/settings", form)

    alice.refresh_from_db()
    assert not alice.is_staff
    assert not alice.is_superuser


def test_the_theme_is_kept_in_a_cookie(client_alice: Client) -> None:
    response = client_alice.post("/theme", {"theme": "dark", "next": "/settings"})

    assert response["Location"] == "/settings"
    assert response.cookies["theme"].value == "dark"
    assert 'data-theme="dark"' in client_alice.get("/settings").content.decode()


def test_the_systems_theme_forgets_the_cookie(client_alice: Client) -> None:
    client_alice.post("/theme", {"theme": "dark"})
    client_alice.post("/theme", {"theme": "system"})

    assert "data-theme" not in client_alice.get("/settings").content.decode()


def test_the_theme_does_not_lead_to_another_site(client_alice: Client) -> None:
    response = client_alice.post("/theme", {"theme": "dark", "next": "https://evil.example/"})

    assert response["Location"] == "/"


def test_it_says_that_there_is_no_password_yet(client: Client, alice: User) -> None:
    alice.set_unusable_password()
    alice.save()
    client.force_login(alice)

    page = client.get("/settings").content.decode()

    assert "Set a password" in page
    assert "With a password you can log in without a link" in page
    assert "EVALGROUND_HOST" in page
