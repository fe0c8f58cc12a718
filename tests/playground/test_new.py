"""One screen, three ways: what the page offers, with and without a script, and who may use it."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from playground.domain import gallery
from playground.domain.templates import TemplateColumn
from playground.models import ColumnTemplate, Playground, Upload
from playground.services import templates
from tests.playground.conftest import SHOP
from tests.playground.editor_fields import fields, previewed, shown_names

HTMX = {"HX-Request": "true"}
NEW = "/playgrounds/new"


def file() -> dict[str, SimpleUploadedFile]:
    return {"file": SimpleUploadedFile("shop.csv", SHOP)}


def test_it_offers_a_file_field_that_works_without_scripts(client_alice: Client) -> None:
    page = client_alice.get(NEW).content.decode()

    form = re.search(r"<form[^>]*data-drop-form.*?</form>", page, re.DOTALL)
    assert form is not None
    assert 'enctype="multipart/form-data"' in form[0]
    assert 'type="file" name="file"' in form[0]
    assert '<noscript><button type="submit"' in form[0]


def test_it_names_the_kinds_of_files_and_the_largest(client_alice: Client) -> None:
    page = client_alice.get(NEW).content.decode()

    assert "CSV, TSV, Excel, JSON, JSONL or Parquet. Up to 50 MB or 100,000 rows." in page


def test_a_visitor_is_asked_to_log_in(client: Client, db: None) -> None:
    answer = client.post(NEW, file())

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(reverse("account_login"))


def test_a_file_without_the_token_of_the_form_is_refused(alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)

    assert client.post(NEW, file()).status_code == 403
    assert not Upload.objects.exists()


def test_a_file_with_the_token_of_the_form_is_taken(alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    page = client.get(NEW).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)

    assert token is not None
    client.post(NEW, {"csrfmiddlewaretoken": token[1], **file()})
    assert Upload.objects.get().file_name == "shop.csv"


def test_an_upload_belongs_to_the_senders_workspace(
    client_alice: Client, client_charlie: Client, alice: User
) -> None:
    client_charlie.post(NEW, file())
    client_alice.post(NEW, file())

    assert Upload.objects.get(created_by=alice).workspace == alice.workspaces.get()


def test_the_page_waits_for_the_check_and_says_how_far_it_is(client_alice: Client) -> None:
    client_alice.post(NEW, file())
    upload = Upload.objects.get()
    address = reverse("import-check", args=[upload.pk])

    before = client_alice.get(address).content.decode()
    Upload.objects.update(report={"progress": 0.4})
    during = client_alice.get(address).content.decode()

    assert '<h2 role="status">Reading rows</h2>' in before
    assert "Reading rows, 40%" in during
    assert 'max="1"' in during


def test_own_templates_come_first(client_alice: Client, shop: ColumnTemplate) -> None:
    page = client_alice.get(NEW).content.decode()
    keys = re.findall(r'id="card-(\w+)"', page)

    assert keys == [str(shop.pk), *(one.key for one in templates.built_in())]
    assert f"Search {len(keys)} templates" in page
    assert page.index("My templates") < page.index("Shop &amp; care") < page.index("Ready to use")


def test_the_search_finds_names_descriptions_and_columns(
    client_alice: Client, shop: ColumnTemplate
) -> None:
    def found(words: str, **headers: str) -> list[str]:
        answer = client_alice.get(NEW, {"q": words, "template": str(shop.pk)}, headers=headers)
        return re.findall(r'id="card-(\w+)"', answer.content.decode())

    assert found("CARE shop") == found("customers") == found("topic customers") == [str(shop.pk)]
    assert found("customers", **HTMX, **{"HX-Target": "gallery-list"}) == [str(shop.pk)]
    assert found("no such words \0") == []


def test_a_search_without_a_hit_says_so(client_alice: Client) -> None:
    page = client_alice.get(NEW, {"q": "<zebra>"}).content.decode()

    assert "No template is called “&lt;zebra&gt;”" in page


def test_every_card_leads_to_its_columns(client_alice: Client) -> None:
    page = client_alice.get(NEW).content.decode()
    links = dict(re.findall(r'id="card-(\w+)" href="([^"]+)"', page))

    for template in templates.built_in():
        answer = client_alice.get(links[template.key])
        names = [column.name for column in template.columns]
        assert shown_names(answer.content) == previewed(answer.content) == names
        assert answer.content.decode().count('aria-current="true"') == 1


def test_htmx_gets_the_panel_and_the_marked_gallery(
    client_alice: Client, shop: ColumnTemplate
) -> None:
    headers = {**HTMX, "HX-Target": "template-panel"}

    page = client_alice.get(NEW, {"template": str(shop.pk), "q": "care"}, headers=headers)

    content = page.content.decode()
    assert "<html" not in content
    assert 'id="gallery" aria-labelledby="gallery-title" hx-swap-oob="true"' in content
    assert shown_names(page.content) == ["question", "answer", "topic"]
    assert 'value="care"' in content
    assert "HX-Request" in page["Vary"]


@pytest.mark.parametrize("key", ["nothing", "0", "9" * 40, "../etc", "²"])
def test_a_template_that_is_not_there_is_not_found(client_alice: Client, key: str) -> None:
    assert client_alice.get(NEW, {"template": key}).status_code == 404


def test_a_template_of_others_is_not_found(client_charlie: Client, shop: ColumnTemplate) -> None:
    assert client_charlie.get(NEW, {"template": shop.pk}).status_code == 404
    assert client_charlie.post(f"{NEW}/start", fields(shop)).status_code == 422
    assert not Playground.objects.exists()


def test_a_refused_file_leaves_the_edited_columns(
    client_alice: Client, shop: ColumnTemplate
) -> None:
    posted = {**fields(shop, **{"0_name": "Frage"}), "file": SimpleUploadedFile("a.csv", b"")}

    page = client_alice.post(NEW, posted)

    assert page.status_code >= 400
    assert shown_names(page.content) == ["Frage", "answer", "topic"]


def test_no_file_is_said_in_words(client_alice: Client, shop: ColumnTemplate) -> None:
    page = client_alice.post(NEW, fields(shop))

    assert page.status_code == 422
    assert "No file was chosen." in page.content.decode()


def test_htmx_gets_a_notice_for_columns_that_cannot_be_used(
    client_alice: Client, shop: ColumnTemplate
) -> None:
    posted = {**fields(shop, **{"0_role": "filter"}), **file()}

    answer = client_alice.post(NEW, posted, headers=HTMX)

    assert answer.status_code == 422
    assert answer["HX-Retarget"] == "#notices"
    assert "No column is used as Input." in answer.content.decode()


def test_a_deleted_template_is_named_and_nothing_is_stored(
    client_alice: Client, shop: ColumnTemplate
) -> None:
    posted = {**fields(shop), **file()}
    shop.delete()

    answer = client_alice.post(NEW, posted)

    assert answer.status_code == 422
    assert "This template is not there any more." in answer.content.decode()
    assert not Upload.objects.exists()


def test_the_empty_home_page_offers_templates_and_takes_a_file(client_alice: Client) -> None:
    page = client_alice.get("/").content.decode()

    links = re.findall(r'class="tcard" href="([^"#]+)', page)
    offered = [template.key for template in templates.built_in()[:4]]
    assert links == [f"{NEW}?template={key}" for key in offered]
    assert "data-drop-form" in page


def test_a_card_draws_its_columns() -> None:
    columns = [
        TemplateColumn(name="q", type="text", role="input"),
        TemplateColumn(name="c", type="long_text", role="context"),
        TemplateColumn(name="t", type="category", role="filter"),
    ]

    heads = [bar for bar in gallery.bars(columns) if bar.css.startswith("gh")]

    assert [bar.css for bar in heads] == ["gh gi", "gh gx", "gh gm"]
    assert heads[0].width > heads[2].width
    assert heads[-1].x + heads[-1].width == pytest.approx(gallery.GLYPH_WIDTH, abs=0.2)
    assert gallery.bars(()) == ()
