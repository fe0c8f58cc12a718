"""The page that brings a file into a playground, up to the Data page that shows what it changed."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from playground.models import Playground, Upload
from playground.services import editing, uploads
from tests.playground.check_page import choose, found
from tests.playground.check_page import page as page_of
from tests.playground.conftest import SHOP, mapping

Import = Callable[..., Playground]

CHANGED = SHOP.replace(b"expire?,No", b"expire?,Never")


def address(playground: Playground, mode: str = "") -> str:
    path = reverse("data-upload", args=[playground.pk])
    return f"{path}?mode={mode}" if mode else path


def post(
    client: Client, playground: Playground, content: bytes, mode: str = "", **headers: str
) -> Any:
    file = SimpleUploadedFile("again.csv", content)
    return client.post(address(playground, mode), {"file": file}, headers=headers)


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("", "Rows that it lacks are removed"),
        ("match", "all others stay"),
        ("add", "becomes a new row"),
        ("upside down", "Rows that it lacks are removed"),
    ],
)
def test_it_says_what_each_way_does(
    client_alice: Client, imported: Import, mode: str, words: str
) -> None:
    page = client_alice.get(address(imported(), mode)).content.decode()

    assert words in page
    assert "expected answer" in page


def test_a_file_leads_to_its_check_and_then_to_what_has_changed(
    client_alice: Client, imported: Import
) -> None:
    playground = imported()
    answer = post(client_alice, playground, CHANGED, "match")
    upload = Upload.objects.latest("id")
    assert answer["Location"] == reverse("import-check", args=[upload.pk])
    assert (upload.into_id, upload.choices["mode"]) == (playground.pk, "match")

    uploads.check(upload.pk)
    page = client_alice.get(answer["Location"]).content.decode()
    assert "1 changed" in page
    assert "<del>No</del>" in page
    assert "<ins>Never</ins>" in page
    client_alice.post(reverse("import-start", args=[upload.pk]))
    uploads.run_import(upload.pk)

    data = client_alice.get(answer["Location"], follow=True)
    assert data.redirect_chain[-1][0] == reverse("data", args=[playground.pk])
    assert "Version 2: 1 changed." in data.content.decode()
    assert "Never" in data.content.decode()


def test_an_update_is_called_by_what_tells_the_rows_apart(
    client_alice: Client, imported: Import
) -> None:
    with_id, without = imported(), imported(SHOP.replace(b"id,", b"topic 2,"))
    pages = [client_alice.get(address(p)).content.decode() for p in (with_id, without)]
    assert [page.count("Update by row id") for page in pages] == [1, 0]
    assert [page.count("Update by the input columns") for page in pages] == [0, 1]

    post(client_alice, with_id, b"question,answer 2\nDo gift cards expire?,No\n", "match")
    upload = Upload.objects.latest("id")
    uploads.check(upload.pk)
    assert "Update by the input columns" in page_of(client_alice, upload)


def test_only_a_column_of_the_same_name_is_filled(client_alice: Client, imported: Import) -> None:
    tickets = (
        b"Ticket ID,Frage,Antwort,gpt-4o\nT-1,Wie geht es?,So,Gut\nT-2,Wann kommt es?,Jetzt,Ja\n"
    )
    playground = imported(tickets)
    content = (
        b" ticket id ,Bearbeiter,Question,Expected answer,answer of gpt-4o,llama-3-8b,Id\n"
        b"T-1,Anna,Who?,Me,Sehr gut,Nein,1\nT-2,Ben Otto,What?,That,Ja,Doch,2\n"
    )
    post(client_alice, playground, content, "match")
    upload = Upload.objects.latest("id")
    uploads.check(upload.pk)
    upload.refresh_from_db()

    assert [(c.name, c.role) for c in uploads.planned_columns(upload)] == [
        ("Ticket ID", "row_id"),
        ("Bearbeiter", "filter"),
        ("Question", "filter"),
        ("Expected answer", "filter"),
        ("gpt-4o", "response"),
        ("llama-3-8b", "filter"),
        ("Id", "filter"),
    ]
    changed = {cell["column"] for cell in upload.report["diff"]["examples"]["changed"]}
    assert not changed & {"Frage", "Antwort"}

    choose(client_alice, upload, set="6:role:left_out")
    words = found(upload)["beside_columns"]
    assert words["title"].startswith("“Bearbeiter”, “Question”, “Expected answer” and “llama-3-8b”")
    assert "“Id” is left out." in words["detail"]
    assert found(upload)["lacking"]["title"] == "No column fills “Frage” or “Antwort”"


def test_another_way_is_compared_again(client_alice: Client, imported: Import) -> None:
    playground = imported()
    post(client_alice, playground, CHANGED)
    upload = Upload.objects.latest("id")
    uploads.check(upload.pk)

    client_alice.post(reverse("import-choose", args=[upload.pk]), {"mode": "add"})

    upload.refresh_from_db()
    assert upload.report["diff"]["mode"] == "add"
    assert upload.report["diff"]["added"] == 2


def test_what_nobody_has_seen_compared_is_not_imported(
    client_alice: Client, imported: Import
) -> None:
    playground = imported()
    post(client_alice, playground, CHANGED)
    upload = Upload.objects.latest("id")
    uploads.check(upload.pk)
    upload.refresh_from_db()
    row = playground.versions.all()[0].rows()[1]
    answer = playground.columns.get(name="expected answer")
    editing.edit_cell(playground, row.pk, answer.pk, "Yes, by ship")

    # A column was corrected on the page of before the edit, and Import pressed.
    start = reverse("import-start", args=[upload.pk])
    page = client_alice.post(start, mapping(upload, **{"c4-type": "long_text"}), follow=True)

    upload.refresh_from_db()
    assert upload.state == Upload.State.CHECKED
    assert upload.report["diff"]["changed"] == 2
    assert "Look at them, then import." in page.content.decode()


def test_a_file_of_nothing_new_says_so(client_alice: Client, imported: Import) -> None:
    playground = imported()
    post(client_alice, playground, SHOP)
    upload = Upload.objects.latest("id")
    uploads.check(upload.pk)
    check = reverse("import-check", args=[upload.pk])
    assert "so nothing changes" in client_alice.get(check).content.decode()

    client_alice.post(reverse("import-start", args=[upload.pk]))
    uploads.run_import(upload.pk)

    page = client_alice.get(check, follow=True).content.decode()
    assert "again.csv changes nothing" in page
    assert playground.versions.count() == 1


def test_a_dropped_file_is_led_on_by_the_script(client_alice: Client, imported: Import) -> None:
    answer = post(client_alice, imported(), CHANGED, HX_Request="true")

    assert answer["HX-Redirect"] == reverse("import-check", args=[Upload.objects.latest("id").pk])


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "empty"), (b"x" * 3_000, "larger than"), (b"%PDF-1.7 no table", "PDF")],
)
def test_a_file_that_cannot_be_taken_is_refused_with_words(
    client_alice: Client,
    imported: Import,
    settings: Settings,
    content: bytes,
    words: str,
) -> None:
    playground = imported()
    settings.UPLOAD_LIMITS = replace(settings.UPLOAD_LIMITS, bytes=2_000)
    answer = post(client_alice, playground, content)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Upload.objects.filter(into=playground).exists()


def test_without_a_file_it_asks_for_one(client_alice: Client, imported: Import) -> None:
    answer = client_alice.post(address(imported()))

    assert answer.status_code == 422
    assert "No file was chosen." in answer.content.decode()


def test_a_second_file_waits_for_the_first(client_alice: Client, imported: Import) -> None:
    playground = imported()
    post(client_alice, playground, CHANGED)
    upload = Upload.objects.latest("id")
    uploads.check(upload.pk)
    upload.refresh_from_db()
    uploads.start_import(upload, name="")

    page = client_alice.get(address(playground)).content.decode()
    assert "Another file is on its way" in page
    assert reverse("import-check", args=[upload.pk]) in page


def test_a_stranger_does_not_find_it(client_charlie: Client, imported: Import) -> None:
    playground = imported()

    assert client_charlie.get(address(playground)).status_code == 404
    assert post(client_charlie, playground, CHANGED).status_code == 404
