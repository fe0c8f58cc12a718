"""One screen, three ways: what the page offers, with and without a script, and who may use it."""

import csv
import io
import json
import re

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import User, Workspace
from playground.domain import gallery
from playground.domain.templates import TemplateColumn
from playground.forms.columns import ColumnEditor
from playground.models import ColumnTemplate, Playground, Upload
from playground.services import templates
from tests.playground.conftest import SHOP

HTMX = {"HX-Request": "true"}
NEW = "/playgrounds/new"
COLUMNS = [
    {"name": "question", "type": "text", "role": "input", "required": True},
    {"name": "answer", "type": "long_text", "role": "expected", "required": False},
    {"name": "topic", "type": "category", "role": "filter", "required": False},
]


@pytest.fixture
def shop(workspace: Workspace) -> ColumnTemplate:
    """A template of Alice's own, whose prompt uses two of its columns."""
    return ColumnTemplate.objects.create(
        workspace=workspace,
        name="Shop & care",
        description="What customers ask",
        columns=COLUMNS,
        setup={"variants": [{"name": "A", "prompt": "{{topic}}: {{question}}"}], "kpis": []},
        sample_rows=[
            ["Do gift cards expire?", "No", "Gift cards"],
            ["=1+1?", "2", "Sums"],
            ["Third question", "3", "Sums"],
        ],
    )


def file() -> dict[str, SimpleUploadedFile]:
    return {"file": SimpleUploadedFile("shop.csv", SHOP)}


def fields(template: ColumnTemplate, **changes: str | list[str]) -> dict[str, object]:
    """What the editor posts for `template` when nothing is changed but `changes`."""
    posted: dict[str, object] = {"template": str(template.pk)}
    posted["columns"] = [str(index) for index, _column in enumerate(template.columns)]
    for index, column in enumerate(template.columns):
        posted |= {f"{index}-{key}": column[key] for key in ("name", "type", "role")}
        posted |= {f"{index}-required": "on"} if column["required"] else {}
    return posted | {name.replace("_", "-"): value for name, value in changes.items()}


def shown_names(answer: HttpResponse) -> list[str]:
    """The names in the fields of the editor, in order."""
    page = answer.content.decode()
    keys = re.findall(r'name="columns" value="(\w+)"', page)
    found = dict(re.findall(r'name="(\w+)-name" value="([^"]*)"', page))
    return [found[key] for key in keys]


def previewed(answer: HttpResponse) -> list[str]:
    """The header of the preview."""
    page = answer.content.decode()
    return re.findall(r'<th scope="col">([^<]*)</th>', page)


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
        assert shown_names(answer) == previewed(answer) == names
        assert answer.content.decode().count('aria-current="true"') == 1


def test_htmx_gets_the_panel_and_the_marked_gallery(
    client_alice: Client, shop: ColumnTemplate
) -> None:
    headers = {**HTMX, "HX-Target": "template-panel"}

    page = client_alice.get(NEW, {"template": shop.pk, "q": "care"}, headers=headers)

    content = page.content.decode()
    assert "<html" not in content
    assert 'id="gallery" aria-labelledby="gallery-title" hx-swap-oob="true"' in content
    assert shown_names(page) == ["question", "answer", "topic"]
    assert 'value="care"' in content
    assert "HX-Request" in page["Vary"]


@pytest.mark.parametrize("key", ["nothing", "0", "9" * 40, "../etc", "²"])
def test_a_template_that_is_not_there_is_not_found(client_alice: Client, key: str) -> None:
    assert client_alice.get(NEW, {"template": key}).status_code == 404


def test_a_template_of_others_is_not_found(client_charlie: Client, shop: ColumnTemplate) -> None:
    assert client_charlie.get(NEW, {"template": shop.pk}).status_code == 404
    assert client_charlie.post(f"{NEW}/start", fields(shop)).status_code == 422
    assert not Playground.objects.exists()


def test_the_columns_are_edited_without_a_script(
    client_alice: Client, shop: ColumnTemplate
) -> None:
    def press(button: str, posted: dict[str, object]) -> HttpResponse:
        return client_alice.post(f"{NEW}/columns", {**posted, "do": button})

    assert shown_names(press("up:2", fields(shop))) == ["question", "topic", "answer"]
    assert shown_names(press("down:0", fields(shop))) == ["answer", "question", "topic"]
    added = press("add", fields(shop, **{"0_name": "Frage"}))
    assert shown_names(added) == previewed(added) == ["Frage", "answer", "topic", "new_column"]
    removed = press("remove:1", fields(shop))
    assert shown_names(removed) == ["question", "topic"]
    hidden = re.findall(r'type="hidden" name="([\w-]+)" value="([^"]*)"', removed.content.decode())
    kept = {name: value for name, value in hidden if name.startswith(("removed", "1-"))}
    back = press("undo", {**fields(shop), "columns": ["0", "2"], **kept})
    assert shown_names(back) == ["question", "answer", "topic"]


def test_htmx_gets_the_mistakes_and_the_preview_of_what_is_typed(
    client_alice: Client, shop: ColumnTemplate
) -> None:
    posted = fields(shop, **{"1_name": "Topic", "columns": ["2", "1", "0"]})

    page = client_alice.post(f"{NEW}/columns", posted, headers=HTMX)

    assert previewed(page) == ["topic", "Topic", "question"]
    content = page.content.decode()
    assert "<td>Gift cards</td><td>No</td>" in content
    assert "Third question" not in content
    assert content.count("Another column is called “topic”. Rename one of them.") == 1
    assert 'name="columns"' not in content


def test_it_says_which_names_only_the_prompts_have(
    client_alice: Client, shop: ColumnTemplate
) -> None:
    page = client_alice.post(f"{NEW}/columns", fields(shop) | {"do": "remove:2"}, headers=HTMX)

    assert "<code>{{topic}}</code>, and no column has that name now" in page.content.decode()


def test_a_file_takes_the_edited_columns_and_prompts_along(
    client_alice: Client, shop: ColumnTemplate
) -> None:
    posted = fields(shop, **{"0_name": "Frage", "columns": ["2", "0"]})

    answer = client_alice.post(NEW, {**posted, **file()})

    upload = Upload.objects.get()
    assert answer["Location"] == reverse("import-check", args=[upload.pk])
    assert upload.choices["template"] == {
        "name": "Shop & care",
        "columns": [COLUMNS[2], {**COLUMNS[0], "name": "Frage"}],
        "setup": {"variants": [{"name": "A", "prompt": "{{topic}}: {{Frage}}"}], "kpis": []},
    }


@pytest.mark.parametrize("address", ["", "/file", "/start"])
def test_columns_that_cannot_be_used_stay_in_the_editor(
    client_alice: Client, shop: ColumnTemplate, address: str
) -> None:
    posted = fields(shop, **{"1_name": "TOPIC", "0_name": "Frage"})

    page = client_alice.post(NEW + address, {**posted, **file()})

    assert page.status_code == 422
    assert shown_names(page) == ["Frage", "TOPIC", "topic"]
    assert "Another column is called “TOPIC”. Rename one of them." in page.content.decode()
    assert not Upload.objects.exists()
    assert not Playground.objects.exists()


def test_a_refused_file_leaves_the_edited_columns(
    client_alice: Client, shop: ColumnTemplate
) -> None:
    posted = {**fields(shop, **{"0_name": "Frage"}), "file": SimpleUploadedFile("a.csv", b"")}

    page = client_alice.post(NEW, posted)

    assert page.status_code >= 400
    assert shown_names(page) == ["Frage", "answer", "topic"]


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


def read(content: bytes, kind: str) -> list[list[str]]:
    """The cells of a file to fill in."""
    if kind == "csv":
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    if kind == "jsonl":
        records = [json.loads(line) for line in content.splitlines()]
        return [list(records[0]), *(list(record.values()) for record in records)]
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    return [[str(cell or "") for cell in row] for row in sheet.values]


@pytest.mark.parametrize("kind", ["csv", "xlsx", "jsonl"])
def test_the_file_to_fill_in_has_the_edited_columns(
    client_alice: Client, shop: ColumnTemplate, kind: str
) -> None:
    posted = fields(shop, columns=["2", "n1", "0"], **{"0_name": "Frage"})
    posted |= {"n1-name": "tier", "n1-type": "category", "n1-role": "filter", "format": kind}

    answer = client_alice.post(f"{NEW}/file", posted)

    assert answer["Content-Disposition"] == f'attachment; filename="shop-care.{kind}"'
    header, first, second = read(answer.content, kind)
    assert header == ["topic", "tier", "Frage"]
    assert first == ["Gift cards", "", "Do gift cards expire?"]
    assert second[2].endswith("=1+1?")


def test_another_kind_of_file_is_not_offered(client_alice: Client, shop: ColumnTemplate) -> None:
    answer = client_alice.post(f"{NEW}/file", fields(shop, format="exe"))

    assert answer.status_code == 422


def test_a_playground_starts_without_rows(client_alice: Client, shop: ColumnTemplate) -> None:
    posted = fields(shop, columns=["0", "2"], **{"0_name": "Frage"})

    answer = client_alice.post(f"{NEW}/start", posted)

    playground = Playground.objects.get()
    assert answer["Location"] == reverse("data", args=[playground.pk])
    assert playground.name == "Shop & care"
    assert list(playground.columns.values_list("name", "role", "required")) == [
        ("Frage", "input", True),
        ("topic", "filter", False),
    ]
    assert playground.template["setup"]["variants"][0]["prompt"] == "{{topic}}: {{Frage}}"
    for name in ("data", "setup", "run"):
        assert client_alice.get(reverse(name, args=[playground.pk])).status_code == 200
    assert "Shop &amp; care" in client_alice.get("/").content.decode()


@pytest.mark.parametrize("address", ["columns", "file", "start"])
def test_it_asks_for_a_template(client_alice: Client, address: str) -> None:
    answer = client_alice.post(f"{NEW}/{address}", {})

    assert answer.status_code == 422
    assert "No template is chosen." in answer.content.decode()


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


def test_the_editor_of_the_largest_table_can_be_posted(
    client_alice: Client, shop: ColumnTemplate
) -> None:
    columns = [TemplateColumn(name=f"c{number}", required=True) for number in range(500)]
    posted: dict[str, object] = {"template": str(shop.pk), "columns": []}
    for row in ColumnEditor.of(columns).rows():
        key = row.edited.key
        posted["columns"] = [*posted["columns"], key]  # type: ignore[misc]  # a list of ours
        posted |= {f"{key}-{name}": row.fields[name].value() for name in ("name", "type", "role")}
        posted[f"{key}-required"] = "on"

    answer = client_alice.post(f"{NEW}/columns", posted)

    assert len(shown_names(answer)) == 500
