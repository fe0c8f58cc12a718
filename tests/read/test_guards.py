"""Cards show one's own only, pages cost a fixed number of queries, texts stay texts."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from evals.engine import score_store
from evals.models import Run
from evals.queries import verdicts
from tests.read.conftest import StoreRun


def test_it_shows_charlie_only_his_own_playgrounds(
    client_charlie: Client, store_run: StoreRun
) -> None:
    store_run(name="Secret tents")

    assert b"Secret tents" not in client_charlie.get("/").content


def queries_of(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        response = client.get(url, headers={"HX-Request": "true"})
        assert response.status_code == 200
        response.getvalue()
    return len(queries)


def warm(url: Callable[[Run], str], client: Client, run: Run) -> int:
    """Queries of the second request, which finds scores and verdicts in memory."""
    queries_of(client, url(run))
    return queries_of(client, url(run))


# Of these, three are the session, the user and the playground; one asks whether the data has
# changed since the run.
@pytest.mark.parametrize(
    ("page", "budget"),
    [
        ("compare?show=all", 10),
        ("compare?show=all&q=tent", 12),
        ("compare/rows?show=all", 9),
        ("compare/rows/1?cell=b", 12),
        ("dashboard", 9),
        ("dashboard/charts?line.token_f1=0.9", 8),
        ("export.csv", 9),
    ],
)
def test_it_needs_as_many_queries_for_many_rows_as_for_few(
    client_alice: Client, store_run: StoreRun, page: str, budget: int
) -> None:
    def url(run: Run) -> str:
        return f"/playgrounds/{run.playground_id}/{page}"

    few, many = store_run(rows=4), store_run(rows=200)

    assert warm(url, client_alice, few) == budget
    assert warm(url, client_alice, many) == budget


def test_it_needs_as_many_queries_for_cards_with_many_rows(
    client_alice: Client, store_run: StoreRun
) -> None:
    counts = []
    for rows in (4, 200):
        store_run(rows=rows)
        counts.append(warm(lambda _run: "/", client_alice, Run.objects.latest("id")))

    assert counts[0] == counts[1]


def test_it_reads_scores_once(
    client_alice: Client, store_run: StoreRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = store_run()
    client_alice.get(f"/playgrounds/{run.playground_id}/compare")

    monkeypatch.setattr(score_store, "unpack", None)

    assert client_alice.get(f"/playgrounds/{run.playground_id}/dashboard").status_code == 200
    assert verdicts.verdicts(run) is verdicts.verdicts(run)


PAYLOAD = '<img src=x onerror="alert(1)"></textarea><script>alert(2)</script>{{ 7 }}{% now %}'


@pytest.mark.parametrize("page", ["compare?show=all", "compare/rows/0?cell=b", "dashboard", "/"])
def test_it_shows_hostile_texts_as_texts(
    client_alice: Client, store_run: StoreRun, page: str
) -> None:
    run = store_run(
        rows=2,
        columns=(f"q{PAYLOAD}", f"e{PAYLOAD}", f"c{PAYLOAD}", f"t{PAYLOAD}"),
        row=lambda n: (PAYLOAD, PAYLOAD, PAYLOAD, PAYLOAD),
        say=lambda v, n: PAYLOAD,
        name=PAYLOAD,
    )
    url = page if page == "/" else f"/playgrounds/{run.playground_id}/{page}"

    content = client_alice.get(url).content.decode()

    assert "<img src=x" not in content
    assert "<script>alert" not in content
    assert "&lt;img src=x" in content


def test_it_shows_a_hostile_search_as_text(client_alice: Client, store_run: StoreRun) -> None:
    url = f"/playgrounds/{store_run().playground_id}/compare"

    content = client_alice.get(url, {"q": PAYLOAD, "kpi": PAYLOAD}).content.decode()

    assert "<img src=x" not in content
