"""The Run page: start once, follow, cancel."""

import re
import secrets
import time
from datetime import timedelta

import pytest
from django.db.models import F
from django.test import Client
from django.urls import reverse

from evals.engine import connection_states
from evals.engine.cancelling import drop_rest_of_cancelled
from evals.models import Answer, Connection, Run, Shard
from evals.queries.progress import progress
from evals.services import runs
from playground.models import Playground

pytestmark = pytest.mark.django_db(transaction=True)


def start(client: Client, ground: Playground, **fields: str) -> str:
    """Press Run; where that leads to."""
    form = {"form_token": secrets.token_hex(16), "limit": "", **fields}
    return client.post(reverse("run-start", args=[ground.pk]), form)["Location"]


def page(client: Client, ground: Playground) -> str:
    return client.get(reverse("run", args=[ground.pk])).content.decode()


def poll(client: Client, ground: Playground) -> tuple[int, str]:
    answer = client.get(reverse("run-progress", args=[ground.pk]), {"run": "1"})
    return answer.status_code, answer.content.decode()


def test_it_says_that_nothing_has_run(client_alice: Client, ready: Playground) -> None:
    shown = page(client_alice, ready)

    assert "Nothing has run yet" in shown
    assert reverse("setup", args=[ready.pk]) in shown


def test_it_leads_from_home_to_setup_where_a_run_is_started(
    client_alice: Client, ready: Playground
) -> None:
    shown = client_alice.get(reverse("home")).content.decode()

    assert "Run it" in shown
    assert f'class="pcard" href="{reverse("setup", args=[ready.pk])}"' in shown


def test_it_starts_one_run_for_two_presses(client_alice: Client, ready: Playground) -> None:
    token = secrets.token_hex(16)
    first, second = (start(client_alice, ready, form_token=token) for _ in range(2))

    assert first == second
    assert Run.objects.get().cells == 6


def test_it_starts_nothing_from_a_broken_form(client_alice: Client, ready: Playground) -> None:
    url = reverse("run-start", args=[ready.pk])

    assert client_alice.post(url, {"form_token": "short"}).status_code == 422
    token = secrets.token_hex(16)
    assert client_alice.post(url, {"form_token": token, "limit": "-1"}).status_code == 422
    assert not Run.objects.exists()


def test_it_starts_nothing_with_a_prompt_that_lacks_a_column(
    client_alice: Client, ready: Playground
) -> None:
    ready.columns.filter(name="question").update(name="asked")
    url = reverse("run-start", args=[ready.pk])
    answer = client_alice.post(url, {"form_token": secrets.token_hex(16)})

    assert answer.status_code == 422
    assert "Variant A, Plain: The prompt uses {{question}}" in answer.content.decode()
    assert not Run.objects.exists()


def test_it_runs_the_first_rows_only(client_alice: Client, ready: Playground) -> None:
    start(client_alice, ready, limit="2")

    assert Run.objects.get().cells == 4


def test_it_asks_again_until_the_run_is_over(client_alice: Client, ready: Playground) -> None:
    start(client_alice, ready)
    status, shown = poll(client_alice, ready)
    assert (status, 'hx-trigger="every 2s"' in shown) == (200, True)
    assert "Waiting for the first answer" in shown

    runs.drain_here(Run.objects.get().pk, timeout_s=30)
    status, shown = poll(client_alice, ready)
    assert (status, 'hx-trigger="every 2s"' in shown) == (286, False)
    assert 'data-page-title="Done · Run 1"' in shown


def test_it_shows_figures_variants_and_latest_answers(
    client_alice: Client, ready: Playground
) -> None:
    start(client_alice, ready)
    run = Run.objects.get()
    runs.drain_here(run.pk, timeout_s=30)
    found = progress(run)

    assert (found.done, found.percent, found.cost_note) == (6, 100, "free")
    assert [variant.answered for variant in found.variants] == [3, 3]
    assert len(found.latest) == 5
    shown = page(client_alice, ready)
    assert "How long is the warranty?" in shown
    assert set(re.findall(r'class="letter \w *">(\w)<', shown)) == {"A", "B"}


@pytest.mark.parametrize(
    ("took_s", "shown"),
    [(0.4, "–"), (3, "2<small>a second</small>"), (360, "1<small>a minute</small>")],
)
def test_it_shows_the_mean_rate_of_a_finished_run(
    client_alice: Client, ready: Playground, took_s: float, shown: str
) -> None:
    start(client_alice, ready)
    runs.drain_here(Run.objects.get().pk, timeout_s=30)
    Run.objects.update(finished_at=F("created_at") + timedelta(seconds=took_s))

    assert f"<dt>Rate</dt><dd>{shown}</dd>" in page(client_alice, ready)


def test_it_groups_errors_by_cause_and_says_what_to_do(
    client_alice: Client, ready: Playground
) -> None:
    Connection.objects.update(options={"error_rate": "no number"})
    start(client_alice, ready)
    runs.drain_here(Run.objects.get().pk, timeout_s=30)

    causes = progress(Run.objects.get()).causes
    assert [cause.count for cause in causes] == [6]
    shown = page(client_alice, ready)
    assert causes[0].hint in shown
    assert '<span class="sub">6 answers in 3 rows</span>' in shown


def test_it_says_which_connection_rests_and_why(client_alice: Client, ready: Playground) -> None:
    start(client_alice, ready)
    connection_states.pause(
        Connection.objects.get().pk, seconds=290, reason="Pretend asked us to wait."
    )

    _status, shown = poll(client_alice, ready)
    assert "Pretend rests for about 5 minutes." in shown
    assert "Pretend asked us to wait." in shown


def test_it_says_nothing_of_a_rest_that_is_over(client_alice: Client, ready: Playground) -> None:
    start(client_alice, ready)
    connection_states.pause(Connection.objects.get().pk, seconds=-1, reason="Asked us to wait.")

    assert "rests for" not in poll(client_alice, ready)[1]


def test_it_shows_the_latest_answers_of_the_newest_shards(
    client_alice: Client, ready: Playground
) -> None:
    start(client_alice, ready)
    run = Run.objects.get()
    runs.drain_here(run.pk, timeout_s=30)
    newest = Answer.objects.order_by("-id").values_list("variant", "position")[:5]

    found = [(one.index, one.number - 1) for one in progress(run).latest]
    assert found == list(newest)


def test_it_calls_a_run_free_only_when_every_price_is_known(
    client_alice: Client, ready: Playground
) -> None:
    start(client_alice, ready)
    run = Run.objects.get()
    snapshot = run.spec.snapshot
    snapshot["variants"][1]["input_per_1m"] = None
    run.spec.save()

    assert progress(run).cost_note == "not all prices are known"


def test_it_says_that_errors_of_an_unpriced_model_were_not_billed(
    client_alice: Client, ready: Playground
) -> None:
    start(client_alice, ready)
    run = Run.objects.get()
    snapshot = run.spec.snapshot
    snapshot["variants"][1]["input_per_1m"] = None
    run.spec.save()
    Run.objects.update(state=Run.State.DONE, n_error=run.cells)

    shown = progress(run)
    assert (shown.cost, shown.cost_note) == ("$0", "nothing was billed")


def test_it_cancels_a_run_and_keeps_it(client_alice: Client, ready: Playground) -> None:
    start(client_alice, ready)
    url = reverse("run-cancel", args=[ready.pk])
    shown = client_alice.post(url, {"run": "1"}, follow=True).content.decode()

    assert Run.objects.get().state == Run.State.CANCELLED
    assert "Cancelled at 0%" in shown


def test_it_asks_on_while_answers_of_a_cancelled_run_are_on_their_way(
    client_alice: Client, ready: Playground
) -> None:
    start(client_alice, ready)
    first = Shard.objects.earliest("id")
    Shard.objects.filter(pk=first.pk).update(state=Shard.State.LEASED, lease_until=time.time() + 60)
    client_alice.post(reverse("run-cancel", args=[ready.pk]), {"run": "1"})

    status, shown = poll(client_alice, ready)
    assert (status, 'hx-trigger="every 2s"' in shown) == (200, True)

    Shard.objects.filter(pk=first.pk).update(state=Shard.State.READY, lease_until=0)
    drop_rest_of_cancelled()
    status, shown = poll(client_alice, ready)
    assert (status, 'hx-trigger="every 2s"' in shown) == (286, False)


def test_it_calls_a_simulated_variant_simulated(client_alice: Client, ready: Playground) -> None:
    start(client_alice, ready)

    assert page(client_alice, ready).count(">Simulated</span>") == 2


def test_it_says_that_a_finished_run_cannot_be_cancelled(
    client_alice: Client, ready: Playground
) -> None:
    start(client_alice, ready)
    runs.drain_here(Run.objects.get().pk, timeout_s=30)
    answer = client_alice.post(reverse("run-cancel", args=[ready.pk]), {"run": "1"})

    assert answer.status_code == 409
    assert "already finished" in answer.content.decode()


def test_it_reads_the_rule_on_the_last_run(client_alice: Client, ready: Playground) -> None:
    start(client_alice, ready)
    runs.drain_here(Run.objects.get().pk, timeout_s=30)
    shown = client_alice.get(reverse("setup", args=[ready.pk])).content.decode()

    assert "On run 1 this rule gives" in shown
    assert 'class="hist"' in shown


def test_it_reads_no_scores_of_a_kpi_that_measured_something_else(
    client_alice: Client, ready: Playground
) -> None:
    start(client_alice, ready)
    runs.drain_here(Run.objects.get().pk, timeout_s=30)
    ready.setup_kpis.filter(slot="token_f1").update(params={})
    shown = client_alice.get(reverse("setup", args=[ready.pk])).content.decode()

    assert "this rule gives" not in shown
    bars = shown.split('id="slide-token_f1"')[0].rsplit("<svg", 1)[1]
    assert set(re.findall(r'height="([\d.]+)"/>', bars)) == {"0.0"}


@pytest.mark.parametrize("number", ["9", "0", "x", "1.5"])
def test_it_knows_no_run_of_another_number(
    client_alice: Client, ready: Playground, number: str
) -> None:
    start(client_alice, ready)

    assert client_alice.get(reverse("run", args=[ready.pk]), {"run": number}).status_code == 404
