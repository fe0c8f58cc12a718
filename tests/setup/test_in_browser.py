"""What scripts do on the Setup pages, in Chromium on the served pages."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from evals.models import Connection, Run
from evals.services import connections
from evals.services.connections import ConnectionDraft
from playground.models import Playground
from tests.setup.conftest import MakeVariant

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_runs_the_rows_typed_just_before_the_click(page: Page, ready: Playground) -> None:
    page.goto(reverse("setup", args=[ready.pk]))
    page.locator("#limit").fill("2")
    page.get_by_role("button", name="Run 6 answers").click()
    page.wait_for_url("**/run?run=1")

    assert Run.objects.get().cells == 4


def test_enter_estimates_and_starts_nothing(page: Page, ready: Playground) -> None:
    page.goto(reverse("setup", args=[ready.pk]))
    page.locator("#limit").fill("2")
    page.keyboard.press("Enter")

    expect(page.get_by_role("button", name="Run 4 answers")).to_be_visible()
    assert not Run.objects.exists()


def test_it_takes_a_model_of_the_connection_that_is_chosen(
    page: Page, ready: Playground, simulated: Connection
) -> None:
    draft = ConnectionDraft(name="Local", kind=Connection.Kind.OPENAI)
    other = connections.create(workspace=simulated.workspace, draft=draft)
    connections.add_model(connection=other, model_id="tiny")
    page.goto(reverse("setup-variant-add", args=[ready.pk]))
    model = page.get_by_label("Model", exact=True)
    expect(model).to_have_value("simulated-1")

    page.get_by_label("Connection").select_option("Local")

    expect(model).to_have_value("tiny")
    expect(model).to_have_attribute("list", f"models-{other.pk}")


def test_no_table_sticks_out_of_its_card(
    page: Page, ready: Playground, make_variant: MakeVariant
) -> None:
    make_variant(
        name="A name of some length that goes on_and_on_without_a_single_space",
        model_id="simulated-with-a-long-name",
        user_prompt="Answer in one sentence only: {{question}}",
        max_tokens=32_768,
        seed=2_000_000_000,
    )
    page.goto(reverse("setup", args=[ready.pk]))
    wider = page.eval_on_selector_all(
        ".left .card", "cards => cards.map(card => card.scrollWidth - card.clientWidth)"
    )

    assert wider == [0, 0, 0]
