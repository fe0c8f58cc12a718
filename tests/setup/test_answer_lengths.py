"""How long answers are taken to be: as the earlier ones were, else by assumption."""

import pytest
from django.test import Client
from django.urls import reverse

from evals.models import Answer, Run
from evals.services import runs, setup
from evals.services.estimates import cost_of_run, estimate
from playground.models import Playground
from playground.queries import current_version, row_ids
from tests.setup.conftest import MakeVariant


def run_with(ground: Playground, *tokens: int | None, token: str = "1") -> Run:
    """A run of the setup whose variant A has answers of so many tokens."""
    rows = row_ids(current_version(ground))
    snapshot = setup.snapshot_of(ground)
    run = runs.create_run(playground=ground, snapshot=snapshot, row_ids=rows, form_token=token)
    Answer.objects.bulk_create(
        Answer(run_id=run.pk, variant=0, position=at, status=Answer.Status.OK, tokens_out=count)
        for at, count in enumerate(tokens)
    )
    Run.objects.filter(pk=run.pk).update(n_ok=len(tokens))
    return run


def panel(client: Client, ground: Playground) -> str:
    return client.get(reverse("estimate", args=[ground.pk])).content.decode()


def test_it_takes_the_mean_of_earlier_answers_of_the_model(
    client_alice: Client, ready: Playground
) -> None:
    run_with(ready, 10, 30, None)

    # Both variants ask the same model of the same connection: 6 answers of 20 tokens.
    assert estimate(ready).tokens_out == 6 * 20
    assert "as long as in the latest run" in panel(client_alice, ready)


def test_it_takes_the_latest_run_that_has_answers(ready: Playground) -> None:
    run_with(ready, 10, token="1")
    run_with(ready, 30, token="2")
    run_with(ready, token="3")

    assert estimate(ready).tokens_out == 6 * 30


def test_no_answer_is_longer_than_its_limit(ready: Playground) -> None:
    run_with(ready, 500)

    assert estimate(ready).tokens_out == 6 * 40


def test_it_says_what_it_assumes(client_alice: Client, ready: Playground) -> None:
    ready.variants.update(max_tokens=100)

    assert estimate(ready).tokens_out == 6 * 60
    assert "as long as expected, at least 60: a guess" in panel(client_alice, ready)


def test_it_measures_each_model_by_itself(
    client_alice: Client, ready: Playground, make_variant: MakeVariant
) -> None:
    run_with(ready, 10)
    make_variant(model_id="another", max_tokens=100)

    assert estimate(ready).tokens_out == 6 * 10 + 3 * 60
    assert "measured in part" in panel(client_alice, ready)


@pytest.mark.usefixtures("ready")
def test_a_run_costs_what_it_was_expected_to_before_it(ready: Playground) -> None:
    ready.variants.get(name="Plain").connection.models.update(input_per_1m=0, output_per_1m=1)
    run_with(ready, 10, token="1")
    expected = estimate(ready).cost
    second = run_with(ready, 40, token="2")

    assert cost_of_run(second.pk) == expected
