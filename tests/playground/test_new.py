"""The page that takes a file: who may send one, and what the page offers."""

import re

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from playground.models import Upload
from tests.playground.conftest import SHOP


def posted() -> dict[str, SimpleUploadedFile]:
    return {"file": SimpleUploadedFile("shop.csv", SHOP)}


def test_it_offers_a_file_field_that_works_without_scripts(client_alice: Client) -> None:
    page = client_alice.get(reverse("playground-new")).content.decode()

    form = re.search(r"<form[^>]*data-drop-form.*?</form>", page, re.DOTALL)
    assert form is not None
    assert 'enctype="multipart/form-data"' in form[0]
    assert '<input class="vh" type="file" name="file"' in form[0]
    assert "<noscript><button" in form[0]


def test_it_names_the_largest_file(client_alice: Client) -> None:
    page = client_alice.get(reverse("playground-new")).content.decode()

    assert "Up to 50 MB or 100,000 rows." in page


def test_a_visitor_is_asked_to_log_in(client: Client, db: None) -> None:
    answer = client.post(reverse("playground-new"), posted())

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(reverse("account_login"))


def test_a_file_without_the_token_of_the_form_is_refused(alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)

    assert client.post(reverse("playground-new"), posted()).status_code == 403
    assert not Upload.objects.exists()


def test_a_file_with_the_token_of_the_form_is_taken(alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    page = client.get(reverse("playground-new")).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)

    assert token is not None
    client.post(reverse("playground-new"), {"csrfmiddlewaretoken": token[1], **posted()})
    assert Upload.objects.get().file_name == "shop.csv"


def test_an_upload_belongs_to_the_senders_workspace(
    client_alice: Client, client_charlie: Client, alice: User
) -> None:
    client_charlie.post(reverse("playground-new"), posted())
    client_alice.post(reverse("playground-new"), posted())

    assert Upload.objects.get(created_by=alice).workspace == alice.workspaces.get()


def test_the_page_waits_for_the_check_and_says_how_far_it_is(client_alice: Client) -> None:
    client_alice.post(reverse("playground-new"), posted())
    upload = Upload.objects.get()
    address = reverse("import-check", args=[upload.pk])

    before = client_alice.get(address).content.decode()
    Upload.objects.update(report={"progress": 0.4})
    during = client_alice.get(address).content.decode()

    assert '<h2 role="status">Reading rows</h2>' in before
    assert "Reading rows, 40%" in during
    assert 'max="1"' in during
