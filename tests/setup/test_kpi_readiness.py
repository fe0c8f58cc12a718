"""What the list beside the Run button says of KPIs that cannot judge."""

import pytest
from django.test import Client
from django.urls import reverse

from evals.models import SetupKpi
from evals.services import kpis
from evals.services.kpis import KpiDraft
from playground.models import Playground


def page(client: Client, ground: Playground, **query: str) -> str:
    return client.get(reverse("setup", args=[ground.pk]), query).content.decode()


def required(kpi: SetupKpi, on_missing: str) -> None:
    line = kpis.condition_of(kpi).line
    # Every policy is given by the test's parameters.
    draft = KpiDraft(name="", line=line, place="required", on_missing=on_missing)  # type: ignore[arg-type]
    kpis.update(kpi=kpi, draft=draft)


@pytest.mark.parametrize(
    ("on_missing", "consequence"),
    [
        ("skip", "there the other KPIs decide."),
        ("hold", "they stay undecided."),
        ("fail", "they fail."),
        ("pass", "it counts as passed there."),
    ],
)
def test_it_says_how_many_rows_a_required_kpi_cannot_judge(
    client_alice: Client, ready: Playground, on_missing: str, consequence: str
) -> None:
    required(ready.setup_kpis.get(slot="token_f1"), on_missing)

    words = "Token F1 is required, but 1 row has no expected answer: "
    assert words + consequence in page(client_alice, ready)


def test_a_required_kpi_alone_leaves_them_undecided(
    client_alice: Client, ready: Playground
) -> None:
    for kpi in ready.setup_kpis.exclude(slot="token_f1"):
        kpis.remove(kpi=kpi)

    words = "Recall is required, but 1 row has no expected answer: they stay undecided."
    assert words in page(client_alice, ready)


def test_it_counts_the_rows_that_are_run(client_alice: Client, ready: Playground) -> None:
    assert "Recall is required, but" not in page(client_alice, ready, limit="2")


def test_it_says_nothing_of_a_kpi_that_only_counts(client_alice: Client, ready: Playground) -> None:
    assert "Number grounding is required" not in page(client_alice, ready)


def test_it_notes_an_empty_list_of_forbidden_phrases(
    client_alice: Client, ready: Playground
) -> None:
    kpi = kpis.add(playground=ready, key="forbidden_phrases")
    note = "Forbidden phrases: no phrase is listed, so it never finds one."
    shown = page(client_alice, ready)
    assert note in shown
    assert "Run 6 answers" in shown
    assert 'disabled aria-describedby="ready"' not in shown

    SetupKpi.objects.filter(pk=kpi.pk).update(params={"phrases": ["refund"]})
    assert note not in page(client_alice, ready)


def test_it_notes_a_pattern_that_every_answer_matches(
    client_alice: Client, ready: Playground
) -> None:
    kpi = kpis.add(playground=ready, key="regex_match")
    note = f"{kpi.name}: its pattern is still \\S, which every answer matches that is not empty."

    assert note in page(client_alice, ready)
