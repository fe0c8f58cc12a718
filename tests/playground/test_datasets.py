"""A file brought into a playground that has rows: what it would change, and what it changes."""

import csv
import io
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.utils import timezone

from accounts.errors import NotReady, Refused
from accounts.models import User, Workspace
from playground.domain.matching import cut_around_change
from playground.models import Column, DatasetVersion, Playground, Row, Upload
from playground.services import (
    bringing,
    changes,
    checking,
    counting,
    editing,
    profiling,
    row_store,
    uploads,
    versions,
)
from playground.services.leases import MOST_ATTEMPTS, LeaseLostError
from playground.services.row_store import NewRow
from playground.services.rows import ColumnDraft, create_playground, freeze_current_version

Cells = Sequence[Sequence[str]]

COLUMNS = [
    ColumnDraft(name="id", role=Column.Role.ROW_ID),
    ColumnDraft(name="question", role=Column.Role.INPUT),
    ColumnDraft(name="answer", role=Column.Role.EXPECTED),
    ColumnDraft(name="topic", type=Column.Type.CATEGORY, role=Column.Role.FILTER),
]
HEADER = ["id", "question", "answer", "topic"]
TOPICS = ["Delivery", "Gift cards"]


def shop_rows(count: int = 20) -> list[list[str]]:
    return [
        [f"T-{n}", f"What is question {n}?", f"Answer number {n}", TOPICS[n % 2]]
        for n in range(1, count + 1)
    ]


def as_csv(header: Sequence[str], rows: Cells) -> bytes:
    target = io.StringIO()
    csv.writer(target, lineterminator="\n").writerows([header, *rows])
    return target.getvalue().encode()


@pytest.fixture
def make(workspace: Workspace, alice: User) -> Callable[..., Playground]:
    def create(columns: list[ColumnDraft] = COLUMNS, rows: Cells = ()) -> Playground:
        playground = create_playground(
            workspace=workspace,
            user=alice,
            name="Shop",
            question="",
            columns=columns,
            rows=rows or shop_rows(),
            source_name="shop.csv",
        )
        freeze_current_version(playground)
        return playground

    return create


@pytest.fixture
def shop(make: Callable[..., Playground]) -> Playground:
    return make()


def bring(
    playground: Playground, rows: Cells, *, header: Sequence[str] = HEADER, mode: str = "replace"
) -> Upload:
    """A checked upload of these rows; a column that is new is used as a filter."""
    upload = uploads.receive(
        workspace=playground.workspace,
        user=None,
        file_name="again.csv",
        chunks=[as_csv(header, rows)],
        into=playground,
        mode=mode,
    )
    uploads.check(upload.pk)
    upload.refresh_from_db()
    known = {name.casefold() for name in HEADER}
    if any(name.casefold() not in known for name in header):
        new = [n for n in header if n.casefold() not in known]
        columns = [{"name": n, "role": "filter"} if n in new else {} for n in header]
        uploads.choose(upload, {"columns": columns})
        uploads.check(upload.pk)
        upload.refresh_from_db()
    assert upload.state == Upload.State.CHECKED, (upload.error, upload.report)
    return upload


def bring_in(playground: Playground, rows: Cells, **how: Any) -> Upload:
    """The upload of these rows once they are imported."""
    upload = bring(playground, rows, **how)
    uploads.start_import(upload, name="")
    uploads.run_import(upload.pk)
    upload.refresh_from_db()
    assert upload.state == Upload.State.IMPORTED, upload.error
    return upload


def current(playground: Playground) -> DatasetVersion:
    return playground.versions.all()[0]


def texts(playground: Playground, number: int | None = None) -> list[list[str]]:
    """The cells of a version's rows, in the order of the columns."""
    version = playground.versions.get(number=number) if number else current(playground)
    keys = [str(column.pk) for column in playground.columns.all()]
    return [[row.cells.get(key, "") for key in keys] for row in version.rows()]


def state_of(playground: Playground) -> object:
    """All that an import which ends early must leave as it was."""
    return (
        [(v.number, v.row_count, v.changes, v.profile) for v in playground.versions.all()],
        list(Row.objects.filter(playground_id=playground.pk).order_by("id").values()),
        list(playground.columns.values()),
    )


def counts(diff: dict[str, Any]) -> tuple[object, ...]:
    return tuple(diff[key] for key in ("added", "changed", "same", "missing"))


def changed_5_new_3_missing_2() -> list[list[str]]:
    rows = shop_rows()
    for place in (0, 3, 6, 9, 12):
        rows[place][2] += ", corrected"
    del rows[17], rows[15]
    return rows + [[f"N-{n}", f"A new question {n}?", "Yes", "Delivery"] for n in range(3)]


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


def kill_at(step: str, error: type[BaseException]) -> Any:
    """The import ends as by kill -9 after the second portion of rows, or within the last step."""
    if step == "last":
        return patch("playground.services.versions.open_next", side_effect=error)
    store, calls = row_store.store, iter(range({"first": 0, "middle": 1}[step]))

    def store_or_end(rows: Sequence[NewRow]) -> None:
        if next(calls, None) is None:
            raise error
        store(rows)

    return patch("playground.services.row_store.store", store_or_end)


class Killed(BaseException):
    """What a worker sees of kill -9: nothing after this line runs."""


def start_many(shop: Playground) -> tuple[Upload, list[list[str]]]:
    """An import in several portions, with a new column."""
    rows = [[*row[:2], f"{row[2]}!", row[3], "easy"] for row in shop_rows(30)]
    upload = bring(shop, rows, header=[*HEADER, "difficulty"])
    uploads.start_import(upload, name="")
    return upload, rows


@pytest.fixture
def small_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bringing, "BATCH", 10)


def let_lease_end(upload: Upload) -> None:
    past = timezone.now() - timedelta(seconds=1)
    Upload.objects.filter(pk=upload.pk).update(lease_until=past)


@pytest.mark.usefixtures("small_portions")
@pytest.mark.parametrize("step", ["first", "middle", "last"])
def test_an_import_killed_at_any_step_shows_nothing_and_is_finished_once(
    shop: Playground, step: str
) -> None:
    upload, rows = start_many(shop)
    before = texts(shop), [column.name for column in shop.columns.all()], current(shop).pk
    with kill_at(step, Killed), pytest.raises(Killed):
        uploads.run_import(upload.pk)

    assert (texts(shop), [c.name for c in shop.columns.all()], current(shop).pk) == before
    let_lease_end(upload)
    uploads.work_off_stalled()
    uploads.work_off_stalled()
    assert texts(shop) == rows
    assert current(shop).changes == {"added": 10, "changed": 20, "gone": 0}
    assert Row.objects.filter(playground_id=shop.pk).count() == 50


@pytest.mark.usefixtures("small_portions")
@pytest.mark.parametrize("step", ["first", "middle", "last"])
def test_who_loses_the_lease_leaves_the_dataset_alone(shop: Playground, step: str) -> None:
    upload, rows = start_many(shop)
    with kill_at(step, LeaseLostError):
        uploads.run_import(upload.pk)

    assert texts(shop) == shop_rows()
    let_lease_end(upload)
    uploads.run_import(upload.pk)
    assert texts(shop) == rows


@pytest.mark.usefixtures("small_portions")
@pytest.mark.parametrize("end", ["cancel", "give up"])
def test_an_import_that_ends_early_leaves_nothing(shop: Playground, end: str) -> None:
    before = state_of(shop)
    upload, _rows = start_many(shop)
    with kill_at("middle", Killed), pytest.raises(Killed):
        uploads.run_import(upload.pk)
    assert Row.objects.filter(playground_id=shop.pk, since=2).exists()

    if end == "cancel":
        uploads.cancel(upload)
    else:
        let_lease_end(upload)
        Upload.objects.filter(pk=upload.pk).update(attempts=MOST_ATTEMPTS)
        uploads.run_import(upload.pk)

    assert state_of(shop) == before
    upload.refresh_from_db()
    assert upload.state in {Upload.State.CANCELLED, Upload.State.REFUSED}


def test_a_cancelled_import_takes_no_edit_with_it(shop: Playground) -> None:
    upload, _rows = start_many(shop)
    uploads.cancel(upload)
    answer = shop.columns.get(name="answer")
    editing.edit_cell(shop, current(shop).rows()[0].pk, answer.pk, "Edited afterwards")

    uploads.cancel(upload)

    assert texts(shop)[0][2] == "Edited afterwards"
    assert current(shop).number == 2


def test_one_file_at_a_time_is_brought_in(shop: Playground) -> None:
    first, second = bring(shop, shop_rows(3)), bring(shop, shop_rows(4))
    uploads.start_import(first, name="")

    with pytest.raises(NotReady, match="A file is being imported into Shop"):
        uploads.start_import(second, name="")
    assert Upload.objects.get(pk=second.pk).state == Upload.State.CHECKED
    assert uploads.start_import(first, name="") == shop


def test_what_was_edited_since_the_comparison_is_compared_again(shop: Playground) -> None:
    upload = bring(shop, shop_rows())
    answer = shop.columns.get(name="answer")
    editing.edit_cell(shop, current(shop).rows()[0].pk, answer.pk, "Edited meanwhile")

    with pytest.raises(NotReady, match="was edited since the file was compared"):
        uploads.start_import(upload, name="")
    fresh = Upload.objects.get(pk=upload.pk)
    uploads.choose(fresh, {"mode": "match"})
    uploads.check(fresh.pk)
    fresh.refresh_from_db()
    assert counts(fresh.report["diff"]) == (0, 1, 19, 0)
    uploads.start_import(fresh, name="")


def test_a_run_that_starts_during_an_import_keeps_the_rows_it_saw(shop: Playground) -> None:
    upload, _rows = start_many(shop)
    frozen = freeze_current_version(shop)
    uploads.run_import(upload.pk)

    assert (frozen.number, current(shop).number) == (1, 2)
    assert texts(shop, 1) == [[*row, ""] for row in shop_rows()]


def test_a_draft_is_frozen_by_the_version_that_a_file_makes(shop: Playground) -> None:
    answer = shop.columns.get(name="answer")
    editing.edit_cell(shop, current(shop).rows()[0].pk, answer.pk, "Edited")
    bring_in(shop, shop_rows())

    assert [version.number for version in shop.versions.all()] == [3, 2, 1]
    assert shop.versions.get(number=2).frozen_at is not None
    assert texts(shop, 2)[0][2] == "Edited"
    assert current(shop).changes == {"added": 0, "changed": 1, "gone": 0}


def test_a_count_that_an_edit_has_overtaken_is_made_again(shop: Playground) -> None:
    key = str(shop.columns.get(name="answer").pk)
    row = current(shop).rows()[0]
    editing.edit_cell(shop, row.pk, int(key), "")
    real = profiling.profile_of

    def edit_meanwhile(version: DatasetVersion) -> object:
        profile = real(version)
        second = current(shop).rows()[1]
        editing.edit_cell(shop, second.pk, int(key), "")
        return profile

    with patch("playground.services.counting.profile_of", edit_meanwhile):
        counting.count(current(shop).pk)
    after_first = current(shop)
    counting.count_stale()

    assert (after_first.is_counted, after_first.profile[key]["filled"]) == (False, 19)
    assert (current(shop).is_counted, current(shop).profile[key]["filled"]) == (True, 18)


def test_a_column_renamed_meanwhile_is_still_filled(shop: Playground) -> None:
    upload = bring(shop, changed_5_new_3_missing_2())
    before = counts(upload.report["diff"])
    shop.columns.filter(name="question").update(name="What customers ask")

    with pytest.raises(NotReady, match="was edited since"):
        uploads.start_import(upload, name="")
    upload.refresh_from_db()
    uploads.choose(upload, {"mode": "replace"})
    uploads.check(upload.pk)
    upload.refresh_from_db()

    names = [draft.name for draft in uploads.planned_columns(upload)]
    assert names == ["id", "What customers ask", "answer", "topic"]
    assert counts(upload.report["diff"]) == before


def test_a_count_that_ends_late_does_not_write_over_a_newer_one(shop: Playground) -> None:
    key = str(shop.columns.get(name="answer").pk)
    editing.edit_cell(shop, current(shop).rows()[0].pk, int(key), "")
    real = profiling.profile_of

    def count_elsewhere_meanwhile(version: DatasetVersion) -> object:
        profile = real(version)
        editing.edit_cell(shop, current(shop).rows()[1].pk, int(key), "")
        with patch("playground.services.counting.profile_of", real):
            counting.count(version.pk)
        return profile

    with patch("playground.services.counting.profile_of", count_elsewhere_meanwhile):
        counting.count(current(shop).pk)

    assert (current(shop).is_counted, current(shop).profile[key]["filled"]) == (True, 18)


def test_edits_ring_once_until_they_are_counted(
    shop: Playground, django_capture_on_commit_callbacks: Any
) -> None:
    answer = shop.columns.get(name="answer")
    with (
        patch("playground.enqueue.current_app.signature") as ring,
        django_capture_on_commit_callbacks(execute=True),
    ):
        for text in ("one", "two", "three"):
            editing.edit_cell(shop, current(shop).rows()[0].pk, answer.pk, text)

    assert ring.call_count == 1
    assert not versions.imports_under_way(shop).exists()


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
