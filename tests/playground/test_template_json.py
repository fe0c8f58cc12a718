"""A template as a file: what is read, what is refused in words, and what comes back out."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from playground.domain.template_nodes import BadTemplate
from playground.domain.template_reading import read_template
from playground.models import Column, ColumnTemplate
from playground.services import templates
from playground.services.template_files import template_file
from playground.services.templates import VOCABULARY
from tests.playground.conftest import SMALL_TEMPLATE

TEMPLATES_PAGE = "playground/templates.html"


def changed(**changes: object) -> dict[str, Any]:
    return {**SMALL_TEMPLATE, **changes}


def bring(client: Client, content: object, name: str = "template.json") -> Any:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    file = SimpleUploadedFile(name, data)
    return client.post(reverse("template-import"), {"file": file})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "name: must not be empty"),
        ({"name": 7}, "name: must be a text in quotes, not 7"),
        ({"name": "a\x00b"}, "name: holds a character that cannot be stored"),
        ({"name": "\ud800"}, "name: holds a character that cannot be stored"),
        ({"name": "n" * 101}, "name: has 101 characters; at most 100 are taken"),
        ({"colour": "red"}, "'colour' is not known here"),
        ({"columns": "question"}, "columns: must be a list"),
        ({"columns": []}, "columns: no column has the role input"),
        ({"columns": [{"name": "q", "role": "answer"}]}, "columns[0].role: 'answer' is not one of"),
        ({"columns": [{"name": "q", "required": "yes"}]}, "columns[0].required: must be true or"),
        ({"columns": [{"name": "q"}, {"name": "Q"}]}, "columns[1].name: two columns are called"),
        ({"sample_rows": [{"other": "x"}]}, "sample_rows[0]: 'other' is not known here"),
        ({"sample_rows": [{"question": True}]}, "sample_rows[0].question: must be a text"),
        ({"sample_rows": [{}] * 101}, "sample_rows: has 101 entries"),
        ({"setup": {"variants": [{"name": "A"}]}}, "setup.variants[0]: 'prompt' is missing"),
        (
            {"setup": {"variants": [{"name": "A", "prompt": "x", "max_tokens": 0}]}},
            "setup.variants[0].max_tokens: must be a whole number from 1",
        ),
        (
            {"setup": {"variants": [{"name": "A", "prompt": "x", "temperature": float("nan")}]}},
            "setup.variants[0].temperature: must be a number from 0 to 2",
        ),
        ({"setup": {"kpis": [{"key": "A b", "place": "shown"}]}}, "setup.kpis[0].key: 'A b' must"),
        ({"setup": {"kpis": [{"key": "a", "place": "maybe"}]}}, "setup.kpis[0].place: 'maybe'"),
        (
            {"setup": {"kpis": [{"key": "a", "place": "shown", "line": "> x"}]}},
            "setup.kpis[0].line: '> x' is no pass line",
        ),
        (
            {"setup": {"kpis": [{"key": "a", "place": "shown", "params": {"x": None}}]}},
            "setup.kpis[0].params.x: must be",
        ),
        (
            {"setup": {"kpis": [{"key": "a", "place": "shown", "params": {"x": 1e300}}]}},
            "setup.kpis[0].params.x: must be",
        ),
        ({"setup": {"kpis": [{"key": "a", "place": "shown"}] * 2}}, "setup.kpis[1]: 'a' stands"),
        ({"setup": {"rule": {"mode": "at_least"}}}, "setup.rule: `n` belongs to the mode at_least"),
        ({"setup": {"rule": {"mode": "all", "n": 1}}}, "setup.rule: `n` belongs to"),
    ],
)
def test_it_says_where_a_template_is_wrong(changes: dict[str, object], words: str) -> None:
    entry = changed(**changes)
    entry.pop("evalground_template")

    with pytest.raises(BadTemplate) as caught:
        read_template(entry, VOCABULARY)

    assert words in str(caught.value)


def test_it_exports_what_it_imports(client_alice: Client) -> None:
    for template in templates.built_in():
        exported = client_alice.get(reverse("template-export", args=[template.key])).content
        bring(client_alice, exported)

        again = templates.template_of(ColumnTemplate.objects.latest("id"))
        assert (again.columns, again.setup) == (template.columns, template.setup), template.key
        assert again.sample_rows == template.sample_rows, template.key


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xfe{", "not UTF-8"),
        (b"{", "This file is not JSON: line 1, column 2."),
        (b"question,answer\n1,2\n", "This file is not JSON: line 1, column 1."),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "too long"),
        (b"[]", "no template of this version"),
        ({"name": "A"}, "no template of this version"),
        (changed(evalground_template=2), "no template of this version"),
        (changed(columns=[]), "no column has the role input"),
        (
            changed(columns=[{"name": f"c{number}"} for number in range(501)], sample_rows=[]),
            "columns: has 501 entries; at most 500 are taken",
        ),
        (
            changed(setup={"kpis": [{"key": "x", "place": "shown", "code": "1"}]}),
            "&#x27;code&#x27;",
        ),
        (b" " * 1_000_001, "1,000,000 bytes"),
    ],
    ids=str,
)
def test_it_refuses_other_files_in_words(client_alice: Client, content: object, words: str) -> None:
    answer = bring(client_alice, content)

    assert answer.status_code in (413, 422)
    page = answer.content.decode()
    assert words in page
    # On the page that it came from, where another file can be chosen.
    assert (answer.templates[0].name, 'aria-label="Ready to use"' in page) == (TEMPLATES_PAGE, True)
    assert not ColumnTemplate.objects.exists()


def test_it_asks_for_a_file(client_alice: Client) -> None:
    answer = client_alice.post(reverse("template-import"))

    assert answer.status_code == 422
    assert "No file was chosen" in answer.content.decode()
    assert answer.templates[0].name == TEMPLATES_PAGE


def test_its_file_is_safe_in_a_spreadsheet() -> None:
    columns = templates.read_file("blank.yaml").columns
    rows = [("=1+1", "line\nbreak"), ("' =1", 'say "hi"')]

    text = template_file(columns, rows, format="csv").decode("utf-8-sig")
    lines = template_file(columns, rows, format="jsonl").decode().splitlines()

    assert text == (
        'question,expected_answer\r\n\' =1+1,"line\nbreak"\r\n\' \' =1,"say ""hi"""\r\n'
    )
    assert json.loads(lines[0]) == {"question": "=1+1", "expected_answer": "line\nbreak"}


def test_every_type_and_role_can_be_in_a_template() -> None:
    columns = [{"name": role, "role": role} for role in Column.Role.values if role != "row_id"]
    types = [{"name": kind, "type": kind} for kind in Column.Type.values if kind not in Column.Role]

    template = read_template({"name": "All", "columns": [*columns, *types]}, VOCABULARY)

    assert len(template.columns) == len(columns) + len(types)
