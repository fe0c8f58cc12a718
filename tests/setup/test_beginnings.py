"""What a new playground begins with: its template's setup, imported answers, or nothing."""

from collections.abc import Mapping
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Workspace
from evals.models import Connection, RuleVersion
from evals.services import beginnings, connections, rules
from evals.services import setup as setup_service
from evals.services.connections import ConnectionDraft
from evals.services.template_setups import name_of, scaled
from playground.domain.templates import Template, TemplateColumn
from playground.models import Playground
from playground.services import templates
from playground.services.rows import ColumnDraft, create_playground

PLAIN = {"name": "Plain", "prompt": "{{question}}", "system": "", "context": False}
GROUNDED = {**PLAIN, "name": "Grounded", "prompt": "{{context}} {{question}}", "context": True}


def made(workspace: Workspace, setup: Mapping[str, Any], **roles: str) -> Playground:
    """A playground with one row whose columns are `roles`, made from a template with `setup`."""
    columns = tuple(TemplateColumn(name=name, role=role) for name, role in roles.items())
    template = Template(key="1", name="Mine", description="", columns=columns, setup=setup)
    return create_playground(
        workspace=workspace,
        user=None,
        name="Mine",
        question="",
        columns=[ColumnDraft(name=name, role=role) for name, role in roles.items()],
        rows=[["text"] * len(columns)],
        source_name="",
        template=template,
    )


def variants_of(playground: Playground) -> list[str]:
    return [variant.name for variant in playground.variants.all()]


def kpis_of(playground: Playground) -> list[str]:
    return [kpi.slot for kpi in playground.setup_kpis.all()]


def test_it_gives_nothing_without_template_and_responses(workspace: Workspace) -> None:
    playground = made(workspace, {}, question="input", answer="expected")

    assert (variants_of(playground), kpis_of(playground)) == ([], [])


def test_it_takes_the_places_lines_and_names_of_the_setup(workspace: Workspace) -> None:
    setup = {
        "variants": [PLAIN],
        "kpis": [
            {"key": "faithfulness", "place": "required", "line": ">= 0.9"},
            {"key": "token_f1", "place": "required", "line": ">= 0.25", "name": "Overlap"},
            {"key": "word_count", "place": "counted", "line": "between 2 and 9"},
            {"key": "word_count", "place": "shown", "slot": "words_again"},
        ],
        "rule": {"mode": "all"},
    }
    playground = made(workspace, setup, question="input", answer="expected")

    conditions = rules.current(playground).conditions
    assert kpis_of(playground) == ["token_f1", "word_count", "words_again"]
    assert playground.setup_kpis.get(slot="token_f1").name == "Overlap"
    assert [(c.slot, c.required, c.line.words()) for c in conditions] == [
        ("token_f1", True, "≥ 0.25"),
        ("word_count", False, "between 2 and 9"),
    ]
    assert setup_service.problems(playground) == []


def test_it_does_it_once(workspace: Workspace) -> None:
    setup = {"variants": [PLAIN], "kpis": [{"key": "word_count", "place": "counted"}]}
    playground = made(workspace, setup, question="input")
    beginnings.set_up(playground)

    assert (variants_of(playground), kpis_of(playground)) == (["Plain"], ["word_count"])
    assert RuleVersion.objects.filter(playground=playground).count() == 1


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        ({"question": "input", "context": "context"}, ["Plain", "Grounded"]),
        # A prompt that names a column which is not there, and one that wants a context.
        ({"question": "input", "answer": "expected"}, ["Plain"]),
        ({"query": "input"}, ["Plain", "Short answer"]),
        ({"query": "input", "gpt-4o": "response"}, ["gpt-4o"]),
        ({"question": "input", "gpt-4o": "response"}, ["Plain", "gpt-4o"]),
    ],
    ids=str,
)
def test_it_leaves_out_variants_that_do_not_fit(
    workspace: Workspace, roles: dict[str, str], expected: list[str]
) -> None:
    playground = made(workspace, {"variants": [PLAIN, GROUNDED]}, **roles)

    assert variants_of(playground) == expected
    assert setup_service.problems(playground) == []


def test_it_scores_imported_answers_without_a_template(workspace: Workspace) -> None:
    playground = made(workspace, {}, question="input", answer="expected", model="response")

    assert variants_of(playground) == ["model"]
    assert "token_f1" in kpis_of(playground)
    assert setup_service.problems(playground) == []


@pytest.mark.parametrize(
    "kpi",
    [
        {"key": "token_f1", "place": "counted"},
        {"key": "regex_match", "place": "counted", "params": {"pattern": "("}},
        {"key": "regex_match", "place": "counted", "params": {"colour": "red"}},
        {"key": "faithfulness", "place": "counted"},
        {"key": "number_grounding", "place": "counted", "inputs": {"evidence": "gone"}},
    ],
    ids=str,
)
def test_it_leaves_out_kpis_that_do_not_fit(workspace: Workspace, kpi: dict[str, Any]) -> None:
    playground = made(workspace, {"variants": [PLAIN], "kpis": [kpi]}, question="input")

    # Something must decide, so what fits the columns is suggested.
    assert kpis_of(playground) == ["word_count"]
    assert setup_service.problems(playground) == []


def test_it_binds_inputs_by_column_name(workspace: Workspace) -> None:
    kpi = {"key": "number_grounding", "place": "counted", "inputs": {"evidence": "question"}}
    playground = made(workspace, {"variants": [PLAIN], "kpis": [kpi]}, question="input")

    column = playground.columns.get()
    assert playground.setup_kpis.get().inputs == {"evidence": str(column.pk)}


def test_it_takes_the_suggested_line_for_one_off_the_scale(workspace: Workspace) -> None:
    kpi = {"key": "json_valid", "place": "counted", "line": ">= 7"}
    playground = made(workspace, {"variants": [PLAIN], "kpis": [kpi]}, question="input")

    assert rules.current(playground).conditions[0].line.words() == "= 1"


@pytest.mark.parametrize(
    ("n", "of", "present", "expected"), [(8, 11, 3, 2), (1, 9, 2, 1), (9, 9, 2, 2), (3, 4, 0, 0)]
)
def test_it_scales_at_least_n_to_the_kpis_there_are(
    n: int, of: int, present: int, expected: int
) -> None:
    assert scaled(n, of=of, present=present) == expected


def test_it_joins_at_least_n_of_what_exists(workspace: Workspace) -> None:
    template = templates.get(workspace, "brand_voice")
    playground = made(
        workspace, template.setup, message="input", good_reply="expected", must_mention="keywords"
    )

    rule = rules.current(playground)
    assert (rule.mode, rule.n, len(rule.counted)) == ("at_least", 2, 3)


@pytest.mark.parametrize(
    "setup",
    [
        {"variants": "all"},
        {"kpis": [{"key": 7}]},
        {"code": "import os"},
        {"variants": [PLAIN] * 99},
    ],
    ids=str,
)
def test_a_setup_that_cannot_be_read_does_no_harm(
    workspace: Workspace, setup: dict[str, Any]
) -> None:
    playground = made(workspace, setup, question="input")

    assert variants_of(playground) == ["Plain", "Short answer"]
    assert setup_service.problems(playground) == []


def test_it_chooses_the_newest_own_connection_and_its_model(workspace: Workspace) -> None:
    draft = ConnectionDraft(
        name="Own", kind=Connection.Kind.OPENAI, base_url="https://models.example/v1"
    )
    own = connections.create(workspace=workspace, draft=draft)
    connections.add_model(connection=own, model_id="small")
    connections.add_model(connection=own, model_id="tuned")
    wanted = [{**PLAIN, "model": "tuned"}, {**PLAIN, "name": "Other", "model": "not-there"}]

    playground = made(workspace, {"variants": wanted}, question="input")

    found = playground.variants.values_list("connection_id", "model_id")
    assert list(found) == [(own.pk, "tuned"), (own.pk, "small")]


def test_the_setup_page_says_quietly_what_comes_later(
    client_alice: Client, workspace: Workspace
) -> None:
    later = ["faithfulness", "pii_leak", "context_recall", "bleu"]
    setup = {
        "variants": [PLAIN],
        "note": "Room for yours.",
        "kpis": [{"key": key, "place": "shown"} for key in later],
    }
    playground = made(workspace, setup, question="input")

    page = client_alice.get(reverse("setup", args=[playground.pk])).content.decode()

    assert "<summary>4 KPIs of its template come later</summary>" in page
    assert "<p>Faithfulness, PII leak, Context recall, " in page
    assert "Room for yours." in page


def test_the_setup_page_is_silent_without_a_template(
    client_alice: Client, workspace: Workspace
) -> None:
    playground = made(workspace, {}, question="input")

    page = client_alice.get(reverse("setup", args=[playground.pk])).content.decode()

    assert "of its template" not in page


def test_it_names_kpis_after_their_key() -> None:
    assert name_of({"key": "sql_valid"}) == "SQL valid"
    assert name_of({"key": "token_f1"}) == "Token F1"
    assert name_of({"key": "token_f1", "name": "Overlap"}) == "Overlap"
