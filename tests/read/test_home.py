"""Home: how is each playground going?"""

import re

import pytest
from django.test import Client

from accounts.models import User, Workspace
from evals.models import Run
from playground.models import Playground
from playground.services.rows import ColumnDraft, create_playground
from tests.read.conftest import StoreRun
from tests.read.stored_run import Failure, Plan, row
from tests.read.stored_run import store_run as store_another

SIMULATED = '<span class="chip" title="Not a model: it makes its answers up">Simulated</span>'


def body(client: Client, url: str = "/") -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def test_it_promises_something_before_there_is_a_playground(
    client_alice: Client, workspace: Workspace
) -> None:
    page = body(client_alice)

    assert "Compare answers before your customers do" in page
    assert "data-drop-form" in page


def test_it_makes_the_sample_and_goes_there(client_alice: Client, workspace: Workspace) -> None:
    response = client_alice.post("/sample")
    again = client_alice.post("/sample")

    sample = Playground.objects.get(workspace=workspace)
    assert sample.is_sample
    assert response["Location"] == again["Location"] == f"/playgrounds/{sample.pk}/run"


def test_it_says_who_is_best_and_by_how_much(client_alice: Client, store_run: StoreRun) -> None:
    run = store_run()

    page = body(client_alice)

    assert re.search(
        r'<span class="pct">63<small>%</small></span> <span class="dim t12">of 8</span>', page
    )
    assert "Model 2" in page
    assert "8 rows" in page
    assert f'href="/playgrounds/{run.playground_id}/compare"' in page
    assert "Today" in page


def test_it_draws_accuracy_over_runs(client_alice: Client, store_run: StoreRun) -> None:
    run = store_run()
    assert 'class="spark"' not in body(client_alice)

    store_another(Playground.objects.get(pk=run.playground_id), Plan())

    page = body(client_alice)
    assert 'class="spark"' in page
    assert "Accuracy, 2 runs" in page


def test_it_takes_no_accuracy_from_a_cancelled_run(
    client_alice: Client, store_run: StoreRun
) -> None:
    run = store_run()
    ground = Playground.objects.get(pk=run.playground_id)
    right = Plan(state=Run.State.CANCELLED, say=lambda v, n: row(n)[1] if n < 2 else None)
    store_another(ground, right)

    page = body(client_alice)

    assert '<span class="pct">63<small>%' in page
    assert "Last run cancelled" in page
    assert 'class="spark"' not in page
    assert f'href="/playgrounds/{ground.pk}/compare?run=1"' in page


def test_it_says_how_far_a_cancelled_run_got_when_no_run_is_done(
    client_alice: Client, store_run: StoreRun
) -> None:
    store_run(state=Run.State.CANCELLED, say=lambda v, n: row(n)[1] if n < 1 else None)

    page = body(client_alice)

    assert "Cancelled" in page
    assert "2 of 16 answers" in page
    assert 'class="pct"' not in page


def test_it_draws_only_runs_over_all_rows(client_alice: Client, store_run: StoreRun) -> None:
    run = store_run()
    store_another(Playground.objects.get(pk=run.playground_id), Plan(rows=3))

    assert 'class="spark"' not in body(client_alice)


def test_it_calls_a_simulated_winner_simulated(client_alice: Client, store_run: StoreRun) -> None:
    store_run(kinds=("openai", "simulated"))

    assert SIMULATED in body(client_alice)


def test_it_follows_a_new_rule(client_alice: Client, store_run: StoreRun) -> None:
    run = store_run()
    body(client_alice)

    url = f"/playgrounds/{run.playground_id}/dashboard/rule"
    client_alice.post(url, {"run": "1", "line.word_count.high": "3"})

    assert re.search(r'<span class="pct">0<small>%</small>', body(client_alice))


def test_it_shows_how_far_a_run_is(client_alice: Client, store_run: StoreRun) -> None:
    store_run(state=Run.State.RUNNING, say=lambda v, n: "Yes." if n < 6 else None)

    page = body(client_alice)

    assert "Running" in page
    assert "12 of 16 answers" in page
    assert '<span class="pct">75<small>%</small></span> <span class="t12">done</span>' in page
    assert '<progress max="16" value="12">75%</progress>' in page


def test_it_shows_no_number_where_nothing_is_decided(
    client_alice: Client, store_run: StoreRun
) -> None:
    store_run(say=lambda v, n: Failure())

    page = body(client_alice)

    assert '<span class="pct">–</span>' in page
    assert "Nothing decided" in page


def test_it_names_the_next_step_of_a_playground_that_never_ran(
    client_alice: Client, workspace: Workspace, alice: User
) -> None:
    ground = create_playground(
        workspace=workspace,
        user=alice,
        name="Refunds",
        question="",
        columns=[ColumnDraft(name="question")],
        rows=[("Where is my money?",)],
        source_name="refunds.csv",
    )

    page = body(client_alice)

    assert "Choose variants and KPIs, then run" in page
    assert f'href="/playgrounds/{ground.pk}/setup"' in page


@pytest.mark.parametrize(("text", "cards"), [("tent", 1), ("HEAVY", 1), ("boots", 0), ("%", 0)])
def test_it_searches_names_and_questions(
    client_alice: Client, store_run: StoreRun, text: str, cards: int
) -> None:
    store_run()

    page = client_alice.get("/", {"q": text}).content.decode()

    assert page.count('<h2 class="trunc">') == cards
    assert ("No playground is called" in page) == (cards == 0)


def test_it_turns_pages(client_alice: Client, workspace: Workspace) -> None:
    for number in range(26):
        Playground.objects.create(workspace=workspace, name=f"Playground {number}")

    assert body(client_alice).count('<h2 class="trunc">') == 24
    assert body(client_alice, "/?page=2").count('<h2 class="trunc">') == 2
    assert body(client_alice, "/?page=99").count('<h2 class="trunc">') == 2
