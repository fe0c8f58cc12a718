"""Variants: forms that lose nothing, previews of real rows, the actions of the menu."""

import pytest
from django.test import Client
from django.urls import reverse

from evals.models import Connection, Variant
from evals.services import connections
from evals.services.connections import ConnectionDraft
from evals.services.variants import MOST_VARIANTS
from playground.models import Playground
from tests.setup.conftest import MakeVariant

Form = dict[str, object]


def test_it_adds_a_variant(client_alice: Client, ground: Playground, variant_form: Form) -> None:
    client_alice.post(reverse("setup-variant-add", args=[ground.pk]), variant_form)

    variant = ground.variants.get()
    assert (variant.name, variant.temperature, variant.max_tokens) == ("Typed", 0.2, 64)
    assert variant.is_baseline


def test_it_names_a_missing_column_and_loses_nothing(
    client_alice: Client, ground: Playground, variant_form: Form
) -> None:
    prompt = "A long prompt about {{customer_name}}, typed by hand"
    url = reverse("setup-variant-add", args=[ground.pk])
    answer = client_alice.post(url, {**variant_form, "user_prompt": prompt})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "The prompt uses {{customer_name}}, and no column has that name" in page
    assert prompt in page
    assert not ground.variants.exists()


def test_it_names_a_context_placeholder_while_context_is_off(
    client_alice: Client, ground: Playground, variant_form: Form
) -> None:
    url = reverse("setup-variant-add", args=[ground.pk])
    prompt = "{{context}} {{question}}"

    assert client_alice.post(url, {**variant_form, "user_prompt": prompt}).status_code == 422
    client_alice.post(url, {**variant_form, "user_prompt": prompt, "use_context": "on"})
    assert ground.variants.get().use_context


@pytest.mark.parametrize(
    ("field", "value"),
    [("temperature", "hot"), ("max_tokens", "0"), ("seed", "-1"), ("connection", "0")],
)
def test_it_refuses_a_bad_field_and_keeps_the_prompt(
    client_alice: Client, ground: Playground, variant_form: Form, field: str, value: str
) -> None:
    url = reverse("setup-variant-add", args=[ground.pk])
    answer = client_alice.post(url, {**variant_form, field: value})

    assert answer.status_code == 422
    assert "Answer: {{question}}" in answer.content.decode()


def test_it_previews_a_real_row(
    client_alice: Client, ground: Playground, variant_form: Form
) -> None:
    url = reverse("setup-variant-preview", args=[ground.pk])
    shown = client_alice.post(url, {**variant_form, "row": "2"}).content.decode()

    assert "Answer: What does delivery cost?" in shown
    assert "<html" not in shown


def test_it_previews_the_context_where_it_will_stand(
    client_alice: Client, ground: Playground, variant_form: Form
) -> None:
    url = reverse("setup-variant-preview", args=[ground.pk])
    shown = client_alice.post(url, {**variant_form, "use_context": "on"}).content.decode()

    assert "Context:\nThe warranty is 5 years." in shown


def test_it_previews_the_problem_of_a_prompt(
    client_alice: Client, ground: Playground, variant_form: Form
) -> None:
    url = reverse("setup-variant-preview", args=[ground.pk])
    shown = client_alice.post(url, {**variant_form, "user_prompt": "{{nobody}}"}).content.decode()

    assert "no column has that name. Use {{context}}, {{expected}}, {{question}}." in shown


@pytest.mark.parametrize("row", ["0", "-3", "x", "99999999999", ""])
def test_it_previews_the_first_row_for_one_that_is_not_there(
    client_alice: Client, ground: Playground, variant_form: Form, row: str
) -> None:
    url = reverse("setup-variant-preview", args=[ground.pk])
    shown = client_alice.post(url, {**variant_form, "row": row}).content.decode()

    assert "How long is the warranty?" in shown


def test_it_bumps_the_prompt_version_for_another_text_only(
    client_alice: Client, ground: Playground, make_variant: MakeVariant, variant_form: Form
) -> None:
    variant = make_variant(user_prompt="Answer: {{question}}")
    url = reverse("setup-variant-edit", args=[ground.pk, variant.pk])
    client_alice.post(url, variant_form)
    variant.refresh_from_db()
    assert variant.prompt_version == 1

    client_alice.post(url, {**variant_form, "user_prompt": "Say: {{question}}"})
    variant.refresh_from_db()
    assert variant.prompt_version == 2


def test_it_refuses_one_variant_too_many(
    client_alice: Client, ground: Playground, make_variant: MakeVariant, variant_form: Form
) -> None:
    for _ in range(MOST_VARIANTS):
        make_variant()
    url = reverse("setup-variant-add", args=[ground.pk])
    answer = client_alice.post(url, variant_form)

    assert answer.status_code == 422
    assert "at most 8 variants" in answer.content.decode()


def test_it_offers_no_connection_of_strangers(
    client_charlie: Client, charlie: object, variant_form: Form, ground: Playground
) -> None:
    theirs = Playground.objects.create(
        workspace=charlie.workspaces.get(),  # type: ignore[attr-defined]
        name="Theirs",
    )
    theirs.versions.create(number=1)
    url = reverse("setup-variant-add", args=[theirs.pk])

    assert client_charlie.post(url, variant_form).status_code == 422


def act(client: Client, variant: Variant, action: str) -> list[str]:
    """The names in order after an action of the menu."""
    client.post(reverse(f"setup-variant-{action}", args=[variant.playground_id, variant.pk]))
    names = Variant.objects.filter(playground=variant.playground_id).values_list("name", flat=True)
    return list(names)


def test_it_duplicates_a_variant(client_alice: Client, make_variant: MakeVariant) -> None:
    plain = make_variant()
    assert act(client_alice, plain, "duplicate") == ["Plain", "Plain copy"]
    assert act(client_alice, plain, "duplicate") == ["Plain", "Plain copy", "Plain copy 2"]
    assert Variant.objects.filter(is_baseline=True).count() == 1


def test_it_moves_a_variant_up(client_alice: Client, make_variant: MakeVariant) -> None:
    first, second = make_variant(name="First"), make_variant(name="Second")

    assert act(client_alice, second, "up") == ["Second", "First"]
    first.refresh_from_db()
    assert act(client_alice, first, "up") == ["First", "Second"]
    first.refresh_from_db()
    assert act(client_alice, first, "up") == ["First", "Second"]


def test_it_has_one_baseline_always(client_alice: Client, make_variant: MakeVariant) -> None:
    make_variant(name="First")
    second = make_variant(name="Second")
    act(client_alice, second, "baseline")
    assert Variant.objects.get(is_baseline=True) == second

    assert act(client_alice, second, "delete") == ["First"]
    assert Variant.objects.get(is_baseline=True).name == "First"


@pytest.fixture
def other(simulated: Connection) -> Connection:
    draft = ConnectionDraft(name="Local", kind=Connection.Kind.OPENAI)
    connection = connections.create(workspace=simulated.workspace, draft=draft)
    for model_id in ("tiny", "large"):
        connections.add_model(connection=connection, model_id=model_id)
    return connection


@pytest.mark.parametrize("model_id", ["large", "nobody-knows-this"])
def test_it_refuses_a_real_name_for_invented_answers(
    client_alice: Client,
    ground: Playground,
    variant_form: Form,
    other: Connection,
    model_id: str,
) -> None:
    url = reverse("setup-variant-add", args=[ground.pk])
    answer = client_alice.post(url, {**variant_form, "model_id": model_id})

    assert answer.status_code == 422
    assert f"Pretend has no model “{model_id}”. It lists simulated-1." in answer.content.decode()
    assert f'value="{model_id}"' in answer.content.decode()
    assert not ground.variants.exists()


def test_it_refuses_a_model_that_only_another_connection_lists(
    client_alice: Client, ground: Playground, variant_form: Form, other: Connection
) -> None:
    url = reverse("setup-variant-add", args=[ground.pk])
    answer = client_alice.post(url, {**variant_form, "connection": other.pk})

    assert answer.status_code == 422
    assert "“simulated-1” is a model of Pretend, not of Local." in answer.content.decode()


def test_it_takes_a_model_that_nobody_lists_from_a_server(
    client_alice: Client, ground: Playground, variant_form: Form, other: Connection
) -> None:
    url = reverse("setup-variant-add", args=[ground.pk])
    client_alice.post(url, {**variant_form, "connection": other.pk, "model_id": "brand-new"})

    assert ground.variants.get().model_id == "brand-new"


def test_it_offers_the_models_of_the_chosen_connection(
    client_alice: Client, ground: Playground, make_variant: MakeVariant, other: Connection
) -> None:
    variant = make_variant()
    url = reverse("setup-variant-edit", args=[ground.pk, variant.pk])
    page = client_alice.get(url).content.decode()

    assert f'list="models-{variant.connection_id}"' in page
    options = '<option value="tiny"></option><option value="large"></option>'
    assert f'<datalist id="models-{other.pk}">{options}</datalist>' in page
