"""Edits of single rows: what a frozen version keeps, and who is told what when two edit at once."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from pytest_django import Settings

from accounts.errors import NotReady, Refused, UserError
from accounts.models import User, Workspace
from playground.models import Column, DatasetVersion, Playground, Row, Upload
from playground.services import counting, editing, undo
from playground.services.rows import ColumnDraft, create_playground, freeze_current_version

COLUMNS = [
    ColumnDraft(name="id", role=Column.Role.ROW_ID),
    ColumnDraft(name="question"),
    ColumnDraft(name="answer", role=Column.Role.EXPECTED),
]
ROWS = [["T-1", "Why?", "Because"], ["T-2", "Who?", "We"], ["T-3", "When?", "Now"]]


@pytest.fixture
def shop(workspace: Workspace, alice: User) -> Playground:
    return create_playground(
        workspace=workspace,
        user=alice,
        name="Shop",
        question="",
        columns=COLUMNS,
        rows=ROWS,
        source_name="shop.csv",
    )


def column(playground: Playground, name: str) -> int:
    return playground.columns.get(name=name).pk


def current(playground: Playground) -> DatasetVersion:
    return playground.versions.all()[0]


def rows(playground: Playground, number: int | None = None) -> list[Row]:
    version = current(playground)
    if number is not None:
        version = playground.versions.get(number=number)
    return list(version.rows())


def answers(playground: Playground, number: int | None = None) -> list[str]:
    key = str(column(playground, "answer"))
    return [row.cells[key] for row in rows(playground, number)]


def set_answer(playground: Playground, place: int, text: str, was: str | None = None) -> Row:
    row = rows(playground)[place]
    return editing.edit_cell(playground, row.pk, column(playground, "answer"), text, was=was)


def test_a_draft_is_changed_in_place(shop: Playground) -> None:
    before = rows(shop)
    edited = set_answer(shop, 1, "You")

    assert edited.pk == before[1].pk
    assert answers(shop) == ["Because", "You", "Now"]
    assert [version.number for version in shop.versions.all()] == [1]


def test_a_frozen_version_keeps_its_rows(shop: Playground) -> None:
    freeze_current_version(shop)
    edited = set_answer(shop, 1, "You")
    set_answer(shop, 1, "They")

    version = current(shop)
    assert answers(shop, 1) == ["Because", "We", "Now"]
    assert answers(shop, 2) == ["Because", "They", "Now"]
    assert (edited.identity, edited.position, edited.since) == ("T-2", 2, 2)
    assert (version.origin, version.row_count, version.changes) == (
        DatasetVersion.Origin.EDIT,
        3,
        {"added": 0, "changed": 1, "gone": 0},
    )


def test_a_cell_set_back_is_the_frozen_revision_again(shop: Playground) -> None:
    freeze_current_version(shop)
    ids = [row.pk for row in rows(shop)]
    set_answer(shop, 1, "You")
    set_answer(shop, 1, "We")

    assert [row.pk for row in rows(shop)] == ids
    assert Row.objects.count() == 3
    assert current(shop).changes == {"added": 0, "changed": 0, "gone": 0}


def test_the_text_it_has_already_opens_no_version(shop: Playground) -> None:
    freeze_current_version(shop)
    set_answer(shop, 0, "Because")

    assert current(shop).number == 1
    assert current(shop).is_counted


def test_the_second_of_two_edits_is_told_what_the_first_one_wrote(shop: Playground) -> None:
    set_answer(shop, 0, "For a reason", was="Because")

    with pytest.raises(NotReady, match="now says “For a reason”"):
        set_answer(shop, 0, "No idea", was="Because")
    assert answers(shop)[0] == "For a reason"


def test_a_page_from_before_an_edit_may_still_edit_the_row(shop: Playground) -> None:
    freeze_current_version(shop)
    old = rows(shop)[0]
    set_answer(shop, 0, "For a reason")
    editing.edit_cell(shop, old.pk, column(shop, "question"), "Why so?", was="Why?")

    assert list(rows(shop)[0].cells.values()) == ["T-1", "Why so?", "For a reason"]


def test_a_row_keeps_its_identity_when_its_inputs_change(shop: Playground) -> None:
    row = rows(shop)[0]
    editing.edit_cell(shop, row.pk, column(shop, "id"), "T-2")

    assert [one.identity for one in rows(shop)] == ["T-1", "T-2", "T-3"]


def test_a_new_row_gets_an_identity_that_no_row_has(shop: Playground) -> None:
    cells = {column(shop, "id"): "T-2", column(shop, "question"): "How?"}
    added = [editing.add_row(shop, cells) for _twice in range(2)]

    assert [row.identity for row in added] == ["T-2 (2)", "T-2 (3)"]
    assert [row.position for row in added] == [4, 5]
    assert current(shop).row_count == 5


def test_deleted_rows_stay_in_the_versions_that_had_them(shop: Playground) -> None:
    freeze_current_version(shop)
    set_answer(shop, 0, "For a reason")
    new = editing.add_row(shop, {column(shop, "question"): "How?"})
    present = rows(shop)

    assert len(editing.delete_rows(shop, [present[0].pk, present[1].pk, new.pk])) == 3
    assert editing.delete_rows(shop, [present[1].pk, 0]) == []
    assert answers(shop, 1) == ["Because", "We", "Now"]
    assert answers(shop) == ["Now"]
    version = current(shop)
    assert version.row_count == 1
    assert version.changes == {"added": 0, "changed": 0, "gone": 2}


def test_a_row_added_again_as_it_was_is_the_row_it_was(shop: Playground) -> None:
    freeze_current_version(shop)
    row = rows(shop)[1]
    editing.delete_rows(shop, [row.pk])
    again = editing.add_row(shop, row.cells)

    assert again.pk == row.pk
    assert current(shop).changes == {"added": 0, "changed": 0, "gone": 0}
    assert current(shop).row_count == 3


def test_no_row_changes_while_a_file_is_brought_in(shop: Playground, alice: User) -> None:
    Upload.objects.create(
        workspace=shop.workspace,
        into=shop,
        file_name="more.csv",
        size=1,
        state=Upload.State.IMPORTING,
    )

    for change in (
        lambda: set_answer(shop, 0, "x"),
        lambda: editing.add_row(shop, {column(shop, "question"): "How?"}),
        lambda: editing.delete_rows(shop, [rows(shop)[0].pk]),
        lambda: editing.draft_of(shop),
    ):
        with pytest.raises(NotReady, match="being imported into Shop"):
            change()
    assert answers(shop) == ["Because", "We", "Now"]


def test_a_draft_is_opened_once(shop: Playground) -> None:
    first = editing.draft_of(shop)
    freeze_current_version(shop)

    assert (first.number, editing.draft_of(shop).number, editing.draft_of(shop).number) == (1, 2, 2)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda shop: editing.edit_cell(shop, 0, column(shop, "id"), "x"), "row is not in"),
        (lambda shop: editing.edit_cell(shop, rows(shop)[0].pk, 0, "x"), "column is not in"),
        (lambda shop: set_answer(shop, 0, "x" * 101), "has 101 characters; a cell takes 100"),
        (lambda shop: set_answer(shop, 0, " "), "answer is required"),
        (lambda shop: editing.add_row(shop, {column(shop, "id"): "T-9"}), "answer is required"),
        (lambda shop: editing.add_row(shop, {0: "nowhere"}), "The row has no text"),
    ],
)
def test_what_cannot_be_stored_is_refused_with_words(
    shop: Playground, settings: Settings, change: Callable[[Playground], object], words: str
) -> None:
    shop.columns.filter(name="answer").update(required=True)
    settings.UPLOAD_LIMITS = replace(settings.UPLOAD_LIMITS, cell_chars=100)

    with pytest.raises(UserError, match=words) as refusal:
        change(shop)
    assert isinstance(refusal.value, Refused)
    assert refusal.value.hint
    assert answers(shop) == ["Because", "We", "Now"]


def test_text_that_a_database_refuses_is_stored_without_what_it_refuses(shop: Playground) -> None:
    set_answer(shop, 0, "a\x00b\ud800c")

    assert answers(shop)[0] == "ab?c"


def test_edits_have_the_version_counted_again(shop: Playground) -> None:
    key = str(column(shop, "answer"))
    set_answer(shop, 0, "")
    version = current(shop)
    old = version.profile[key]["filled"]

    counting.count_stale()

    version.refresh_from_db()
    assert (old, version.profile[key]["filled"], version.is_counted) == (3, 2, True)


def test_deleted_rows_come_back_once_and_beside_those_that_came_meanwhile(
    shop: Playground,
) -> None:
    last = rows(shop)[2]
    token = undo.token_of_deletion(shop, editing.delete_rows(shop, [last.pk]))
    editing.add_row(shop, {column(shop, "question"): "What for?"})

    first, second = (undo.undo(shop, token, None).words for _click in range(2))

    assert (first, second) == ("1 row brought back.", "0 rows brought back.")
    assert [row.position for row in rows(shop)] == [1, 2, 3, 4]
    assert rows(shop)[3].identity == "T-3"
    assert current(shop).row_count == 4


def test_what_was_edited_meanwhile_comes_back_as_it_was_deleted(shop: Playground) -> None:
    freeze_current_version(shop)
    seen = rows(shop)[2]
    set_answer(shop, 2, "Soon")

    gone = editing.delete_rows(shop, [seen.pk])
    undo.undo(shop, undo.token_of_deletion(shop, gone), None)

    assert answers(shop) == ["Because", "We", "Soon"]
    assert undo.token_of_deletion(shop, editing.delete_rows(shop, [0])) == ""
