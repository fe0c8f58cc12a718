"""Answers of a run whose rows were changed or removed since."""

import re

import pytest
from django.db import connection
from django.template import Context, Template
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from evals.models import Run
from evals.queries.out_of_date import Counts, counts_of, out_of_date
from evals.queries.reading import read
from playground.models import Playground
from playground.queries import current_version
from playground.services import editing
from tests.read.conftest import StoreRun

NOTE = "3 rows changed or removed since this run (2 changed, 1 removed). "


def playground_of(run: Run) -> Playground:
    return Playground.objects.get(pk=run.playground_id)


def edit(run: Run, positions: list[int], text: str = "Changed.") -> None:
    """Write another expected answer into the rows at these positions, from 0."""
    ground = playground_of(run)
    column = ground.columns.get(name="expected")
    rows = list(current_version(ground).rows())
    for position in positions:
        editing.edit_cell(ground, rows[position].pk, column.pk, f"{text} {position}")


def remove(run: Run, positions: list[int]) -> None:
    rows = list(current_version(playground_of(run)).rows())
    editing.delete_rows(playground_of(run), [rows[position].pk for position in positions])


@pytest.fixture
def changed(store_run: StoreRun) -> Run:
    """A run of 8 rows, of which those at 1 and 2 were changed and that at 5 was removed since."""
    run = store_run()
    remove(run, [5])
    edit(run, [1, 2])
    return run


def page(client: Client, name: str, run: Run, query: str = "") -> str:
    answer = client.get(f"{reverse(name, args=[run.playground_id])}?run={run.number}{query}")
    return answer.content.decode()


def test_it_tells_changed_rows_from_removed_ones(changed: Run) -> None:
    found = out_of_date(read(changed))

    assert found.changed.nonzero()[0].tolist() == [1, 2]
    assert found.removed.nonzero()[0].tolist() == [5]
    assert [found.state(position) for position in (0, 1, 5)] == ["", "changed", "removed"]


def test_nothing_is_out_of_date_before_a_row_is_changed(store_run: StoreRun) -> None:
    run = store_run()

    assert out_of_date(read(run)).counts == Counts()
    assert counts_of([run]) == {}


def test_an_edit_that_is_taken_back_marks_nothing(store_run: StoreRun) -> None:
    run = store_run()
    ground = playground_of(run)
    column = ground.columns.get(name="expected")
    row = current_version(ground).rows()[0]
    was = row.cells[str(column.pk)]
    edited = editing.edit_cell(ground, row.pk, column.pk, "Something else.")
    assert out_of_date(read(run)).counts == Counts(changed=1)

    editing.edit_cell(ground, edited.pk, column.pk, was)

    assert out_of_date(read(run)).counts == Counts()


def test_rows_outside_of_a_run_do_not_count(store_run: StoreRun) -> None:
    """A run over the first rows only says nothing of the others."""
    run = store_run(rows=8)
    ids = [int(one) for one in read(run).row_ids[:3]]
    spec = run.spec
    spec.row_ids = read(run).row_ids[:3].tobytes()
    spec.save()
    edit(run, [1, 6])

    assert len(ids) == 3
    assert counts_of([run]) == {run.pk: Counts(changed=1)}


def test_compare_marks_the_rows_and_filters_them(client_alice: Client, changed: Run) -> None:
    everything = page(client_alice, "compare", changed, "&show=all")
    filtered = page(client_alice, "compare", changed, "&show=outdated")

    assert re.search(r"Out of date<span class=\"ct\">3</span>", everything)
    assert everything.count('<span class="chip" title="This row was changed after the run.') == 2
    assert everything.count('<span class="chip" title="This row was removed from the data') == 1
    assert re.findall(r'<span class="rn">(\d+)</span>', filtered) == ["2", "3", "6"]


def test_compare_says_one_row_as_one(client_alice: Client, store_run: StoreRun) -> None:
    run = store_run(rows=8)
    edit(run, [1])

    shown = page(client_alice, "compare", run, "&show=outdated")

    assert "<b>1</b> row changed or removed since the run" in shown


def test_compare_offers_no_filter_without_such_rows(
    client_alice: Client, store_run: StoreRun
) -> None:
    assert "Out of date" not in page(client_alice, "compare", store_run(), "&show=all")


def test_the_drawer_shows_what_the_run_saw(client_alice: Client, changed: Run) -> None:
    def drawer(position: int) -> str:
        address = reverse("drawer", args=[changed.playground_id, position])
        return client_alice.get(f"{address}?run={changed.number}").content.decode()

    assert "This row was changed after run 1." in drawer(1)
    assert "Tent 1 weighs 1 grams." in drawer(1)
    assert f'{reverse("data", args=[changed.playground_id])}?after=1"' in drawer(1)
    assert "This row was removed after run 1." in drawer(5)
    assert "after run 1." not in drawer(0)


@pytest.mark.parametrize("name", ["run", "dashboard"])
def test_the_pages_of_a_run_say_how_many(client_alice: Client, changed: Run, name: str) -> None:
    shown = page(client_alice, name, changed)

    assert NOTE + "Their answers are out of date." in shown
    assert "show=outdated" in shown


def test_the_card_of_a_playground_says_it(client_alice: Client, changed: Run) -> None:
    home = client_alice.get(reverse("home")).content.decode()

    assert f'title="{NOTE}Their answers are out of date.">Out of date</span>' in home


def test_the_data_page_can_say_it(changed: Run) -> None:
    template = Template("{% load outdated %}{% outdated_note playground %}")
    shown = template.render(Context({"playground": playground_of(changed)}))

    assert "2 rows edited, 1 row removed since run 1. Their answers are out of date." in shown


def test_the_data_page_says_nothing_before_a_run(store_run: StoreRun) -> None:
    ground = playground_of(store_run())
    template = Template("{% load outdated %}{% outdated_note playground %}")

    assert template.render(Context({"playground": ground})) == ""


def test_it_takes_as_many_queries_for_many_rows_as_for_few(
    client_alice: Client, store_run: StoreRun
) -> None:
    counted = []
    for rows in (8, 60):
        run = store_run(rows=rows, name=f"Tents {rows}")
        edit(run, list(range(0, rows, 2)))
        client_alice.get(reverse("compare", args=[run.playground_id]))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client_alice.get(reverse("compare", args=[run.playground_id]))
        counted.append(len(queries))

    assert counted[0] == counted[1]
