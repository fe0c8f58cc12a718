"""Compare: filters, search, paging, cells."""

import re

import numpy as np
import pytest
from django.test import Client

from evals.domain.matrix import ScoreState
from evals.domain.rules import Rule
from evals.engine import score_store
from evals.models import Block, Run
from tests.read.conftest import StoreRun
from tests.read.stored_run import Failure

CELL = re.compile(r'role="gridcell" class="oc (\w)')
NUMBER = re.compile(r'<span class="rn">(\d+)</span>')
NEXT = re.compile(r'href="([^"]+)" rel="next"')


def address(run: Run, query: str = "") -> str:
    return f"/playgrounds/{run.playground_id}/compare{query}"


def body(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def numbers(page: str) -> list[int]:
    return [int(number) for number in NUMBER.findall(page)]


def test_it_shows_rows_beside_the_answers_of_every_variant(
    client_alice: Client, store_run: StoreRun
) -> None:
    page = body(client_alice, address(store_run(), "?show=all"))

    assert numbers(page) == list(range(1, 9))
    assert len(CELL.findall(page)) == 16
    assert "Tent 5 weighs 5 grams." in page


# Model 1 fails rows 0 2 4 6 (from 0), Model 2 fails rows 0 3 6.
@pytest.mark.parametrize(
    ("show", "shown"),
    [
        ("all", [1, 2, 3, 4, 5, 6, 7, 8]),
        ("fail", [1, 3, 4, 5, 7]),
        ("disagree", [3, 4, 5]),
        ("regressed", [4]),
        ("fixed", [3, 5]),
        ("error", []),
    ],
)
def test_it_keeps_the_rows_of_a_filter(
    client_alice: Client, store_run: StoreRun, show: str, shown: list[int]
) -> None:
    assert numbers(body(client_alice, address(store_run(), f"?show={show}"))) == shown


def test_it_counts_each_filter(client_alice: Client, store_run: StoreRun) -> None:
    page = body(client_alice, address(store_run()))

    counts = dict(re.findall(r'>([A-Z][a-z ]+)<span class="ct">(\d+)</span>', page))
    assert counts == {
        "Data": "8",
        "All": "8",
        "Any fail": "5",
        "Disagree": "3",
        "Regressions": "1",
        "Errors": "0",
    }


def test_it_shows_first_where_variants_disagree(client_alice: Client, store_run: StoreRun) -> None:
    page = body(client_alice, address(store_run()))

    assert numbers(page) == [3, 4, 5]
    assert "Sorted by disagreement" in page


def test_it_shows_first_what_fails_when_there_is_one_variant(
    client_alice: Client, store_run: StoreRun
) -> None:
    page = body(client_alice, address(store_run(variants=1)))

    assert numbers(page) == [1, 3, 5, 7]
    assert "Disagree" not in page


def test_it_narrows_to_the_rows_on_which_one_variant_misses_one_line(
    client_alice: Client, store_run: StoreRun
) -> None:
    page = body(client_alice, address(store_run(), "?show=all&kpi=token_f1&variant=b"))

    assert numbers(page) == [1, 4, 7]
    assert "Token F1 below its line" in page


def test_it_puts_the_most_divided_rows_first(client_alice: Client, store_run: StoreRun) -> None:
    def say(variant: int, position: int) -> str:
        right = variant < (3, 2, 4, 1)[position]
        return f"Tent {position} weighs {position} grams." if right else "No."

    run = store_run(rows=4, variants=4, say=say)

    page = body(client_alice, address(run, "?show=all&sort=disagreement"))
    assert numbers(page) == [2, 1, 4, 3]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("tent 3?", [4]),
        ("WEIGHS 5", [6]),
        ("do not know", [1, 3, 4, 5, 7]),
        ("100%", []),
        ("_", []),
        ("It is green", []),
    ],
)
def test_it_searches_questions_expected_texts_and_answers(
    client_alice: Client, store_run: StoreRun, text: str, shown: list[int]
) -> None:
    response = client_alice.get(address(store_run()), {"show": "all", "q": text})

    assert numbers(response.content.decode()) == shown


def test_it_finds_what_json_would_escape(client_alice: Client, store_run: StoreRun) -> None:
    run = store_run(rows=2, row=lambda n: (f'Größe "{n}"\tm²?', "Zwölf", "", ""))

    page = client_alice.get(address(run), {"show": "all", "q": 'Größe "1"\tm²'})
    assert numbers(page.content.decode()) == [2]


def test_it_offers_all_rows_when_a_filter_leaves_none(
    client_alice: Client, store_run: StoreRun
) -> None:
    page = body(client_alice, address(store_run(), "?show=error&q=tent"))

    assert "Nothing with “tent” among the rows with an error." in page
    assert "Show all rows" in page


@pytest.mark.parametrize("sort", ["row", "disagreement"])
def test_it_pages_through_every_row_once(
    client_alice: Client, store_run: StoreRun, sort: str
) -> None:
    run = store_run(rows=130, variants=3)
    url, seen = address(run, f"?show=all&sort={sort}"), list[int]()

    while url:
        page = body(client_alice, url)
        seen += numbers(page)
        onward = NEXT.search(page)
        url = onward[1].replace("&amp;", "&") if onward else ""

    assert len(seen) == 130
    assert sorted(seen) == list(range(1, 131))


def test_it_brings_the_next_rows_as_a_fragment(client_alice: Client, store_run: StoreRun) -> None:
    run = store_run(rows=60)
    page = body(client_alice, address(run, "?show=all"))
    more = re.search(r'hx-get="([^"]+compare/rows[^"]+)"', page)
    assert more

    fragment = client_alice.get(more[1].replace("&amp;", "&"), headers={"HX-Request": "true"})

    assert numbers(fragment.content.decode()) == list(range(51, 61))
    assert "<html" not in fragment.content.decode()


def test_it_leads_to_the_page_when_rows_are_asked_for_without_htmx(
    client_alice: Client, store_run: StoreRun
) -> None:
    run = store_run(rows=60)

    response = client_alice.get(
        f"/playgrounds/{run.playground_id}/compare/rows?show=all&after=0.49"
    )

    assert response.status_code == 302
    assert numbers(body(client_alice, response["Location"]))[0] in range(51, 61)


def test_it_answers_htmx_with_results_and_counts(client_alice: Client, store_run: StoreRun) -> None:
    headers = {"HX-Request": "true", "HX-Target": "results"}
    response = client_alice.get(address(store_run(), "?show=fail"), headers=headers)

    page = response.content.decode()
    assert "<html" not in page
    assert 'id="show" aria-label="Show rows" hx-swap-oob="true"' in page
    assert "HX-Request" in response["Vary"]


def test_it_marks_what_the_baseline_passed(client_alice: Client, store_run: StoreRun) -> None:
    page = body(client_alice, address(store_run(), "?show=regressed"))

    assert page.count("Regressed") == 1
    assert 'aria-label="Row 4, Model 2: fail. Exact, Token F1 0.00."' in page


def test_it_says_why_a_cell_has_no_answer(client_alice: Client, store_run: StoreRun) -> None:
    run = store_run(say=lambda variant, _row: Failure() if variant else "Yes.")

    page = body(client_alice, address(run, "?show=error"))

    assert "Timed out. No complete answer within 120 s." in page
    assert len(numbers(page)) == 8


def test_it_counts_a_kpi_that_could_not_be_scored_as_the_dashboard_does(
    client_alice: Client, store_run: StoreRun
) -> None:
    run = store_run()
    block = Block.objects.get(run_id=run.pk, variant=1, slot="token_f1")
    states, values = score_store.unpack(block.data)
    broken = np.where(np.arange(8) == 1, ScoreState.ERROR, states).astype(np.uint8)
    Block.objects.filter(pk=block.pk).update(data=score_store.pack(broken, values))

    dashboard = body(client_alice, f"/playgrounds/{run.playground_id}/dashboard")

    assert numbers(body(client_alice, address(run, "?show=undecided"))) == [2]
    assert numbers(body(client_alice, address(run, "?show=error"))) == []
    assert "1 undecided</a>" in dashboard
    assert "error</a>" not in dashboard


def test_it_waits_for_answers_of_a_run_that_goes_on(
    client_alice: Client, store_run: StoreRun
) -> None:
    run = store_run(state=Run.State.RUNNING, say=lambda v, n: "Yes." if n < 3 else None)

    page = body(client_alice, address(run, "?show=all"))

    assert CELL.findall(page).count("w") == 10
    assert page.count(">Waiting<") == 10


def test_it_does_not_wait_for_answers_of_a_cancelled_run(
    client_alice: Client, store_run: StoreRun
) -> None:
    run = store_run(state=Run.State.CANCELLED, say=lambda v, n: "Yes." if n < 3 else None)

    page = body(client_alice, address(run, "?show=all"))

    assert ">Waiting<" not in page
    assert page.count(">Not run<") == 10


def test_it_shows_answers_without_any_kpi(client_alice: Client, store_run: StoreRun) -> None:
    page = body(client_alice, address(store_run(slots=(), rule=Rule())))

    assert CELL.findall(page) == ["u"] * 16


def test_it_clamps_long_answers(client_alice: Client, store_run: StoreRun) -> None:
    page = body(client_alice, address(store_run(rows=1, say=lambda v, n: "word " * 500)))

    assert max(len(text) for text in re.findall(r'class="ot">([^<]*)<', page)) <= 401


def test_it_says_that_nothing_has_run(client_alice: Client, store_run: StoreRun) -> None:
    run = store_run()
    Run.objects.all().delete()

    assert "Nothing has run yet." in body(client_alice, address(run))


@pytest.mark.parametrize(
    "query", ["?after=x", "?after=9.9.9", "?show=%00", "?row=x&cell=zz", "?variant=q", "?sort=;"]
)
def test_it_survives_queries_that_nobody_wrote(
    client_alice: Client, store_run: StoreRun, query: str
) -> None:
    assert numbers(body(client_alice, address(store_run(), query)))


@pytest.mark.parametrize("number", ["99", "x", "-1", "9" * 40])
def test_it_knows_no_other_run(client_alice: Client, store_run: StoreRun, number: str) -> None:
    assert client_alice.get(address(store_run(), f"?run={number}")).status_code == 404


def test_it_names_a_missed_yes_or_no_without_its_score(
    client_alice: Client, store_run: StoreRun
) -> None:
    name = "Right words of the answer"
    run = store_run(kpi_names={"token_f1": name})

    page = body(client_alice, address(run, "?show=regressed"))

    chips = re.findall(r'<span class="chip fail" title="([^"]*)">(.*?)</span>([^<]*)</span>', page)
    assert [(title, score.strip()) for title, _shown, score in chips] == [
        ("Exact", ""),
        (name, "0.00"),
    ]
    assert f">{name}</span> 0.00" in page


def test_it_calls_a_simulated_variant_simulated(client_alice: Client, store_run: StoreRun) -> None:
    page = body(client_alice, address(store_run(kinds=("openai", "simulated"))))

    heads = page.split('class="vhead"')[1:3]
    assert [">Simulated</span>" in head for head in heads] == [False, True]


@pytest.mark.parametrize(
    ("per_1m", "cost_nano", "shown"),
    [
        (None, None, "<span>cost unknown</span>"),
        ("0", 0, '<span title="Cost of 1,000 answers">$0 / 1k</span>'),
    ],
)
def test_it_keeps_an_unknown_cost_apart_from_a_free_answer(
    client_alice: Client,
    store_run: StoreRun,
    per_1m: str | None,
    cost_nano: int | None,
    shown: str,
) -> None:
    def often(_variant: int, position: int) -> str | Failure:
        return Failure() if position % 2 else "Yes."

    page = body(client_alice, address(store_run(say=often, per_1m=per_1m, cost_nano=[cost_nano])))

    assert page.count(shown) == 2


def test_it_says_no_cost_of_a_priced_model_that_only_failed(
    client_alice: Client, store_run: StoreRun
) -> None:
    page = body(client_alice, address(store_run(say=lambda v, n: Failure(), per_1m="0.5")))

    assert "/ 1k" not in page
    assert "cost unknown" not in page


@pytest.mark.parametrize(
    ("state", "words"), [(Run.State.CANCELLED, "5 not run"), (Run.State.RUNNING, "5 waiting")]
)
def test_it_waits_for_nothing_once_a_run_is_over(
    client_alice: Client, store_run: StoreRun, state: str, words: str
) -> None:
    run = store_run(state=state, say=lambda v, n: "Yes." if n < 3 else None)

    assert f'title="{words}"' in body(client_alice, address(run))
