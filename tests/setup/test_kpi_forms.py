"""The KPI picker and the form of a chosen KPI."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Workspace
from evals.kpis import CATALOGUE
from evals.models import SetupKpi
from evals.services import kpis
from evals.services import setup as setup_service
from playground.models import Playground
from playground.services.rows import ColumnDraft, create_playground


@pytest.fixture
def bare(workspace: Workspace) -> Playground:
    """A playground with questions only."""
    return create_playground(
        workspace=workspace,
        user=None,
        name="Bare",
        question="",
        columns=[ColumnDraft(name="question", role="input")],
        rows=[("Why?",)],
        source_name="bare.csv",
    )


def edit(client: Client, kpi: SetupKpi, **fields: Any) -> tuple[int, str]:
    """Send the form of `kpi` as it stands, with some fields changed."""
    url = reverse("setup-kpi-edit", args=[kpi.playground_id, kpi.pk])
    initial = client.get(url).context["form"].initial
    form = {
        name: value for name, value in initial.items() if value is not None and value is not False
    }
    answer = client.post(url, {**form, **fields}, follow=True)
    kpi.refresh_from_db()
    return answer.status_code, answer.content.decode()


def test_it_offers_the_whole_catalogue(client_alice: Client, ground: Playground) -> None:
    page = client_alice.get(reverse("setup-kpis", args=[ground.pk])).content.decode()

    assert len(CATALOGUE) == 12
    assert all(kpi.question in page for kpi in CATALOGUE)


def test_it_says_why_a_kpi_cannot_be_chosen(client_alice: Client, bare: Playground) -> None:
    url = reverse("setup-kpis", args=[bare.pk])
    page = client_alice.get(url).content.decode()
    answer = client_alice.post(url, {"key": ["exact_match"]})

    assert "Needs an expected column" in page
    assert answer.status_code == 422
    assert not bare.setup_kpis.exists()


def test_it_finds_kpis_by_a_word_and_marks_it(client_alice: Client, ground: Playground) -> None:
    url = reverse("setup-kpis", args=[ground.pk])
    page = client_alice.get(url, {"q": "rouge"}).content.decode()

    assert "<mark>ROUGE</mark>" in page
    assert "Token F1" not in page


def test_it_keeps_what_was_ticked_before_a_search(client_alice: Client, ground: Playground) -> None:
    url = reverse("setup-kpis", args=[ground.pk])
    page = client_alice.get(url, {"q": "rouge", "key": ["token_f1"]}).content.decode()

    assert '<input type="hidden" name="key" value="token_f1">' in page


def test_it_gives_htmx_the_dialog_only(client_alice: Client, ground: Playground) -> None:
    url = reverse("setup-kpis", args=[ground.pk])
    answer = client_alice.get(url, headers={"HX-Request": "true", "HX-Target": "dialog"})

    assert answer.content.decode().strip().startswith("<header>")


@pytest.mark.parametrize("kpi", CATALOGUE, ids=lambda kpi: kpi.key)
def test_it_saves_the_form_of_every_kpi_as_it_stands(
    client_alice: Client, workspace: Workspace, kpi: Any
) -> None:
    roles = ["input", "expected", "context", "keywords", "answerable"]
    full = create_playground(
        workspace=workspace,
        user=None,
        name="Full",
        question="",
        columns=[ColumnDraft(name=role, role=role) for role in roles],
        rows=[("a", "b", "c", "d", "yes")],
        source_name="full.csv",
    )
    chosen = kpis.add(playground=full, key=kpi.key)
    status, page = edit(client_alice, chosen)

    assert status == 200, page
    assert not kpis.wrong_parameters(chosen)
    assert kpis.condition_of(chosen).line == kpi.suggested


def test_it_stores_parameters_line_and_place(client_alice: Client, ground: Playground) -> None:
    kpi = kpis.add(playground=ground, key="token_f1")
    fields = {"name": "Recall", "param_measure": "recall", "value": "0.8", "place": "required"}
    edit(client_alice, kpi, **fields)

    assert (kpi.name, kpi.params) == ("Recall", {"measure": "recall"})
    condition = kpis.condition_of(kpi)
    assert (condition.line.words(), condition.required) == ("≥ 0.8", True)


def test_it_refuses_a_pattern_that_is_none_and_keeps_it(
    client_alice: Client, ground: Playground
) -> None:
    kpi = kpis.add(playground=ground, key="regex_match")
    status, page = edit(client_alice, kpi, param_pattern="(unclosed")

    assert status == 422
    assert "is not a pattern we can use" in page
    assert "(unclosed" in page


def test_it_names_a_kpi_without_its_parameters_before_running(ground: Playground) -> None:
    kpi = kpis.add(playground=ground, key="regex_match")
    SetupKpi.objects.filter(pk=kpi.pk).update(params={"pattern": ""})

    assert any("`pattern` must not be empty" in text for text in setup_service.problems(ground))


def test_it_binds_an_input_to_another_column(client_alice: Client, ground: Playground) -> None:
    kpi = kpis.add(playground=ground, key="exact_match")
    other = str(ground.columns.get(name="context").pk)
    edit(client_alice, kpi, input_reference=other)

    assert kpi.inputs == {"reference": other}


def test_it_makes_equal_versions_of_equal_content(ground: Playground) -> None:
    def version(**params: object) -> int:
        made = kpis.version_of(workspace=ground.workspace, key="token_f1", params=params, inputs={})
        return made.pk

    assert version(measure="recall") == version(measure="recall")
    assert version(measure="recall") != version(measure="f1")


@pytest.mark.parametrize(
    ("expected", "params"),
    [
        ("30 days", {"measure": "recall"}),
        ("Worn boots may come back within sixty days, as store credit.", {}),
    ],
)
def test_it_suggests_recall_against_short_expected_texts(
    client_alice: Client, workspace: Workspace, expected: str, params: dict[str, str]
) -> None:
    playground = create_playground(
        workspace=workspace,
        user=None,
        name="Short or long",
        question="",
        columns=[ColumnDraft(name=role, role=role) for role in ("input", "expected")],
        rows=[("How long?", expected)] * 3,
        source_name="rows.csv",
    )
    client_alice.post(reverse("setup-suggest", args=[playground.pk]))

    assert playground.setup_kpis.get(key="token_f1").params == params


@pytest.mark.parametrize("policy", ["skip", "hold", "fail", "pass"])
def test_it_stores_what_not_applicable_means(
    client_alice: Client, ground: Playground, policy: str
) -> None:
    kpi = kpis.add(playground=ground, key="exact_match")
    edit(client_alice, kpi, on_missing=policy)
    assert kpis.condition_of(kpi).on_missing == policy

    edit(client_alice, kpi)
    assert kpis.condition_of(kpi).on_missing == policy


def test_it_asks_for_lists_one_a_line(client_alice: Client, ground: Playground) -> None:
    kpi = kpis.add(playground=ground, key="forbidden_phrases")
    url = reverse("setup-kpi-edit", args=[ground.pk, kpi.pk])

    page = client_alice.get(url).content.decode()
    assert "Words and phrases that must not occur, one a line" in page
