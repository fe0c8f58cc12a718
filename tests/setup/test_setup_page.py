"""The Setup page through its requests."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Workspace
from evals.engine import connection_states
from evals.models import Connection, RuleVersion, Run, RunRule, SetupKpi, Variant
from evals.services import connections, kpis, rules
from evals.services import setup as setup_service
from evals.services.connections import ConnectionDraft
from playground.models import Playground, Row


def test_it_shows_variants_kpis_rule_and_button(client_alice: Client, ready: Playground) -> None:
    page = client_alice.get(reverse("setup", args=[ready.pk]))

    for text in ("With context", "Recall", "An answer passes when", "Run 6 answers"):
        assert text in page.content.decode()


def test_it_keeps_the_run_that_the_other_tabs_show(client_alice: Client, ready: Playground) -> None:
    for number in (1, 2):
        Run.objects.create(
            workspace_id=ready.workspace_id,
            playground_id=ready.pk,
            number=number,
            form_token=str(number),
            cells=1,
            open_shards=1,
        )
    url = reverse("setup", args=[ready.pk])
    page = client_alice.get(url, {"run": "1"}).content.decode()

    assert f'href="{reverse("compare", args=[ready.pk])}?run=1"' in page
    assert f'href="{url}?run=1" aria-current="true"' in page
    assert client_alice.get(url, {"run": "3"}).status_code == 404


def test_it_says_what_is_missing_instead_of_running(
    client_alice: Client, ground: Playground
) -> None:
    page = client_alice.get(reverse("setup", args=[ground.pk])).content.decode()

    assert "There is no variant. Add at least one." in page
    assert "There is no KPI." in page
    assert 'disabled aria-describedby="ready"' in page


def test_it_suggests_a_setup_that_can_be_run(client_alice: Client, ground: Playground) -> None:
    client_alice.post(reverse("setup-suggest", args=[ground.pk]))

    names = list(ground.variants.values_list("name", flat=True))
    assert names == ["Closed book", "With context"]
    assert setup_service.snapshot_of(ground).variants[1].use_context


def test_it_suggests_nothing_twice(client_alice: Client, ready: Playground) -> None:
    before = list(SetupKpi.objects.values_list("slot", flat=True))
    url = reverse("setup-suggest", args=[ready.pk])
    answer = client_alice.post(url, headers={"HX-Request": "true"})

    assert "Nothing to add: the setup fits your data." in answer.content.decode()
    assert list(SetupKpi.objects.values_list("slot", flat=True)) == before
    assert Variant.objects.count() == 2


def test_it_reads_the_rule_back_as_a_sentence(client_alice: Client, ready: Playground) -> None:
    client_alice.post(reverse("setup-rule", args=[ready.pk]), {"mode": "at_least", "n": "1"})

    page = client_alice.get(reverse("setup", args=[ready.pk])).content.decode()
    assert "An answer passes when " in page
    assert '<span class="tok must">Recall ≥ 0.6</span>' in page
    assert "at least " in page


def test_it_refuses_a_number_that_cannot_be_met(client_alice: Client, ready: Playground) -> None:
    answer = client_alice.post(
        reverse("setup-rule", args=[ready.pk]), {"mode": "at_least", "n": "9"}
    )

    assert answer.status_code == 422
    assert "At least 9 of 2 counted KPIs" in answer.content.decode()


def test_a_rule_that_no_run_was_read_with_stays_one_version(
    client_alice: Client, ready: Playground
) -> None:
    for mode in ("any", "all", "any"):
        client_alice.post(reverse("setup-rule", args=[ready.pk]), {"mode": mode})

    version = RuleVersion.objects.get(playground=ready)
    assert (version.number, version.spec["mode"]) == (1, "any")


def test_a_rule_that_a_run_was_read_with_never_changes(
    client_alice: Client, ready: Playground
) -> None:
    first = RuleVersion.objects.get(playground=ready)
    RunRule.objects.create(run_id=1, rule_version_id=first.pk)
    for mode in ("all", "any", "any"):
        client_alice.post(reverse("setup-rule", args=[ready.pk]), {"mode": mode})

    modes = RuleVersion.objects.filter(playground=ready).order_by("number")
    assert [version.spec["mode"] for version in modes] == ["all", "any"]


def test_it_moves_a_pass_line(client_alice: Client, ready: Playground) -> None:
    kpi = ready.setup_kpis.get(slot="token_f1")
    client_alice.post(reverse("setup-kpi-line", args=[ready.pk, kpi.pk]), {"value": "0.35"})

    assert kpis.condition_of(kpi).line.value == 0.35
    assert kpis.condition_of(kpi).required


def test_it_refuses_a_line_off_the_scale(client_alice: Client, ready: Playground) -> None:
    kpi = ready.setup_kpis.get(slot="token_f1")
    url = reverse("setup-kpi-line", args=[ready.pk, kpi.pk])
    answer = client_alice.post(url, {"value": "7"})

    assert answer.status_code == 422
    assert "scale" in answer.content.decode()


@pytest.mark.parametrize("value", ["nan", "1e999", "many"])
def test_it_refuses_a_line_that_is_no_number(
    client_alice: Client, ready: Playground, value: str
) -> None:
    kpi = ready.setup_kpis.get(slot="token_f1")
    url = reverse("setup-kpi-line", args=[ready.pk, kpi.pk])

    assert client_alice.post(url, {"value": value}).status_code == 422


@pytest.mark.parametrize(
    ("place", "slots"), [("required", True), ("counted", False), ("shown", None)]
)
def test_it_puts_a_kpi_elsewhere_in_the_rule(
    client_alice: Client, ready: Playground, place: str, slots: bool | None
) -> None:
    kpi = ready.setup_kpis.get(slot="word_count")
    client_alice.post(reverse("setup-kpi-line", args=[ready.pk, kpi.pk]), {"place": place})

    found = {c.slot: c.required for c in rules.current(ready).conditions}
    assert found.get("word_count") is slots


def test_it_adds_the_same_kpi_twice_under_two_slots(
    client_alice: Client, ground: Playground
) -> None:
    url = reverse("setup-kpis", args=[ground.pk])
    for _ in range(2):
        client_alice.post(url, {"key": ["regex_match"]})

    slots = list(ground.setup_kpis.values_list("slot", flat=True))
    assert slots == ["regex_match", "regex_match_2"]
    assert rules.current(ground).slots == ("regex_match", "regex_match_2")


def test_it_removes_a_kpi_from_setup_and_rule(client_alice: Client, ready: Playground) -> None:
    kpi = ready.setup_kpis.get(slot="token_f1")
    client_alice.post(reverse("setup-kpi-remove", args=[ready.pk, kpi.pk]))

    assert not ready.setup_kpis.filter(slot="token_f1").exists()
    assert "token_f1" not in rules.current(ready).slots


def test_it_answers_a_change_with_the_page_content_for_htmx(
    client_alice: Client, ready: Playground
) -> None:
    url = reverse("setup-rule", args=[ready.pk])
    answer = client_alice.post(url, {"mode": "any"}, headers={"HX-Request": "true"})

    assert answer.content.decode().strip().startswith('<div class="setgrid" id="setup"')


def test_it_keeps_the_number_of_rows_through_a_change(
    client_alice: Client, ready: Playground
) -> None:
    url = reverse("setup-rule", args=[ready.pk])
    form = {"mode": "any", "limit": "2"}
    answer = client_alice.post(url, form, headers={"HX-Request": "true"})

    assert "Run 4 answers" in answer.content.decode()


def test_it_needs_the_same_queries_at_any_number_of_rows(
    client_alice: Client, ready: Playground
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client_alice.get(reverse("setup", args=[ready.pk]))
        return len(captured)

    queries()
    at_three_rows = queries()
    Row.objects.bulk_create(
        Row(playground_id=ready.pk, position=n, identity=f"x{n}", cells={}, since=1)
        for n in range(4, 304)
    )
    assert queries() == at_three_rows


def test_it_says_what_it_suggests_for_an_empty_setup(
    client_alice: Client, ground: Playground
) -> None:
    url = reverse("setup-suggest", args=[ground.pk])
    answer = client_alice.post(url, headers={"HX-Request": "true"}).content.decode()

    assert "Added 2 variants: Closed book, With context." in answer
    assert "Added 3 KPIs: Recall, Number grounding, Word count." in answer
    assert "Nothing to add" not in answer


def test_it_sends_the_typed_number_of_rows_with_the_run_form(
    client_alice: Client, ready: Playground
) -> None:
    page = client_alice.get(reverse("setup", args=[ready.pk])).content.decode()
    start = page.index(f'action="{reverse("run-start", args=[ready.pk])}"')
    form = page[start : page.index("</form>", start)]

    assert 'name="limit" type="number"' in form
    assert page.count('name="limit"') == 1


def test_it_estimates_without_a_script(client_alice: Client, ready: Playground) -> None:
    form = {"limit": "2", "form_token": "0" * 32}
    answer = client_alice.post(reverse("estimate", args=[ready.pk]), form, follow=True)

    assert "Run 4 answers" in answer.content.decode()
    assert not Run.objects.exists()


def test_it_counts_the_answers_of_a_run_as_a_test_of_their_connection(
    client_alice: Client, ready: Playground, workspace: Workspace
) -> None:
    draft = ConnectionDraft(
        name="Own", kind=Connection.Kind.OPENAI, base_url="https://models.example/v1"
    )
    own = connections.create(workspace=workspace, draft=draft)
    ready.variants.update(connection=own)
    url = reverse("setup", args=[ready.pk])
    assert "Own was not tested yet" in client_alice.get(url).content.decode()

    connection_states.note_call_ms(own.pk, 412)
    assert "Own answered in 0.4 s" in client_alice.get(url).content.decode()

    moved = replace(draft, base_url="https://elsewhere.example/v1")
    connections.update(connection=own, draft=moved)
    assert "Own was not tested yet" in client_alice.get(url).content.decode()
