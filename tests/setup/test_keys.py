"""Keys at rest: encrypted, bound to their row, refused when they cannot be read, never shown."""

import io
import logging

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.errors import NotReady
from accounts.models import Workspace
from evals.models import Connection
from evals.services import connections, encryption
from evals.services.connections import ConnectionDraft
from tests.setup.conftest import KEY

ADDRESS = "https://models.example.org/v1"


@pytest.fixture
def keyed(workspace: Workspace) -> Connection:
    draft = ConnectionDraft(name="Keyed", kind=Connection.Kind.OPENAI, base_url=ADDRESS, key=KEY)
    return connections.create(workspace=workspace, draft=draft)


def form_of(connection: Connection, **changes: str) -> dict[str, str]:
    fields = {
        "name": connection.name,
        "base_url": connection.base_url,
        "concurrency": "8",
        "timeout_s": "120",
    }
    return {**fields, **changes}


def test_it_gives_the_key_to_the_endpoint_only(keyed: Connection) -> None:
    endpoint = connections.endpoint_of(keyed)

    draft = ConnectionDraft(name="Draft", kind=Connection.Kind.OPENAI, key=KEY)
    assert endpoint.api_key == KEY
    assert KEY not in repr((endpoint, draft, keyed))


def test_it_stores_no_key_in_plain_text(keyed: Connection) -> None:
    stored = Connection.objects.filter(pk=keyed.pk).values().get()

    assert KEY not in str(stored)
    assert stored["encrypted_key"].startswith("v1:")
    assert stored["key_last4"] == KEY[-4:]


def test_it_shows_no_key_and_no_ciphertext_on_any_page(
    client_alice: Client, keyed: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    urls = [reverse("models"), reverse("connection-edit", args=[keyed.pk])]
    shown = "".join(client_alice.get(url).content.decode() for url in urls)

    assert f"…{KEY[-4:]}" in shown
    assert KEY not in shown + caplog.text
    assert keyed.encrypted_key not in shown


def test_it_gives_back_no_key_from_a_refused_form(client_alice: Client, db: None) -> None:
    url = reverse("connection-add") + "?preset=address"
    answer = client_alice.post(url, {"name": "", "base_url": ADDRESS, "key": KEY})

    assert answer.status_code == 422
    assert KEY not in answer.content.decode()
    assert ADDRESS in answer.content.decode()


def test_it_keeps_the_key_when_the_field_is_left_empty(
    client_alice: Client, keyed: Connection
) -> None:
    url = reverse("connection-edit", args=[keyed.pk])
    client_alice.post(url, form_of(keyed, name="Renamed", key=""))

    keyed.refresh_from_db()
    assert keyed.name == "Renamed"
    assert connections.endpoint_of(keyed).api_key == KEY


def test_it_removes_the_key_with_another_address_and_says_so(
    client_alice: Client, keyed: Connection
) -> None:
    url = reverse("connection-edit", args=[keyed.pk])
    other = form_of(keyed, base_url="https://elsewhere.example.org/v1")
    answer = client_alice.post(url, other, follow=True)

    keyed.refresh_from_db()
    assert connections.endpoint_of(keyed).api_key == ""
    assert "its key was removed" in answer.content.decode()


def test_it_stores_a_key_given_with_the_new_address(
    client_alice: Client, keyed: Connection
) -> None:
    url = reverse("connection-edit", args=[keyed.pk])
    moved = form_of(keyed, base_url="https://elsewhere.example.org/v1", key="sk-other-key-000000")
    client_alice.post(url, moved)

    keyed.refresh_from_db()
    assert connections.endpoint_of(keyed).api_key == "sk-other-key-000000"


def test_it_refuses_a_ciphertext_of_another_row(keyed: Connection, workspace: Workspace) -> None:
    draft = ConnectionDraft(name="Other", kind=Connection.Kind.OPENAI, base_url=ADDRESS)
    other = connections.create(workspace=workspace, draft=draft)
    other.encrypted_key = keyed.encrypted_key

    with pytest.raises(NotReady, match="cannot be read, enter it again"):
        connections.endpoint_of(other)


@pytest.mark.parametrize("stored", ["v1:", "v1:rubbish", "sk-never-encrypted", "v2:gAAAA"])
def test_it_never_takes_what_is_stored_for_the_key(keyed: Connection, stored: str) -> None:
    keyed.encrypted_key = stored

    with pytest.raises(NotReady, match="cannot be read"):
        connections.endpoint_of(keyed)


def test_it_says_on_screen_that_a_key_is_lost(
    client_alice: Client, keyed: Connection, settings: Settings
) -> None:
    connections.add_model(connection=keyed, model_id="some-model")
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    answer = client_alice.post(reverse("connection-test", args=[keyed.pk]))

    assert answer.status_code == 409
    assert "cannot be read, enter it again" in answer.content.decode()


def test_it_rotates_keys_and_may_run_twice(keyed: Connection, settings: Settings) -> None:
    new = Fernet.generate_key().decode()
    settings.ENCRYPTION_KEYS = [new, *settings.ENCRYPTION_KEYS]
    printed = [io.StringIO(), io.StringIO()]
    for out in printed:
        call_command("rotate_keys", stdout=out)
    settings.ENCRYPTION_KEYS = [new]

    keyed.refresh_from_db()
    assert connections.endpoint_of(keyed).api_key == KEY
    assert [out.getvalue()[:1] for out in printed] == ["1", "0"]


def test_it_names_connections_whose_key_cannot_be_rotated(
    keyed: Connection, settings: Settings
) -> None:
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    errors = io.StringIO()
    call_command("rotate_keys", stdout=io.StringIO(), stderr=errors)

    assert "Keyed" in errors.getvalue()


def test_it_seals_the_same_key_differently_each_time(db: None) -> None:
    assert encryption.seal(KEY, pk=1) != encryption.seal(KEY, pk=1)


def test_it_says_that_a_typed_key_is_gone_when_the_form_is_refused(
    client_alice: Client, keyed: Connection
) -> None:
    typed = "sk-another-0123456789"
    fields = form_of(keyed, base_url="http://127.0.0.1:9/v1", key=typed)
    for url in (
        reverse("connection-edit", args=[keyed.pk]),
        f"{reverse('connection-add')}?preset=address",
    ):
        page = client_alice.post(url, fields).content.decode()
        assert "Enter the key again: it is not kept when the form is refused." in page
        assert typed not in page


def test_it_says_nothing_of_a_key_that_was_not_typed(
    client_alice: Client, keyed: Connection
) -> None:
    fields = form_of(keyed, base_url="http://127.0.0.1:9/v1")
    answer = client_alice.post(reverse("connection-edit", args=[keyed.pk]), fields)

    assert answer.status_code == 422
    assert "Enter the key again" not in answer.content.decode()
