"""The dashboard: the answer, its evidence, and the pass lines."""

import re
from collections import Counter
from collections.abc import Iterator
from unittest.mock import patch

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from evals.domain.results import Score
from evals.domain.rules import Condition, PassLine, Rule
from evals.kpis import score
from evals.models import Block, RuleVersion, Run, RunRule
from tests.read.conftest import StoreRun
from tests.read.stored_run import Failure, row, say

HEADERS = {"HX-Request": "true", "HX-Target": "charts"}
WORDY = Rule(conditions=(Condition(slot="token_f1", line=PassLine(op=">=", value=0.6)),))


def wordy(variant: int, position: int) -> str:
    return row(position)[1] + " indeed" * (position % (10 + 5 * variant))


def address(run: Run, query: str = "", part: str = "") -> str:
    return f"/playgrounds/{run.playground_id}/dashboard{part}{query}"


def body(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def shown_accuracies(page: str) -> dict[str, str]:
    """Accuracy by variant, as the accuracy card says it."""
    found = re.findall(
        r'<th scope="row">(Model \d)</th>.*?<td class="num"><b>([^<]*)</b>', page, re.S
    )
    return {name: figure.replace("&gt;", ">") for name, figure in found}


def recomputed(variant: int, rows: int, line: float) -> str:
    """Accuracy in plain Python, from the texts themselves."""
    verdicts: Counter[bool] = Counter()
    for position in range(rows):
        result = score(
            "token_f1", inputs={"response": wordy(variant, position), "reference": row(position)[1]}
        )
        assert isinstance(result, Score)
        verdicts[result.value >= line - 1e-9] += 1
    return f"{100 * verdicts[True] / rows:.1f}%"


def writes(statement: str) -> str:
    """The statement, unless it only reads."""
    return "" if statement.startswith("SELECT") else statement


@pytest.fixture
def wordy_run(store_run: StoreRun) -> Run:
    return store_run(rows=60, say=wordy, rule=WORDY, slots=("token_f1",))


@pytest.fixture
def model_calls() -> Iterator[list[object]]:
    """Every way to a model, wherever it is called by its name."""
    calls: list[object] = []
    with (
        patch("evals.llm.registry.open_client", autospec=True, side_effect=calls.append),
        patch("evals.engine.calls.open_client", autospec=True, side_effect=calls.append),
        patch("evals.llm.probe.open_client", autospec=True, side_effect=calls.append),
    ):
        yield calls


def test_it_puts_no_accuracy_behind_an_accuracy_of_zero(
    client_alice: Client, store_run: StoreRun
) -> None:
    run = store_run(variants=3, say=lambda v, n: (None, "wrong", "wrong")[v])

    page = body(client_alice, address(run))

    assert list(shown_accuracies(page).items()) == [
        ("Model 2", "0.0%"),
        ("Model 3", "0.0%"),
        ("Model 1", "–"),
    ]


@pytest.mark.parametrize("line", ["0.6", "0.5", "0.75", "1"])
def test_it_shows_the_accuracy_that_plain_python_finds(
    client_alice: Client, wordy_run: Run, line: str
) -> None:
    page = body(client_alice, address(wordy_run, f"?line.token_f1={line}"))

    assert shown_accuracies(page) == {
        f"Model {variant + 1}": recomputed(variant, 60, float(line)) for variant in range(2)
    }


def test_it_moves_a_line_without_a_model_call_or_a_write(
    client_alice: Client, wordy_run: Run, model_calls: list[object]
) -> None:
    blocks = list(Block.objects.values_list("id", "version"))
    with CaptureQueriesContext(connection) as queries:
        url = address(wordy_run, "?line.token_f1=0.8", "/charts")
        response = client_alice.get(url, headers=HEADERS)

    assert shown_accuracies(response.content.decode())["Model 1"] == recomputed(0, 60, 0.8)
    assert model_calls == []
    assert list(Block.objects.values_list("id", "version")) == blocks
    assert [query["sql"] for query in queries if "evals_" in writes(query["sql"])] == []


def test_it_answers_a_moved_line_with_charts_and_what_changed(
    client_alice: Client, wordy_run: Run
) -> None:
    url = address(wordy_run, "?line.token_f1=0.8", "/charts")
    response = client_alice.get(url, headers=HEADERS)

    page = response.content.decode()
    assert "<html" not in page
    assert '<div id="draft" hx-swap-oob="true">' in page
    assert re.search(r"<b>Draft:</b> A loses [\d.]+ points, B loses [\d.]+\.", page)
    assert "<s>≥ 0.6</s><b>≥ 0.8</b>" in page
    assert response["HX-Replace-Url"] == address(wordy_run, "?run=1&line.token_f1=0.8")


def test_it_keeps_the_saved_rule_as_hollow_dots(client_alice: Client, wordy_run: Run) -> None:
    assert 'class="gh"' not in body(client_alice, address(wordy_run))
    assert body(client_alice, address(wordy_run, "?line.token_f1=0.8")).count('class="gh"') == 2


def test_it_is_no_draft_when_the_line_is_back_where_it_was(
    client_alice: Client, wordy_run: Run
) -> None:
    assert "Draft:" not in body(client_alice, address(wordy_run, "?line.token_f1=0.6"))


def test_it_says_when_a_draft_changes_no_verdict(client_alice: Client, store_run: StoreRun) -> None:
    page = body(client_alice, address(store_run(), "?line.token_f1=0.61"))

    assert "No verdict changes." in page


def test_it_works_without_htmx(client_alice: Client, wordy_run: Run) -> None:
    response = client_alice.get(address(wordy_run, "?line.token_f1=0.8", "/charts"))

    assert response.status_code == 302
    assert response["Location"] == address(wordy_run, "?run=1&line.token_f1=0.8")


def test_it_saves_a_draft_as_the_next_rule(
    client_alice: Client, alice: User, wordy_run: Run
) -> None:
    before = body(client_alice, address(wordy_run, "?line.token_f1=0.8"))

    response = client_alice.post(
        address(wordy_run, part="/rule"), {"run": "1", "line.token_f1": "0.8"}, follow=True
    )

    version = RuleVersion.objects.get(number=2)
    assert version.created_by == alice
    assert RunRule.objects.filter(run_id=wordy_run.pk).latest("id").rule_version_id == version.pk
    after = response.content.decode()
    assert "Saved as rule v2." in after
    assert "Draft:" not in after
    assert shown_accuracies(after) == shown_accuracies(before)


def test_it_saves_nothing_by_a_link(client_alice: Client, wordy_run: Run) -> None:
    assert client_alice.get(address(wordy_run, part="/rule")).status_code == 405


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("line.token_f1=high", "A pass line needs a number, not &#x27;high&#x27;."),
        ("line.token_f1=nan", "A pass line needs a number"),
        ("line.token_f1=7", "7 is not on this KPI"),
        ("line.word_count=50", "put the smaller number first"),
    ],
)
def test_it_says_what_is_wrong_with_a_line(
    client_alice: Client, store_run: StoreRun, query: str, words: str
) -> None:
    response = client_alice.get(address(store_run(), f"?{query}"))

    assert response.status_code == 422
    assert words in response.content.decode()


def test_it_moves_both_ends_of_a_line_and_the_number_that_must_hold(
    client_alice: Client, store_run: StoreRun
) -> None:
    rule = Rule(
        mode="at_least",
        n=1,
        conditions=(
            Condition(slot="token_f1", line=PassLine(op=">=", value=0.6)),
            Condition(slot="word_count", line=PassLine(op="between", value=1, high=40)),
        ),
    )
    run = store_run(rows=40, rule=rule)

    loose = shown_accuracies(body(client_alice, address(run)))
    strict = shown_accuracies(body(client_alice, address(run, "?n=2&line.word_count.high=30")))

    assert loose["Model 1"] == "100.0%"
    assert strict["Model 1"] == "50.0%"


def test_it_leaves_out_lines_that_the_rule_does_not_have(
    client_alice: Client, wordy_run: Run
) -> None:
    assert "Draft:" not in body(client_alice, address(wordy_run, "?line.rouge=0.9&n=3"))


def test_it_links_fixed_and_broken_rows(client_alice: Client, store_run: StoreRun) -> None:
    page = body(client_alice, address(store_run()))

    assert re.search(r'show=fixed&amp;variant=b">2</a>', page)
    assert re.search(r'show=regressed&amp;variant=b">1</a>', page)


def test_it_links_a_pass_rate_to_the_rows_that_miss_the_line(
    client_alice: Client, store_run: StoreRun
) -> None:
    page = body(client_alice, address(store_run()))

    link = re.search(
        r'kpi=token_f1&amp;variant=b" title="([^"]*)">(\d+)<small>%</small> <small>of (\d+)<', page
    )
    assert link
    assert link.groups() == ("5 of 8", "63", "8")


def test_it_counts_how_answers_ended(client_alice: Client, store_run: StoreRun) -> None:
    def mixed(variant: int, position: int) -> str | Failure:
        return Failure() if position == 7 else say(variant, position)

    page = body(client_alice, address(store_run(say=mixed)))

    table = re.search(r'<th scope="row">Model 1</th>((?:<td class="num">\d+</td>)+)', page)
    assert table
    assert re.findall(r">(\d+)<", table[1]) == ["3", "4", "0", "1", "0"]
    assert "2 of 16 answers are not decided and not counted." in page


def test_it_has_nothing_to_say_of_errors_only(client_alice: Client, store_run: StoreRun) -> None:
    page = body(client_alice, address(store_run(say=lambda v, n: Failure())))

    assert "Every answer ended in an error." in page
    assert shown_accuracies(page) == {"Model 1": "–", "Model 2": "–"}
    assert "0%</b>" not in page


def test_it_says_so_far_while_the_run_goes_on(client_alice: Client, store_run: StoreRun) -> None:
    run = store_run(
        rows=80, state=Run.State.RUNNING, say=lambda v, n: say(v, n) if n < 40 else None
    )

    assert "<h1>So far:" in body(client_alice, address(run))


def test_it_shows_a_run_without_a_rule(client_alice: Client, store_run: StoreRun) -> None:
    page = body(client_alice, address(store_run(slots=(), rule=Rule())))

    assert "No rule yet, so nothing passes or fails." in page
    assert "The rule has no KPIs." in page


def test_it_calls_a_simulated_variant_simulated(client_alice: Client, store_run: StoreRun) -> None:
    page = body(client_alice, address(store_run(kinds=("openai", "simulated"))))

    named = dict(re.findall(r'<th scope="row">(Model \d)(.*?)</th>\s*<td class="pl">', page, re.S))
    assert [">Simulated<" in named[name] for name in ("Model 1", "Model 2")] == [False, True]
    # In the table of accuracies and above its column of the pass rates.
    assert page.count(">Simulated<") == 2


def test_it_names_the_variants_without_a_price(client_alice: Client, store_run: StoreRun) -> None:
    run = store_run(cost_nano=(None,), say=lambda v, n: Failure() if n > 5 else say(v, n))

    page = body(client_alice, address(run))

    assert "No price is known for Model 1 and Model 2." in page
    assert "above zero" not in page


def test_it_calls_free_what_is_free(client_alice: Client, store_run: StoreRun) -> None:
    page = body(client_alice, address(store_run(cost_nano=(0,), per_1m="0")))

    assert "No answer of this run has a price above zero." in page
    assert "No price is known" not in page


def test_it_waits_for_nothing_of_a_cancelled_run(client_alice: Client, store_run: StoreRun) -> None:
    run = store_run(state=Run.State.CANCELLED, say=lambda v, n: "Yes." if n < 3 else None)

    page = body(client_alice, address(run))

    assert "5 not run" in page
    assert "aiting" not in page.split('<div class="two">')[1]
