"""Variants whose answers came with the data."""

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from accounts.errors import Refused
from accounts.models import Workspace
from evals.models import Connection, Variant
from evals.services import connections, imported_answers, kpis
from evals.services import setup as setup_service
from evals.services import variants as variant_service
from evals.services.estimates import estimate
from evals.services.variants import VariantDraft
from playground.domain.templates import Template, TemplateColumn
from playground.models import Column, Playground
from playground.services.rows import ColumnDraft, create_playground

COLUMNS = (
    ("question", "input"),
    ("expected", "expected"),
    ("gpt-4o", "response"),
    ("claude-sonnet-4", "response"),
)
ROWS = (
    ("How heavy is the tent?", "2.4 kg", "It weighs 2.4 kg.", "2.4 kg"),
    ("How long is the warranty?", "5 years", "Three years.", "5 years"),
    ("Do you ship abroad?", "Yes", "", "Yes"),
)


@pytest.fixture
def answered(workspace: Workspace) -> Playground:
    """Three questions with the answers of two models; one has no answer to the third."""
    return create_playground(
        workspace=workspace,
        user=None,
        name="Answered",
        question="",
        columns=[ColumnDraft(name=name, role=role) for name, role in COLUMNS],
        rows=ROWS,
        source_name="answers.csv",
    )


def test_it_makes_a_variant_of_each_response_column_once(answered: Playground) -> None:
    Variant.objects.all().delete()
    made = imported_answers.create_variants(answered)

    assert [variant.name for variant in made] == ["gpt-4o", "claude-sonnet-4"]
    assert [variant.is_baseline for variant in made] == [True, False]
    assert {variant.connection.kind for variant in made} == {Connection.Kind.IMPORTED}
    assert {variant.connection.name for variant in made} == {"Imported answers"}
    assert imported_answers.create_variants(answered) == []


def test_it_makes_no_more_variants_than_a_playground_compares(workspace: Workspace) -> None:
    names = [f"model {number}" for number in range(10)]
    ground = create_playground(
        workspace=workspace,
        user=None,
        name="Many",
        question="",
        columns=[ColumnDraft(name="q", role="input")]
        + [ColumnDraft(name=name, role="response") for name in names],
        rows=[["?", *names]],
        source_name="many.csv",
    )
    Variant.objects.filter(playground=ground).delete()

    made = imported_answers.create_variants(ground)

    assert [variant.name for variant in made] == names[:8]


def test_it_refuses_a_column_that_holds_no_responses(answered: Playground) -> None:
    column = Column.objects.get(playground=answered, name="expected")
    with pytest.raises(Refused, match="holds no responses"):
        imported_answers.create(answered, column)


def test_its_connection_has_a_name_of_its_own(answered: Playground) -> None:
    Variant.objects.all().delete()
    Connection.objects.all().delete()
    draft = connections.ConnectionDraft(name="Imported answers", kind=Connection.Kind.SIMULATED)
    connections.create(workspace=answered.workspace, draft=draft)

    made = imported_answers.create_variants(answered)

    assert made[0].connection.name == "Imported answers 2"


@pytest.fixture
def variants(answered: Playground) -> list[Variant]:
    """Both response columns as variants, and the KPIs that fit."""
    Variant.objects.all().delete()
    made = imported_answers.create_variants(answered)
    kpis.suggest(playground=answered)
    return made


def setup_page(client: Client, ground: Playground) -> str:
    return client.get(reverse("setup", args=[ground.pk])).content.decode()


def test_a_setup_of_imported_answers_can_be_run(
    client_alice: Client, answered: Playground, variants: list[Variant]
) -> None:
    page = setup_page(client_alice, answered)

    assert setup_service.problems(answered) == []
    assert "Imported from column</span> <code>gpt-4o</code>" in page
    assert "Score 6 answers" in page
    assert "1 row has no answer in gpt-4o: it is an error." in page
    assert "Nothing is sent: the answers are there already." in page
    assert 'disabled aria-describedby="ready"' not in page


def test_the_estimate_counts_no_call_and_no_cost(
    answered: Playground, variants: list[Variant]
) -> None:
    found = estimate(answered)

    assert (found.calls, found.answers, found.imported) == (0, 6, 2)
    assert (found.cost, found.unpriced, found.at_a_time) == (None, (), 0)


def test_the_estimate_of_an_asked_variant_beside_them_is_its_own(
    answered: Playground, variants: list[Variant], simulated: Connection
) -> None:
    draft = VariantDraft(
        name="Asked", connection=simulated, model_id="simulated-1", user_prompt="{{question}}"
    )
    variant_service.create(playground=answered, draft=draft)
    found = estimate(answered)

    assert (found.calls, found.answers) == (3, 9)
    assert (found.cost, found.at_a_time) == (Decimal(0), simulated.concurrency)
    assert found.tokens_in is not None


def test_a_variant_of_imported_answers_can_be_renamed_and_nothing_else(
    client_alice: Client, answered: Playground, variants: list[Variant]
) -> None:
    address = reverse("setup-variant-edit", args=[answered.pk, variants[0].pk])
    form = client_alice.get(address).content.decode()
    client_alice.post(address, {"name": "Last month", "user_prompt": "{{question}}"})

    stored = Variant.objects.get(pk=variants[0].pk)
    assert "imported from the column <code>gpt-4o</code>" in form
    assert 'name="user_prompt"' not in form
    assert (stored.name, stored.user_prompt, stored.answers_column) == (
        "Last month",
        "",
        variants[0].answers_column,
    )


def test_an_empty_name_is_refused(
    client_alice: Client, answered: Playground, variants: list[Variant]
) -> None:
    address = reverse("setup-variant-edit", args=[answered.pk, variants[0].pk])

    assert client_alice.post(address, {"name": " "}).status_code == 422
    assert Variant.objects.get(pk=variants[0].pk).name == "gpt-4o"


def test_a_removed_variant_can_be_added_from_its_column_again(
    client_alice: Client, answered: Playground, variants: list[Variant]
) -> None:
    assert "Answers from a column" not in setup_page(client_alice, answered)
    client_alice.post(reverse("setup-variant-delete", args=[answered.pk, variants[0].pk]))
    offered = setup_page(client_alice, answered)
    add = reverse("setup-variant-answers", args=[answered.pk])
    column = Column.objects.get(playground=answered, name="gpt-4o")
    client_alice.post(add, {"column": column.pk})

    assert "Answers from a column" in offered
    names = list(answered.variants.values_list("name", flat=True))
    assert names == ["claude-sonnet-4", "gpt-4o"]
    assert answered.variants.get(is_baseline=True).name == "claude-sonnet-4"
    assert client_alice.post(add, {"column": column.pk}).status_code == 422
    assert client_alice.post(add, {"column": "x"}).status_code == 422


def test_it_has_no_copy(
    client_alice: Client, answered: Playground, variants: list[Variant]
) -> None:
    address = reverse("setup-variant-duplicate", args=[answered.pk, variants[0].pk])

    assert client_alice.post(address).status_code == 422
    assert answered.variants.count() == 2


def test_a_column_that_is_no_response_any_more_keeps_the_run_from_starting(
    client_alice: Client, answered: Playground, variants: list[Variant]
) -> None:
    Column.objects.filter(name="gpt-4o").update(role=Column.Role.FILTER)

    assert "a column that is no longer used as Response" in setup_page(client_alice, answered)


def test_its_connection_is_on_no_page(
    client_alice: Client, answered: Playground, variants: list[Variant]
) -> None:
    connection = variants[0].connection
    add = client_alice.get(reverse("setup-variant-add", args=[answered.pk])).content.decode()
    models = client_alice.get(reverse("models")).content.decode()

    assert "Imported answers" not in add
    assert "Imported answers" not in models
    for name in ("connection-edit", "connection-test", "connection-delete"):
        assert client_alice.post(reverse(name, args=[connection.pk])).status_code == 404


def test_suggestions_take_the_answers_that_are_there(answered: Playground) -> None:
    Variant.objects.all().delete()
    suggested = setup_service.suggest(answered)

    assert [variant.name for variant in suggested.variants] == ["gpt-4o", "claude-sonnet-4"]


def test_a_kpi_on_what_nobody_knows_says_so(
    client_alice: Client, answered: Playground, variants: list[Variant]
) -> None:
    kpis.add(playground=answered, key="latency_ms", slot="latency_ms", name="Latency")

    page = setup_page(client_alice, answered)
    assert "does not apply to imported answers" in page


def test_no_two_variants_share_a_name(workspace: Workspace) -> None:
    long = "x" * 100
    names = ["Plain", f"{long} in March", f"{long} in April"]
    prompt = {"prompt": "{{q}}", "system": "", "context": False}
    setup = {"variants": [{"name": name, **prompt} for name in ("plain", "plain")]}
    columns = (TemplateColumn(name="q"),)
    ground = create_playground(
        workspace=workspace,
        user=None,
        name="Named alike",
        question="",
        columns=[ColumnDraft(name="q", role="input")]
        + [ColumnDraft(name=name, role="response") for name in names],
        rows=[["?", *names]],
        source_name="alike.csv",
        template=Template(key="1", name="Mine", description="", columns=columns, setup=setup),
    )

    made = [variant.name for variant in Variant.objects.filter(playground=ground)]

    assert made == ["plain", "plain 2", "Plain 3", long, f"{long[:98]} 2"]
