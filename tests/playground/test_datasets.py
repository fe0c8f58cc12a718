"""A file brought into a playground that has rows: what it would change, and what it changes."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from accounts.errors import Refused
from accounts.models import User, Workspace
from playground.domain.matching import KnownRows, cut_around_change
from playground.models import DatasetVersion, Playground, Row, Upload
from playground.services import (
    changes,
    checking,
    editing,
    uploads,
)
from tests.playground.datasets import (
    COLUMNS,
    HEADER,
    bring,
    bring_in,
    changed_5_new_3_missing_2,
    counts,
    current,
    shop_in,
    shop_rows,
    state_of,
    texts,
)


@pytest.fixture
def make(workspace: Workspace, alice: User) -> Callable[..., Playground]:
    return partial(shop_in, workspace, alice)


@pytest.fixture
def shop(make: Callable[..., Playground]) -> Playground:
    return make()


def test_5_changed_3_new_and_2_missing_rows_are_exactly_that(shop: Playground) -> None:
    upload = bring(shop, changed_5_new_3_missing_2())
    diff = upload.report["diff"]

    assert counts(diff) == (3, 5, 13, 2)
    assert [one["row"] for one in diff["examples"]["changed"]] == [1, 4, 7, 10, 13]
    assert diff["examples"]["changed"][0] == {
        "row": 1,
        "column": "answer",
        "was": "Answer number 1",
        "now": "Answer number 1, corrected",
    }
    assert diff["examples"]["added"][0] == {"label": "N-0", "text": "A new question 0?"}
    assert [one["label"] for one in diff["examples"]["missing"]] == ["T-16", "T-18"]

    before = {row.pk for row in current(shop).rows()}
    uploads.start_import(upload, name="")
    uploads.run_import(upload.pk)

    version = current(shop)
    assert (version.number, version.row_count) == (2, 21)
    assert version.changes == {"added": 3, "changed": 5, "gone": 2}
    kept = {row.pk for row in version.rows()} & before
    ended = Row.objects.filter(playground_id=shop.pk, until=1)
    assert len(kept) == 13
    assert {row.identity for row in ended} == {
        *("T-1", "T-4", "T-7", "T-10", "T-13"),
        *("T-16", "T-18"),
    }
    upload.refresh_from_db()
    assert uploads.outcome(upload) == "Version 2: 3 new, 5 changed, 2 removed."


def test_the_version_before_keeps_its_rows(shop: Playground) -> None:
    bring_in(shop, changed_5_new_3_missing_2())

    assert texts(shop, 1) == shop_rows()
    assert sorted(texts(shop)) == sorted(changed_5_new_3_missing_2())
    assert playground_profile(shop, "answer")["filled"] == 21
    assert current(shop).is_counted


def playground_profile(playground: Playground, name: str) -> Any:
    return current(playground).profile[str(playground.columns.get(name=name).pk)]


def test_rows_that_match_keep_their_place_and_new_ones_follow(shop: Playground) -> None:
    rows = list(reversed(changed_5_new_3_missing_2()))
    bring_in(shop, rows)

    found = {row.identity: row.position for row in current(shop).rows()}
    assert (found["T-1"], found["T-20"]) == (1, 20)
    assert sorted(found[f"N-{n}"] for n in range(3)) == [21, 22, 23]


def test_rows_that_the_file_lacks_stay_when_it_only_updates(shop: Playground) -> None:
    upload = bring_in(shop, changed_5_new_3_missing_2(), mode="match")

    assert counts(upload.report["diff"]) == (3, 5, 13, 2)
    assert current(shop).changes == {"added": 3, "changed": 5, "gone": 0}
    assert current(shop).row_count == 23
    assert shop_rows()[15] in texts(shop)


def test_every_row_of_the_file_is_new_when_it_adds(shop: Playground) -> None:
    upload = bring_in(shop, shop_rows(2), mode="add")

    assert counts(upload.report["diff"]) == (2, None, None, None)
    assert texts(shop) == shop_rows() + shop_rows(2)
    last = [row.identity for row in current(shop).rows()][-2:]
    assert last == ["T-1 (2)", "T-2 (2)"]
    assert current(shop).origin == DatasetVersion.Origin.ADD


def test_the_same_file_again_makes_no_version(shop: Playground) -> None:
    before = state_of(shop)
    upload = bring_in(shop, shop_rows())

    assert state_of(shop) == before
    assert uploads.outcome(upload) == (
        "again.csv changes nothing: the dataset says the same already."
    )


def test_without_row_ids_rows_are_told_apart_by_their_inputs(
    make: Callable[..., Playground],
) -> None:
    shop = make(COLUMNS[1:], [["Why?", "a", "x"], ["Why?", "b", "x"], ["Who?", "c", "x"]])
    rows = [["Why?", "a", "x"], ["Why?", "changed", "x"], ["Why?", "third", "x"]]
    upload = bring_in(shop, rows, header=HEADER[1:])

    assert counts(upload.report["diff"]) == (1, 1, 1, 1)
    assert texts(shop) == rows
    names = [row.identity for row in current(shop).rows()]
    assert len(set(names)) == 3
    assert names[2] == f"{names[0]} (3)"


def test_a_row_is_found_by_the_inputs_it_has_now(make: Callable[..., Playground]) -> None:
    shop = make(COLUMNS[1:3], [["Why?", "a"], ["Who?", "b"]])
    row = current(shop).rows()[0]
    question = shop.columns.get(name="question")
    editing.edit_cell(shop, row.pk, question.pk, "Why so?")
    upload = bring_in(shop, [["Why so?", "a, changed"], ["Who?", "b"]], header=HEADER[1:3])

    assert counts(upload.report["diff"]) == (0, 1, 1, 0)
    assert current(shop).rows()[0].identity == row.identity
    # What a row once said is free to be another row's input; the identity is still taken.
    bring_in(shop, [["Why?", "new"]], header=HEADER[1:3], mode="match")
    assert current(shop).rows()[2].identity == f"{row.identity} (2)"


def test_new_columns_come_with_the_rows_and_cells_of_absent_ones_stay(shop: Playground) -> None:
    rows = [["T-1", "easy"], ["T-2", "hard"], ["T-3", ""]]
    bring_in(shop, rows, header=["ID", "difficulty"], mode="match")

    assert [column.name for column in shop.columns.all()] == [*HEADER, "difficulty"]
    assert texts(shop)[:3] == [
        [*shop_rows()[0], "easy"],
        [*shop_rows()[1], "hard"],
        [*shop_rows()[2], ""],
    ]
    assert current(shop).changes == {"added": 0, "changed": 2, "gone": 0}
    assert playground_profile(shop, "difficulty")["filled"] == 2


@pytest.mark.parametrize("mode", ["replace", "match", "add"])
def test_a_file_that_nothing_can_be_matched_by_is_refused_with_words(
    shop: Playground, mode: str
) -> None:
    upload = bring(shop, [["Red", "Large"]], header=["colour", "size"], mode=mode)

    assert "No column of the file fills" in upload.report["diff"]["error"]
    with pytest.raises(Refused, match="No column of the file fills"):
        uploads.start_import(upload, name="")
    assert upload.state == Upload.State.CHECKED
    assert Upload.objects.get(pk=upload.pk).state == Upload.State.CHECKED


@pytest.mark.parametrize(
    ("rows", "mode", "is_quick"), [(10_000, "replace", True), (10_001, "match", False)]
)
def test_what_is_compared_with_many_rows_is_left_to_a_worker(
    shop: Playground, rows: int, mode: str, is_quick: bool
) -> None:
    upload = bring(shop, shop_rows(2), mode=mode)
    shop.versions.update(row_count=rows)

    assert checking.is_quick(upload) is is_quick
    upload.choices["mode"] = "add"
    assert checking.is_quick(upload)


def test_a_comparison_keeps_its_lease(shop: Playground) -> None:
    upload = bring(shop, shop_rows(4_100))
    calls: list[int] = []

    changes.diff(upload, upload.report, after_chunk=lambda: calls.append(1))

    # Once for the rows of the dataset, and after each 2,000 rows of the file.
    assert len(calls) == 3


def test_a_difference_far_into_a_text_is_in_sight() -> None:
    was, now = "x" * 500 + "old end", "x" * 500 + "new end"

    assert cut_around_change(was, now, 200) == (
        "…" + "x" * 40 + "old end",
        "…" + "x" * 40 + "new end",
    )
    assert cut_around_change("a" * 300, "a" * 301, 200)[1].endswith("a" * 41)


def test_of_rows_with_the_same_inputs_the_one_that_is_gone_is_removed(
    make: Callable[..., Playground],
) -> None:
    rows = [["Why?", "first"], ["Why?", "second"], ["Why?", "third"], ["When?", "now"]]
    shop = make(COLUMNS[1:3], rows)

    upload = bring(shop, rows[1:], header=HEADER[1:3])
    assert counts(upload.report["diff"]) == (0, 0, 3, 1)
    assert [one["row"] for one in upload.report["diff"]["examples"]["missing"]] == [1]

    edited = [["Why?", "1st"], rows[1], rows[2], rows[3]]
    assert counts(bring(shop, edited, header=HEADER[1:3]).report["diff"]) == (0, 1, 3, 0)
    bring_in(shop, rows[1:], header=HEADER[1:3])
    assert texts(shop) == rows[1:]


def test_100_000_rows_that_say_the_same_are_each_given_once() -> None:
    known, count = KnownRows(), 100_000
    for place in range(count):
        known.add(place, place, identity="same", cells=["a" if place % 2 else "b"])

    # Those that are equal first, and then whatever is left: a quadratic search would not end.
    given = [known.take("same", ["a"]) for _row in range(count)]

    assert [match.row_id for match in given[:3] if match] == [1, 3, 5]
    assert sorted(match.row_id for match in given if match) == list(range(count))
    assert sum(match.is_same for match in given if match) == count // 2
    assert known.take("same", ["a"]) is None
    assert not list(known.left())
