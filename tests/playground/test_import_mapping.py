"""Which column of a file becomes what: models' answers, the columns of a template."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User, Workspace
from playground.domain.templates import Template, TemplateColumn
from playground.domain.text_template import fill
from playground.models import Playground, Upload
from playground.services import uploads
from tests.playground.check_page import choose, found, page, stored
from tests.playground.conftest import Bring, mapping


def test_models_names_are_columns_of_answers(client_alice: Client, bring: Bring) -> None:
    upload = bring(
        b"prompt,ideal,gpt-4o,response of llama-3-8b,output_claude,gpt-4o score\n"
        b"2+2?,4,four,4,five,1\n3+3?,6,six,6,seven,0\n"
    )

    columns = [(column["name"], column["role"]) for column in upload.report["columns"]]
    assert columns == [
        ("prompt", "input"),
        ("ideal", "expected"),
        ("gpt-4o", "response"),
        ("llama-3-8b", "response"),
        ("claude", "response"),
        ("gpt-4o score", "filter"),
    ]


TEMPLATE = Template(
    key="support",
    name="Support answers",
    description="",
    columns=(
        TemplateColumn(name="question", type="long_text", role="input", required=True),
        TemplateColumn(name="expected_answer", type="long_text", role="expected"),
        TemplateColumn(name="context", type="text_list", role="context"),
        TemplateColumn(name="topic", type="category", role="filter"),
        TemplateColumn(name="policy", type="long_text", role="policy", required=True),
    ),
    setup={"rule": {"mode": "all"}},
)
TICKETS = (
    "Nr,Frage,Antwort,Kontext,Notizen,Topic\n"
    "1,Wo ist mein Paket?,Unterwegs,Der Versand dauert,intern eins,Versand\n"
    "2,,Nein,,intern zwei,Versand\n"
    "3,Wann?,Morgen,Bald,intern drei,Termin\n"
).encode("ascii")


@pytest.fixture
def tickets(workspace: Workspace, alice: User) -> Upload:
    upload = uploads.receive(
        workspace=workspace,
        user=alice,
        file_name="tickets.csv",
        chunks=[TICKETS],
        template=TEMPLATE.to_json(),
    )
    uploads.check(upload.pk)
    upload.refresh_from_db()
    return upload


def test_a_file_fills_a_template_by_names_and_meaning(
    client_alice: Client, tickets: Upload
) -> None:
    columns = [(c["original"], c["name"], c["role"]) for c in tickets.report["columns"]]
    words = page(client_alice, tickets)

    assert columns == [
        ("Nr", "Nr", "row_id"),
        ("Frage", "question", "input"),
        ("Antwort", "expected_answer", "expected"),
        ("Kontext", "context", "context"),
        ("Notizen", "Notizen", "left_out"),
        ("Topic", "topic", "filter"),
    ]
    assert "No column fills “policy”" in words
    assert '<option value="expected_answer">' in words
    assert "1 row has no “question”" in words
    assert "Import 2 rows" in words


def test_a_required_column_keeps_its_empty_rows_when_told_so(
    client_alice: Client, tickets: Upload
) -> None:
    upload = choose(client_alice, tickets, fix="required:keep")

    assert upload.report["row_count"] == 3
    stored(client_alice, upload)
    playground = Playground.objects.get()
    required = [column.name for column in playground.columns.filter(required=True)]
    assert (required, playground.template["name"]) == (["question"], "Support answers")


def test_the_counts_of_columns_are_those_of_the_rows_that_are_stored(
    client_alice: Client, bring: Bring
) -> None:
    content = b"Kanal,Frage\nMail,Wie?\nMail,Wann?\nMail,Wo?\nChat,\n"
    upload = bring(content)
    upload = choose(client_alice, upload, **{"c0-type": "category"})
    counts = [(c["filled"], c["distinct"], c["first"]) for c in upload.report["columns"]]
    assert counts == [(4, 2, "Mail"), (3, 3, "Wie?")]
    assert "Category · 2" in page(client_alice, upload)
    assert "75%" in page(client_alice, upload)

    upload = choose(client_alice, upload, fix="no_input:skip")

    counts = [(c["filled"], c["distinct"], c["first"]) for c in upload.report["columns"]]
    assert counts == [(3, 1, "Mail"), (3, 3, "Wie?")]
    assert "Category · 1" in page(client_alice, upload)
    assert "75%" not in page(client_alice, upload)


def test_an_id_that_repeats_is_named(client_alice: Client, bring: Bring) -> None:
    upload = bring(b"customer id,id,question\n1,1,Why?\n1,1,How?\n2,2,Who?\n")

    assert found(upload)["repeating_id"]["title"] == "“id” repeats values, so it is no row id"
    upload = choose(client_alice, upload, set="1:role:row_id")
    assert {"repeated_id"} == found(upload).keys() & {"repeated_id", "repeating_id"}
    other = bring(b"id,customer id,question\n1,1,Why?\n2,1,How?\n3,2,Who?\n")
    assert "repeating_id" not in found(other)


def test_a_name_of_the_template_brings_type_and_role(client_alice: Client, tickets: Upload) -> None:
    upload = choose(client_alice, tickets, **{"c4-name": "Policy"})

    assert "lacking_required" not in found(upload)
    plan = uploads.planned_columns(upload)[4]
    assert (plan.name, plan.type, plan.role, plan.required) == (
        *("policy", "long_text", "policy"),
        True,
    )


PROMPTFOO = b"""prompts: ["Answer in one word: {{question}}"]
providers: [openai:gpt-4o-mini]
tests:
  - vars: {question: "Capital of Belgium?"}
    assert: [{type: equals, value: Brussels}]
  - vars: {question: "Capital of Ghana?"}
    assert: [{type: equals, value: Accra}]
"""


def test_what_a_config_says_of_variants_comes_with_its_rows(
    client_alice: Client, bring: Bring
) -> None:
    upload = bring(PROMPTFOO, "promptfooconfig.yaml")
    assert (upload.error, upload.report["row_count"]) == ("", 2)

    rows = stored(client_alice, upload)

    setup = Playground.objects.get().template["setup"]
    assert "Capital of Ghana?" in rows[1]
    assert "Answer in one word: {{question}}" in setup["variants"][0]["prompt"]


@pytest.mark.parametrize("name", ["", "  ", "Unnamed: 1", "unnamed: 1_level_0"])
def test_an_empty_column_without_a_name_of_its_own_is_left_out(bring: Bring, name: str) -> None:
    upload = bring(f"question,{name}\nWhere?,\nWhen?,\n".encode())

    assert [column["role"] for column in upload.report["columns"]] == ["input", "left_out"]


def test_an_empty_column_that_is_left_out_can_be_kept(client_alice: Client, bring: Bring) -> None:
    upload = bring(b"question,Unnamed: 1,notes\nWhere?,,\nWhen?,,\n")

    said = [
        [(option["label"], option["is_chosen"]) for option in finding["options"]]
        for finding in upload.report["findings"]
        if finding["kind"] == "empty_column"
    ]
    assert said == [
        [("Leave out", True), ("Keep it", False)],
        [("Keep it", True), ("Leave out", False)],
    ]
    kept = choose(client_alice, upload, set="1:role:filter")
    assert stored(client_alice, kept) == [["Where?", "", ""], ["When?", "", ""]]


def test_a_column_named_by_nobody_keeps_its_cells(bring: Bring) -> None:
    upload = bring(b"question,Unnamed: 1\nWhere?,red\nWhen?,blue\n")

    assert upload.report["columns"][1]["role"] != "left_out"


@pytest.mark.parametrize(
    ("header", "topic"),
    [
        ("question,Category", "Category"),
        ("question,Kategorie", "Kategorie"),
        ("question,Category,topic", "topic"),
        ("question,mood", None),
    ],
)
def test_a_filter_of_the_same_meaning_fills_the_template(
    workspace: Workspace, alice: User, header: str, topic: str | None
) -> None:
    cells = ["a", "b"] if header.count(",") > 1 else ["a"]
    rows = "".join(f"Where is {n}?,{','.join(cells)}\n" for n in range(9))
    upload = uploads.receive(
        workspace=workspace,
        user=alice,
        file_name="tickets.csv",
        chunks=[f"{header}\n{rows}".encode()],
        template=TEMPLATE.to_json(),
    )
    uploads.check(upload.pk)
    upload.refresh_from_db()

    fills = [c["original"] for c in upload.report["columns"] if c["name"] == "topic"]
    assert fills == ([topic] if topic else [])


ODD_NAMES = b"{{q {1}}},{{x}},x,{{}}\nWhere?,a,b,c\nWhen?,d,e,f\n"


def test_names_that_no_prompt_could_use_lose_their_braces(
    client_alice: Client, bring: Bring
) -> None:
    upload = bring(ODD_NAMES)
    shown = re.findall(r'name="c\d-name" value="([^"]*)"', page(client_alice, upload))
    said = [f["title"] for f in upload.report["findings"] if f["kind"] == "unusable_name"]

    assert [column["name"] for column in upload.report["columns"]] == [
        *("{{q {1}}}", "{{x}}", "x", "{{}}")
    ]
    assert shown == ["q 1", "x_2", "x", "column 4"]
    assert said[0] == "“{{q {1}}}” is imported as “q 1”"
    stored(client_alice, upload)
    playground = Playground.objects.get()
    assert [column.name for column in playground.columns.all()] == shown
    prompt = fill("{{q 1}} {{x_2}} {{x}}", {"q 1": "Where?", "x_2": "a", "x": "b"})
    assert prompt == "Where? a b"


@pytest.mark.parametrize("name", ["{{q}}", "q}", "{q", "a\nb"])
def test_a_name_that_no_prompt_could_use_is_refused_with_words(
    client_alice: Client, bring: Bring, name: str
) -> None:
    upload = bring(b"question,answer\nWhere?,There\n")
    posted = mapping(upload, **{"c0-name": name})

    start = client_alice.post(reverse("import-start", args=[upload.pk]), posted)

    assert start.status_code == 422
    assert "No prompt could use this name." in start.content.decode()
    assert not Playground.objects.exists()


def test_a_column_that_has_such_a_name_already_is_still_filled(
    client_alice: Client, bring: Bring
) -> None:
    stored(client_alice, bring(b"question,x\nWhere?,a\n"))
    playground = Playground.objects.get()
    playground.columns.filter(name="x").update(name="{{x}}")

    address = reverse("data-upload", args=[playground.pk])
    file = SimpleUploadedFile("again.csv", b"question,{{x}}\nWhere?,b\n")
    client_alice.post(address, {"file": file})
    again = Upload.objects.latest("id")
    uploads.check(again.pk)
    again.refresh_from_db()

    assert [column.name for column in uploads.planned_columns(again)] == ["question", "{{x}}"]
    client_alice.post(reverse("import-start", args=[again.pk]), mapping(again))
    again.refresh_from_db()
    assert again.state == Upload.State.IMPORTING


def test_odd_cells_of_a_column_of_numbers_are_named(client_alice: Client, bring: Bring) -> None:
    prices = [*(f"1.{n}34,50 " for n in range(1, 10)), "1.234,50", "on request"]
    rows = "".join(f"Question {n}?;{price}\n" for n, price in enumerate(prices))
    upload = bring(f"question;price\n{rows}".encode())

    price = uploads.planned_columns(upload)[1]
    assert (price.type, price.role) == ("number", "filter")
    odd = found(upload)["wrong_type"]
    assert (odd["count"], odd["lines"]) == (1, [12])
    assert choose(client_alice, upload, fix="wrong_type:skip").report["row_count"] == 10
