"""The drawer: everything behind one answer."""

import re

import pytest
from django.test import Client

from evals.domain.rules import Rule
from evals.models import Run
from tests.read.conftest import StoreRun
from tests.read.stored_run import Failure


def address(run: Run, position: int, query: str = "") -> str:
    return f"/playgrounds/{run.playground_id}/compare/rows/{position}{query}"


def fragment(client: Client, run: Run, position: int, query: str = "") -> str:
    headers = {"HX-Request": "true", "HX-Target": "drawer"}
    response = client.get(address(run, position, query), headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def test_it_stands_over_its_grid_as_a_page_of_its_own(
    client_alice: Client, store_run: StoreRun
) -> None:
    page = client_alice.get(address(store_run(), 3, "?cell=b")).content.decode()

    assert 'class="drawer"' in page
    assert 'role="grid"' in page
    assert "<html" in page


def test_it_offers_other_runs_on_the_grid_since_they_may_have_fewer_rows(
    client_alice: Client, store_run: StoreRun
) -> None:
    run = store_run()
    page = client_alice.get(address(run, 3)).content.decode()

    assert f'href="/playgrounds/{run.playground_id}/compare?run=1" aria-current="true"' in page


def test_it_opens_on_the_page_of_the_grid_that_has_its_row(
    client_alice: Client, store_run: StoreRun
) -> None:
    page = client_alice.get(address(store_run(rows=120), 77, "?show=all")).content.decode()

    numbers = re.findall(r'<span class="rn">(\d+)</span>', page)
    assert numbers[0] == "51"
    assert "78" in numbers


def test_it_closes_to_the_page_of_the_grid_that_has_its_row(
    client_alice: Client, store_run: StoreRun
) -> None:
    text = fragment(client_alice, store_run(rows=120), 77, "?show=all&cell=b")

    close = re.search(r'href="([^"]+)" data-close', text)
    assert close
    page = client_alice.get(close[1].replace("&amp;", "&")).content.decode()
    assert 'class="oc p cur"' in page
    assert 'aria-rowindex="79" aria-selected="true"' in page


def test_it_shows_the_full_answer_with_its_figures(
    client_alice: Client, store_run: StoreRun
) -> None:
    run = store_run(rows=1, say=lambda v, n: "long " * 300)

    text = fragment(client_alice, run, 0, "?cell=b")

    assert "long " * 299 in text
    assert "20 → 300 tokens" in text
    assert "$0.0004" in text


def test_it_shows_what_was_sent(client_alice: Client, store_run: StoreRun) -> None:
    text = fragment(client_alice, store_run(), 5, "?cell=b")

    sent = text[text.index("What was sent") :]
    assert "Answer in one sentence." in sent
    assert "Context:\nTent 5 weighs 5 grams. It is green." in sent
    assert "How heavy is tent 5?" in sent
    assert "given to B only" in text


def test_it_sent_no_context_to_a_closed_book_variant(
    client_alice: Client, store_run: StoreRun
) -> None:
    text = fragment(client_alice, store_run(), 5, "?cell=a")

    assert "It is green" not in text[text.index("What was sent") :]


def test_it_names_what_failed_and_puts_it_first(client_alice: Client, store_run: StoreRun) -> None:
    text = fragment(client_alice, store_run(), 3, "?cell=b")

    assert "<b>Fails the rule.</b> Exact match No is not Yes. Token F1 0.00 is below 0.6." in text
    kpis = re.findall(r'<span title="[^"]*">([A-Z][\w ]+?)\s*<', text)
    assert kpis == ["Exact match", "Token F1", "Word count"]
    assert re.search(r"<b>0\.00</b><small>≥ 0\.6</small>", text)


def test_it_gives_the_reason_of_each_score(client_alice: Client, store_run: StoreRun) -> None:
    text = fragment(client_alice, store_run(), 3, "?cell=b")

    reasons = re.findall(r'<td class="why">([^<]*)</td>', text)
    assert len(reasons) == 3
    assert all(reasons)


def test_it_does_not_make_up_a_reason_when_the_code_has_changed(
    client_alice: Client, store_run: StoreRun
) -> None:
    run = store_run()
    spec = run.spec
    spec.snapshot["kpis"][1]["code_hash"] = "another"
    spec.save()

    assert "Scored by an earlier version of this KPI" in fragment(client_alice, run, 3)


def test_it_opens_on_the_variant_that_fails(client_alice: Client, store_run: StoreRun) -> None:
    text = fragment(client_alice, store_run(), 3)

    assert 'aria-label="Row 4, Model 2"' in text


def test_it_goes_to_the_rows_beside_it_within_the_filter(
    client_alice: Client, store_run: StoreRun
) -> None:
    text = fragment(client_alice, store_run(), 3, "?show=disagree&sort=row")

    assert "2 of 3" in text
    assert re.search(r'/rows/2\?[^"]*" aria-label="Previous row"', text)
    assert re.search(r'/rows/4\?[^"]*" aria-label="Next row"', text)


def test_it_says_what_went_wrong(client_alice: Client, store_run: StoreRun) -> None:
    text = fragment(client_alice, store_run(say=lambda v, n: Failure()), 0)

    assert "<b>Timed out.</b> No complete answer within 120 s." in text
    assert "Tried 3 times." in text
    assert "No answer to judge." in text


@pytest.mark.parametrize("said", [Failure(), None])
def test_it_awaits_no_score_of_what_has_no_answer(
    client_alice: Client, store_run: StoreRun, said: Failure | None
) -> None:
    run = store_run(state=Run.State.CANCELLED, say=lambda v, n: said)

    table = fragment(client_alice, run, 0).split('class="kt"')[1]

    assert table.count("No answer to score.") == 3
    assert "Not scored" not in table
    assert "Waiting" not in table


def test_it_calls_a_simulated_variant_simulated(client_alice: Client, store_run: StoreRun) -> None:
    run = store_run(kinds=("openai", "simulated"))

    assert ">Simulated</span>" in fragment(client_alice, run, 0, "?cell=b")
    assert ">Simulated</span>" not in fragment(client_alice, run, 0, "?cell=a")


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (Run.State.RUNNING, "Not answered yet."),
        (Run.State.CANCELLED, "Never asked: the run ended before."),
    ],
)
def test_it_says_why_there_is_no_answer(
    client_alice: Client, store_run: StoreRun, state: str, words: str
) -> None:
    run = store_run(state=state, say=lambda v, n: None)

    assert words in fragment(client_alice, run, 0)


def test_it_shows_an_answer_that_nothing_judges(client_alice: Client, store_run: StoreRun) -> None:
    text = fragment(client_alice, store_run(slots=(), rule=Rule()), 1)

    assert "This run has no KPIs" in text
    assert "Undecided." in text


def test_it_knows_no_row_beyond_the_run(client_alice: Client, store_run: StoreRun) -> None:
    assert client_alice.get(address(store_run(), 8)).status_code == 404
