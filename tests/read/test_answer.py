"""The answer sentence never says more than the numbers do."""

import re
from collections.abc import Callable, Sequence

import pytest
from django.test import Client

from evals.domain.rules import Condition, PassLine, Rule
from evals.queries.answer_sentence import rows_needed
from evals.queries.pairs import holm
from tests.read.conftest import StoreRun
from tests.read.stored_run import Failure, Say

RULE = Rule(conditions=(Condition(slot="exact_match", line=PassLine(op="==", value=1)),))
Answer = Callable[..., tuple[str, str]]


def right_for(shares: Sequence[float], rows: int) -> Say:
    """Each variant is right for the first rows, as many as its share says."""

    def say(variant: int, position: int) -> str:
        right = position < shares[variant] * rows
        return f"Tent {position} weighs {position} grams." if right else "No."

    return say


@pytest.fixture
def answer(client_alice: Client, store_run: StoreRun) -> Answer:
    """The headline and the detail for variants that are right in these shares of the rows."""

    def of(
        *shares: float, rows: int = 100, say: Say | None = None, **plan: object
    ) -> tuple[str, str]:
        said = say or right_for(shares, rows)
        run = store_run(rows=rows, variants=len(shares), say=said, rule=RULE, **plan)
        page = client_alice.get(f"/playgrounds/{run.playground_id}/dashboard").content.decode()
        found = re.search(r"<h1>(.*?)</h1><p>(.*?)</p>", page, re.S)
        assert found
        return found[1], found[2]

    return of


def test_it_names_the_one_to_ship(answer: Answer) -> None:
    headline, detail = answer(0.4, 0.9)

    assert headline == "Model 2 is the one to ship: it passes 90% of answers."
    assert detail.startswith(
        "Model 1 is next at 40%. The gap of 50 points is too large to be luck."
    )
    assert detail.endswith("It is 0.2 s slower.")


def test_it_does_not_ship_what_mostly_fails(answer: Answer) -> None:
    headline, _detail = answer(0.1, 0.4)

    assert headline == "Model 2 is ahead, but passes only 40% of answers."


@pytest.mark.parametrize(
    ("kinds", "words"),
    [
        (("simulated", "openai"), "Model 1 is simulated."),
        (("openai", "simulated"), "Model 2 is simulated."),
        (("simulated",), "Model 1 and Model 2 are simulated."),
    ],
)
@pytest.mark.parametrize("rows", [20, 100])
def test_it_ranks_no_simulated_variant_silently(
    answer: Answer, kinds: Sequence[str], words: str, rows: int
) -> None:
    _headline, detail = answer(0.4, 0.9, rows=rows, kinds=kinds)

    assert detail.endswith(words)


def test_it_calls_close_what_is_close(answer: Answer) -> None:
    headline, detail = answer(0.7, 0.72)

    assert headline == "Model 2 and Model 1 are too close to call."
    assert "72% and 70%" in detail


def test_it_names_everybody_who_is_close(answer: Answer) -> None:
    headline, _detail = answer(0.2, 0.7, 0.72)

    assert headline == "Model 3 and Model 2 are too close to call."


def test_it_tells_nothing_from_few_rows(answer: Answer) -> None:
    headline, detail = answer(0.1, 1, rows=20)

    assert headline == "Too few rows to tell."
    assert "Model 2 passes 20 of 20, Model 1 2 of 20." in detail
    assert "about 118 rows" in detail
    assert "%" not in detail


def test_it_has_nothing_to_compare_one_variant_with(answer: Answer) -> None:
    headline, detail = answer(0.8)

    assert headline == "Model 1 passes 80% of its answers."
    assert detail.startswith("95% interval 71% to 87% on 100 rows.")


def test_it_says_little_of_one_variant_on_few_rows(answer: Answer) -> None:
    assert answer(0.5, rows=8)[0] == "Model 1 passes 4 of 8 answers."


def test_it_does_not_compare_with_a_variant_that_never_answered(answer: Answer) -> None:
    def one_answers(variant: int, position: int) -> str | Failure:
        return f"Tent {position} weighs {position} grams." if variant else Failure()

    headline, detail = answer(0, 0, say=one_answers)

    assert headline == "Model 2 passes 100% of its answers."
    assert detail.endswith("100 of 200 answers are not decided and not counted.")


@pytest.mark.parametrize(
    ("cost_nano", "words"),
    [
        ((100_000, 400_000), "It costs $0.30 more per 1,000 answers and is 0.2 s slower."),
        ((400_000, 100_000), "It costs $0.30 less per 1,000 answers and is 0.2 s slower."),
        ((400_000, 400_000), "It is 0.2 s slower."),
        ((400_000, None), "It is 0.2 s slower."),
    ],
)
def test_it_says_what_better_costs(
    answer: Answer, cost_nano: Sequence[int | None], words: str
) -> None:
    _headline, detail = answer(0.4, 0.9, cost_nano=cost_nano)

    assert detail.endswith(words)


@pytest.mark.parametrize(
    ("passes", "decided", "rows"), [(50, 100, 385), (1, 2, 385), (2, 2, 342), (0, 2, 342)]
)
def test_it_knows_how_many_rows_five_points_need(passes: int, decided: int, rows: int) -> None:
    assert rows_needed(passes, decided) == rows


@pytest.mark.parametrize(
    ("found", "corrected"),
    [
        ([], []),
        ([0.03], [0.03]),
        ([0.01, 0.04, 0.03], [0.03, 0.06, 0.06]),
        ([0.9, 0.6], [1.0, 1.0]),
    ],
)
def test_it_corrects_for_several_comparisons(found: list[float], corrected: list[float]) -> None:
    assert holm(found) == pytest.approx(corrected)
