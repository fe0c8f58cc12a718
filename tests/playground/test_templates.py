"""Templates: the built-in files, and one's own on their pages."""

from importlib import resources

import pytest
import yaml
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.errors import Refused
from accounts.models import Workspace
from playground.domain.template_nodes import BadTemplate
from playground.domain.text_template import placeholders
from playground.domain.unique_keys import UniqueKeyLoader
from playground.models import ColumnTemplate, Playground
from playground.services import own_templates, templates


def test_it_has_a_file_for_each_built_in_template() -> None:
    folder = resources.files("playground").joinpath(templates.FOLDER)

    assert {file.name for file in folder.iterdir()} == {f"{key}.yaml" for key in templates.BUILT_IN}
    assert len({template.name for template in templates.built_in()}) == 17


@pytest.mark.parametrize("key", templates.BUILT_IN)
def test_it_is_whole(key: str) -> None:
    template = templates.read_file(f"{key}.yaml")

    names = {column.name for column in template.columns}
    contexts = {column.name for column in template.columns if column.role == "context"}
    assert 5 <= len(template.sample_rows) <= 10
    assert len(set(template.sample_rows)) == len(template.sample_rows)
    for row in template.sample_rows:
        assert all(
            cell.strip()
            for cell, column in zip(row, template.columns, strict=True)
            if column.required
        )
    assert template.description
    assert template.setup["kpis"]
    for kpi in template.setup["kpis"]:
        assert set(kpi.get("inputs", {}).values()) <= names
    for variant in template.setup["variants"]:
        used = {*placeholders(variant["prompt"]), *placeholders(variant["system"])}
        assert used
        assert used <= names
        assert variant["context"] == bool(used & contexts)


def test_a_row_for_which_no_document_is_relevant_names_none() -> None:
    template = templates.read_file("retrieval_only.yaml")
    names = [column.name for column in template.columns]
    ids = [row[names.index("relevant_ids")] for row in template.sample_rows]
    passages = [row[names.index("passages")] for row in template.sample_rows]

    assert "" in ids
    for text, relevant in zip(passages, ids, strict=True):
        assert all(f"[{one}]" in text for one in relevant.split("; ") if one)


def test_the_right_label_is_required_once() -> None:
    setup = templates.read_file("classification.yaml").setup

    places = {kpi["key"]: kpi["place"] for kpi in setup["kpis"]}
    assert (places["label_match"], places["exact_match"]) == ("required", "counted")
    assert setup["rule"]["mode"] == "at_least"


def test_it_names_the_file_and_the_line_of_a_key_that_stands_twice() -> None:
    with pytest.raises(yaml.YAMLError, match=r"'name' stands twice"):
        yaml.load("name: A\nname: B\n", Loader=UniqueKeyLoader)


def test_it_names_the_built_in_file_that_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml, "load", lambda *_args, **_options: {"name": "A"})

    with pytest.raises(BadTemplate, match=r"column_templates/blank.yaml: 'columns' is missing"):
        templates.read_file("blank.yaml")


def test_it_shows_own_templates_first(client_alice: Client, own: ColumnTemplate) -> None:
    page = client_alice.get(reverse("templates")).content.decode()

    assert page.index(f"/templates/{own.pk}") < page.index("/templates/rag_support")
    assert page.count('class="tcard"') == 18


@pytest.mark.parametrize("place", ["templates", "playground-new", "home"])
def test_a_gallery_loads_no_sample_rows(
    place: str, client_alice: Client, own: ColumnTemplate
) -> None:
    with CaptureQueriesContext(connection) as queries:
        answer = client_alice.get(reverse(place))

    loading = [query["sql"] for query in queries if ColumnTemplate._meta.db_table in query["sql"]]
    assert own.name in answer.content.decode()
    assert len(loading) == 1
    assert "sample_rows" not in loading[0]


def test_it_searches_names_and_columns(client_alice: Client) -> None:
    found = client_alice.get(reverse("templates"), {"q": "glossary"}).content.decode()
    nothing = client_alice.get(reverse("templates"), {"q": "\0zebra<b>"}).content.decode()

    assert "/templates/translation" in found
    assert found.count('class="tcard"') == 1
    assert "No template is called “zebra&lt;b&gt;”" in nothing


def test_it_opens_each_with_its_setup_in_words(client_alice: Client) -> None:
    for template in templates.built_in():
        page = client_alice.get(reverse("template-open", args=[template.key])).content.decode()

        assert "An answer passes when" in page, template.key
        assert f"Start with its {len(template.sample_rows)} sample rows" in page, template.key


def test_it_tells_which_kpis_come_later(client_alice: Client) -> None:
    page = client_alice.get(reverse("template-open", args=["rag_support"])).content.decode()

    assert "Come later: Faithfulness ≥ 0.9" in page


def test_it_starts_a_playground_with_the_sample_rows(
    client_alice: Client, own: ColumnTemplate
) -> None:
    answer = client_alice.post(reverse("template-use"), {"template": own.pk})

    playground = Playground.objects.get()
    assert answer.headers["Location"] == reverse("setup", args=[playground.pk])
    assert playground.template["name"] == "Small"
    assert list(playground.columns.values_list("name", "role", "required")) == [
        ("question", "input", True),
        ("answer", "expected", False),
    ]
    assert playground.versions.get().row_count == 1


def test_it_starts_with_the_columns_as_they_were_edited(client_alice: Client) -> None:
    posted = {"template": "question_answer", "columns": ["1", "0"]}
    for key, name, role in (("0", "riddle", "input"), ("1", "solution", "expected")):
        posted |= {f"{key}-name": name, f"{key}-type": "text", f"{key}-role": role}

    client_alice.post(reverse("template-use"), posted)

    playground = Playground.objects.get()
    ids = {column.name: str(column.pk) for column in playground.columns.all()}
    row = playground.versions.get().rows()[0]
    assert list(ids) == ["solution", "riddle"]
    assert row.cells[ids["solution"]] == "Canberra"
    assert playground.template["setup"]["variants"][0]["prompt"] == "{{riddle}}"


def test_it_saves_a_built_in_one_as_mine(client_alice: Client) -> None:
    answer = client_alice.post(reverse("template-duplicate", args=["translation"]))

    stored = ColumnTemplate.objects.get()
    assert answer.headers["Location"] == reverse("template-edit", args=[stored.pk])
    assert stored.name == "Translation copy"
    assert templates.template_of(stored).setup == templates.read_file("translation.yaml").setup


def test_it_saves_edited_columns_under_a_name(client_alice: Client) -> None:
    posted = {
        "template": "blank",
        "name": "Trivia",
        "columns": ["0", "n1"],
        "0-name": "riddle",
        "0-type": "text",
        "0-role": "input",
        "n1-name": "solution",
        "n1-type": "text",
        "n1-role": "expected",
    }
    client_alice.post(reverse("template-save"), posted)

    saved = templates.template_of(ColumnTemplate.objects.get(name="Trivia"))
    assert [(column.name, column.role) for column in saved.columns] == [
        ("riddle", "input"),
        ("solution", "expected"),
    ]
    assert saved.setup["variants"][0]["prompt"] == "{{riddle}}"
    assert saved.sample_rows[0] == ("How many days are in a leap year?", "")


def test_it_keeps_what_was_typed_when_columns_are_refused(client_alice: Client) -> None:
    posted = {"template": "blank", "columns": "0", "0-name": "riddle", "0-role": "source"}
    answer = client_alice.post(reverse("template-save"), {**posted, "0-type": "text"})

    assert answer.status_code == 422
    assert "riddle" in answer.content.decode()
    assert not ColumnTemplate.objects.exists()


def test_it_refuses_a_name_that_is_too_long_to_save(client_alice: Client) -> None:
    posted = {"template": "blank", "columns": "0", "0-name": "riddle", "0-role": "input"}
    answer = client_alice.post(
        reverse("template-save"), {**posted, "0-type": "text", "name": "n" * 101}
    )

    assert answer.status_code == 422
    assert "at most 100 are taken" in answer.content.decode()
    assert not ColumnTemplate.objects.exists()


def edit_form(own: ColumnTemplate, **changes: object) -> dict[str, object]:
    form: dict[str, object] = {"name": own.name, "description": "", "columns": [], "rows": ["0"]}
    form |= {"rows-shown": "1", "seen": own_templates.stamp_of(own)}
    for at, column in enumerate(own.columns):
        form["columns"] = [*form["columns"], str(at)]  # type: ignore[misc] # it is a list
        form |= {f"{at}-{name}": column[name] for name in ("name", "type", "role")}
        form[f"cell-0-{at}"] = own.sample_rows[0][at]
    return form | changes


def test_it_changes_one_of_mine(client_alice: Client, own: ColumnTemplate) -> None:
    form = edit_form(own, **{"name": "Weights", "0-name": "what", "rows": ["0", "1"]})
    form |= {"cell-0-1": "2 kg", "cell-1-0": "=1+1\r\nend", "cell-1-1": ""}

    answer = client_alice.post(reverse("template-edit", args=[own.pk]), form)

    own.refresh_from_db()
    assert answer.status_code == 302
    assert own.name == "Weights"
    assert own.setup["variants"][0]["prompt"] == "{{what}}"
    assert own.sample_rows == [["How heavy is it?", "2 kg"], ["=1+1\nend", ""]]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": " "}, "This field is required"),
        ({"1-name": "question"}, "Another column is called"),
        ({"cell-0-0": "x" * 20_001}, "at most 20,000 are taken"),
        ({"cell-0-0": "a\x00b"}, "holds a character that cannot be stored"),
    ],
)
def test_it_refuses_a_change_in_words(
    client_alice: Client, own: ColumnTemplate, changes: dict[str, object], words: str
) -> None:
    answer = client_alice.post(reverse("template-edit", args=[own.pk]), edit_form(own, **changes))

    own.refresh_from_db()
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert own.sample_rows == [["How heavy is it?", "1 kg"]]


def test_it_refuses_a_form_that_is_out_of_date_and_keeps_what_was_typed(
    client_alice: Client, own: ColumnTemplate
) -> None:
    url = reverse("template-edit", args=[own.pk])
    seen = f'name="seen" value="{own_templates.stamp_of(own)}"'
    assert seen in client_alice.get(url).content.decode()
    late = edit_form(own, **{"0-name": "what", "cell-0-0": "typed late"})
    swapped = edit_form(own, columns=["1", "0"])
    assert client_alice.post(url, swapped).status_code == 302

    answer = client_alice.post(url, late)

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "changed meanwhile" in page
    assert "typed late" in page
    assert seen in page
    own.refresh_from_db()
    assert [column["name"] for column in own.columns] == ["answer", "question"]
    assert own.sample_rows == [["1 kg", "How heavy is it?"]]


def test_it_adds_and_removes_sample_rows_without_storing(
    client_alice: Client, own: ColumnTemplate
) -> None:
    url = reverse("template-columns", args=[own.pk])
    added = client_alice.post(url, edit_form(own, do="row-add", **{"cell-0-1": "typed"}))
    removed = client_alice.post(
        url, edit_form(own, do="row-remove:0"), headers={"HX-Request": "true"}
    )
    column = client_alice.post(url, edit_form(own, do="add"), headers={"HX-Request": "true"})

    assert added.content.decode().count('name="rows"') == 2
    assert "typed" in added.content.decode()
    assert 'name="rows"' not in removed.content.decode()
    assert "cell-0-n1" in column.content.decode()
    own.refresh_from_db()
    assert own.sample_rows == [["How heavy is it?", "1 kg"]]


def test_it_brings_no_deleted_template_back(own: ColumnTemplate) -> None:
    ColumnTemplate.objects.filter(pk=own.pk).delete()

    with pytest.raises(Refused, match="deleted meanwhile"):
        own_templates.update(
            stored=own, template=templates.template_of(own), seen=own_templates.stamp_of(own)
        )
    assert not ColumnTemplate.objects.exists()


@pytest.mark.parametrize("number", ["", "x", "-1", "9" * 5_000])
def test_it_removes_no_sample_row_for_a_number_that_is_none(
    client_alice: Client, own: ColumnTemplate, number: str
) -> None:
    url = reverse("template-columns", args=[own.pk])
    answer = client_alice.post(url, edit_form(own, do=f"row-remove:{number}"))

    assert answer.content.decode().count('name="rows"') == 1


def test_it_deletes_one_of_mine(client_alice: Client, own: ColumnTemplate) -> None:
    client_alice.post(reverse("template-delete", args=[own.pk]))

    assert not ColumnTemplate.objects.exists()


def test_charlie_cannot_use_or_read_it(client_charlie: Client, own: ColumnTemplate) -> None:
    used = client_charlie.post(reverse("template-use"), {"template": own.pk})
    read = client_charlie.get(reverse("template-export", args=[own.pk]))

    assert (used.status_code, read.status_code) == (404, 404)
    assert not Playground.objects.exists()


def test_it_stops_at_the_most_templates(
    workspace: Workspace, own: ColumnTemplate, monkeypatch: pytest.MonkeyPatch, client_alice: Client
) -> None:
    monkeypatch.setattr(own_templates, "MOST_TEMPLATES", 1)

    answer = client_alice.post(reverse("template-duplicate", args=["blank"]))

    assert answer.status_code == 422
    assert ColumnTemplate.objects.count() == 1
