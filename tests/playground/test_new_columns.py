"""The columns of a chosen template: edited without and with a script, as a file, as a start."""

import csv
import io
import json
import re
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from playground.domain.templates import TemplateColumn
from playground.forms.columns import ColumnEditor
from playground.models import ColumnTemplate, Playground, Upload
from tests.playground.conftest import SHOP
from tests.playground.editor_fields import COLUMNS, fields, previewed, shown_names

HTMX = {"HX-Request": "true"}
NEW = "/playgrounds/new"


def file() -> dict[str, SimpleUploadedFile]:
    return {"file": SimpleUploadedFile("shop.csv", SHOP)}


def test_the_columns_are_edited_without_a_script(
    client_alice: Client, shop: ColumnTemplate
) -> None:
    def press(button: str, posted: dict[str, Any]) -> bytes:
        return client_alice.post(f"{NEW}/columns", {**posted, "do": button}).content

    assert shown_names(press("up:2", fields(shop))) == ["question", "topic", "answer"]
    assert shown_names(press("down:0", fields(shop))) == ["answer", "question", "topic"]
    added = press("add", fields(shop, **{"0_name": "Frage"}))
    assert shown_names(added) == previewed(added) == ["Frage", "answer", "topic", "new_column"]
    removed = press("remove:1", fields(shop))
    assert shown_names(removed) == ["question", "topic"]
    hidden = re.findall(r'type="hidden" name="([\w-]+)" value="([^"]*)"', removed.decode())
    kept = {name: value for name, value in hidden if name.startswith(("removed", "1-"))}
    back = press("undo", {**fields(shop), "columns": ["0", "2"], **kept})
    assert shown_names(back) == ["question", "answer", "topic"]


def test_htmx_gets_the_mistakes_and_the_preview_of_what_is_typed(
    client_alice: Client, shop: ColumnTemplate
) -> None:
    posted = fields(shop, **{"1_name": "Topic", "columns": ["2", "1", "0"]})

    page = client_alice.post(f"{NEW}/columns", posted, headers=HTMX)

    assert previewed(page.content) == ["topic", "Topic", "question"]
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
    assert shown_names(page.content) == ["Frage", "TOPIC", "topic"]
    assert "Another column is called “TOPIC”. Rename one of them." in page.content.decode()
    assert not Upload.objects.exists()
    assert not Playground.objects.exists()


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


def test_the_editor_of_the_largest_table_can_be_posted(
    client_alice: Client, shop: ColumnTemplate
) -> None:
    columns = [TemplateColumn(name=f"c{number}", required=True) for number in range(500)]
    posted: dict[str, Any] = {"template": str(shop.pk), "columns": []}
    for row in ColumnEditor.of(columns).rows():
        key = row.edited.key
        posted["columns"] = [*posted["columns"], key]
        posted |= {f"{key}-{name}": row.fields[name].value() for name in ("name", "type", "role")}
        posted[f"{key}-required"] = "on"

    answer = client_alice.post(f"{NEW}/columns", posted)

    assert len(shown_names(answer.content)) == 500
