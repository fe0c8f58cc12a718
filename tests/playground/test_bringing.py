"""The job that brings a file into a playground: killed, cancelled, overtaken; then counted."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.utils import timezone

from accounts.errors import NotReady
from accounts.models import User, Workspace
from playground.models import DatasetVersion, Playground, Row, Upload
from playground.services import (
    bringing,
    counting,
    editing,
    profiling,
    row_store,
    uploads,
    versions,
)
from playground.services.leases import MOST_ATTEMPTS, LeaseLostError
from playground.services.row_store import NewRow
from playground.services.rows import freeze_current_version
from tests.playground.datasets import (
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
def shop(workspace: Workspace, alice: User) -> Playground:
    return shop_in(workspace, alice)


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


def test_a_column_renamed_meanwhile_is_filled_under_its_new_name(shop: Playground) -> None:
    upload = bring(shop, changed_5_new_3_missing_2())
    before = counts(upload.report["diff"])
    shop.columns.filter(name="question").update(name="What customers ask")

    with pytest.raises(NotReady, match="was edited since"):
        uploads.start_import(upload, name="")
    upload.refresh_from_db()
    uploads.choose(upload, {"mode": "replace"})
    uploads.check(upload.pk)
    upload.refresh_from_db()

    plan = [(draft.name, draft.role) for draft in uploads.planned_columns(upload)]
    assert plan[1] == ("question", "filter")
    renamed = {"name": "What customers ask", "type": "text", "role": "input"}
    uploads.choose(upload, {"columns": [{}, renamed, {}, {}]})
    uploads.check(upload.pk)
    upload.refresh_from_db()
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


def test_two_choices_at_once_are_both_kept(shop: Playground) -> None:
    upload = bring(shop, shop_rows())
    first, second = (Upload.objects.get(pk=upload.pk) for _tab in range(2))

    uploads.choose(first, {"fix": {"short": "skip"}})
    uploads.check(upload.pk)
    uploads.choose(second, {"fix": {"guard": "leave"}})

    kept = Upload.objects.get(pk=upload.pk).choices
    assert kept["fixes"] | {"short": "skip", "guard": "leave"} == kept["fixes"]
    assert (second.choices, "fix" in kept) == (kept, False)


def test_what_looks_broken_comes_back_unchanged(shop: Playground) -> None:
    rows = shop_rows()
    rows[3][2] = "grÃ¶ÃŸe"
    row = current(shop).rows()[3]
    editing.edit_cell(shop, row.pk, shop.columns.get(name="answer").pk, rows[3][2])

    upload = bring(shop, rows)

    (said,) = [f for f in upload.report["findings"] if f["kind"] == "broken"]
    chosen = [option["label"] for option in said["options"] if option["is_chosen"]]
    assert (counts(upload.report["diff"]), chosen) == ((0, 0, 20, 0), ["Leave"])
    uploads.choose(upload, {"fix": {"broken": "repair"}})
    uploads.check(upload.pk)
    upload.refresh_from_db()
    assert counts(upload.report["diff"]) == (0, 1, 19, 0)
