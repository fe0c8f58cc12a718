"""Rows: their identity, their versions, the doors that other parts use."""

from collections.abc import Callable, Iterator

import pytest

from accounts.errors import NotReady, Refused
from accounts.models import User, Workspace
from playground import queries
from playground.models import Column, Playground, Row
from playground.services import editing
from playground.services.rows import ColumnDraft, create_playground, freeze_current_version

QUESTION = ColumnDraft(name="question", role=Column.Role.INPUT)
ANSWER = ColumnDraft(name="answer", role=Column.Role.EXPECTED)
ROW_ID = ColumnDraft(name="id", role=Column.Role.ROW_ID)
LEFT_OUT = ColumnDraft(name="notes", role=Column.Role.LEFT_OUT)

Make = Callable[..., Playground]


@pytest.fixture
def make(workspace: Workspace, alice: User) -> Make:
    def create(columns: list[ColumnDraft], rows: list[list[str]]) -> Playground:
        return create_playground(
            workspace=workspace,
            user=alice,
            name="Shop",
            question="Which one?",
            columns=columns,
            rows=rows,
            source_name="shop.csv",
        )

    return create


def identities(playground: Playground) -> Iterator[str]:
    version = queries.current_version(playground)
    return iter(queries.rows_of(version).values_list("identity", flat=True))


def test_it_makes_a_playground_with_its_rows_in_order(make: Make) -> None:
    playground = make([QUESTION, LEFT_OUT, ANSWER], [["a", "x", "1"], ["b", "y", "2"]])

    version = queries.current_version(playground)
    rows = queries.cells_of(queries.row_ids(version))
    assert [list(row.cells.values()) for row in rows.values()] == [["a", "1"], ["b", "2"]]
    assert [row.position for row in rows.values()] == [1, 2]
    assert (version.number, version.row_count, version.frozen_at) == (1, 2, None)


@pytest.mark.parametrize(
    ("first", "most", "found"), [(7, 3, "aDG"), (7, 9, "aBCDEFG"), (5, 3, "aCE"), (0, 3, "")]
)
def test_it_looks_at_rows_spread_over_the_first_ones(
    make: Make, first: int, most: int, found: str
) -> None:
    version = queries.current_version(make([QUESTION], [[letter] for letter in "aBCDEFG"]))

    cells = queries.spread_cells(version, first=first, most=most)
    assert "".join(text for row in cells for text in row.values()) == found


def test_rows_looked_at_are_spread_over_those_that_are_left(make: Make) -> None:
    playground = make([QUESTION], [[letter] for letter in "abcdefGHIJKLM"])
    version = queries.current_version(playground)
    editing.delete_rows(playground, queries.row_ids(version)[:6])
    version.refresh_from_db()

    cells = queries.spread_cells(version, first=7, most=3)
    assert "".join(text for row in cells for text in row.values()) == "GJM"


def test_a_row_is_known_by_its_row_id(make: Make) -> None:
    playground = make([ROW_ID, QUESTION], [["T-1", "a"], ["T-2", "a"]])

    assert list(identities(playground)) == ["T-1", "T-2"]


def test_a_row_without_id_is_known_by_its_inputs_alone(make: Make) -> None:
    first = make([QUESTION, ANSWER], [["a", "1"], ["b", "1"]])
    second = make([QUESTION, ANSWER], [["a", "another answer"]])

    one, other = identities(first)
    assert one != other
    assert list(identities(second)) == [one]


def test_duplicates_are_told_apart_by_their_order(make: Make) -> None:
    rows = [["T-1", "a"], ["T-1", "b"], ["T-1 (2)", "c"], ["", "d"], ["", "d"], ["x" * 500, "e"]]
    playground = make([ROW_ID, QUESTION], rows)

    found = list(identities(playground))
    assert found[:3] == ["T-1", "T-1 (2)", "T-1 (2) (2)"]
    assert found[4] == f"{found[3]} (2)"
    assert len(set(found)) == 6


def test_it_counts_what_the_columns_hold(make: Make) -> None:
    playground = make([QUESTION, ANSWER], [["a", "1"], ["b", ""], ["c", "1"]])

    profile = queries.current_version(playground).profile
    counts = [profile[str(column.pk)] for column in playground.columns.all()]
    assert [(found["filled"], found["distinct"]) for found in counts] == [(3, 3), (2, 1)]


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ([ANSWER], "No column is used as Input."),
        ([QUESTION, ColumnDraft(name="Question")], "Two columns are called"),
        ([QUESTION, ROW_ID, ColumnDraft(name="key", role="row_id")], "2 columns are used"),
        ([QUESTION, ColumnDraft(name=" ")], "has no name"),
    ],
)
def test_it_refuses_columns_that_do_not_go_together(
    make: Make, columns: list[ColumnDraft], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        make(columns, [])
    assert not Playground.objects.exists()


def test_the_first_run_freezes_the_version_once(make: Make) -> None:
    playground = make([QUESTION], [["a"]])

    first = freeze_current_version(playground)
    second = freeze_current_version(playground)

    assert first.frozen_at is not None
    assert second.frozen_at == first.frozen_at


def test_a_playground_without_rows_cannot_be_frozen(make: Make) -> None:
    with pytest.raises(NotReady, match="Shop has no rows yet"):
        freeze_current_version(make([QUESTION], []))


def test_rows_that_were_edited_meanwhile_are_not_frozen(make: Make) -> None:
    playground = make([QUESTION], [["a"], ["b"]])
    chosen = queries.row_ids(queries.current_version(playground))
    editing.delete_rows(playground, chosen[:1])

    with pytest.raises(NotReady, match="The rows of Shop were edited meanwhile"):
        freeze_current_version(playground, row_ids=chosen)
    assert freeze_current_version(playground, row_ids=chosen[1:]).frozen_at is not None


def test_a_version_has_the_rows_that_are_valid_in_it(make: Make) -> None:
    playground = make([QUESTION], [["a"], ["b"]])
    version = queries.current_version(playground)
    gone = Row.objects.get(position=1)
    Row.objects.filter(pk=gone.pk).update(until=0)

    assert gone.pk not in queries.row_ids(version)
