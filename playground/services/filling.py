"""Which columns of a playground the columns of a file fill, and what tells its rows apart."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from accounts.errors import Refused
from playground.domain.identity import identity
from playground.models import Column, Playground
from playground.services.rows import ColumnDraft, check_columns, check_names

ADD, REPLACE, MATCH = "add", "replace", "match"
MODES = (REPLACE, MATCH, ADD)

_Role = Column.Role


@dataclass(frozen=True, kw_only=True)
class Filling:
    """How rows of a file become rows of a playground that has rows already.

    `indexes` maps the ids of existing columns, as text, to the index of their cell in a file's
    row; `new` are columns that the playground does not have yet, with their index. Rows are told
    apart by `row_id`, the id of a column, or else by the cells of `inputs`: those inputs that the
    file fills.
    """

    indexes: Mapping[str, int]
    new: Sequence[tuple[ColumnDraft, int]]
    row_id: str | None
    inputs: Sequence[str]

    def key_of_stored(self, cells: Mapping[str, str]) -> str:
        """What tells a stored row apart, by the cells it has now; "" when nothing does."""
        row_id = cells.get(self.row_id, "") if self.row_id else ""
        return self._key(row_id, [cells.get(key, "") for key in self.inputs])

    def key_of_new(self, row: Sequence[str]) -> str:
        """What tells a row of the file apart; "" when nothing does."""
        row_id = row[self.indexes[self.row_id]] if self.row_id else ""
        return self._key(row_id, [row[self.indexes[key]] for key in self.inputs])

    def _key(self, row_id: str, inputs: Sequence[str]) -> str:
        return identity(row_id, inputs) if inputs or row_id.strip() else ""

    def identity_of_new(self, row: Sequence[str]) -> str:
        """The identity of a row of the file that the dataset does not have; not yet distinct."""
        return identity(self.row_id_of_new(row), self.texts_of_new(row))

    def row_id_of_new(self, row: Sequence[str]) -> str:
        """The row-id cell of a row of the file; "" without such a column."""
        if self.row_id is not None:
            return row[self.indexes[self.row_id]]
        return next((row[index] for d, index in self.new if d.role == _Role.ROW_ID), "")

    def texts_of_new(self, row: Sequence[str]) -> list[str]:
        """The input cells of a row of the file."""
        inputs = [self.indexes[key] for key in self.inputs]
        inputs += [index for draft, index in self.new if draft.role == _Role.INPUT]
        return [row[index] for index in inputs]

    def stored_cells(self, cells: Mapping[str, str]) -> list[str]:
        """Those cells of a stored row that the file fills, to compare with `new_cells`."""
        return [cells.get(key, "") for key in self.indexes] + [""] * len(self.new)

    def new_cells(self, row: Sequence[str]) -> list[str]:
        """The cells of a file's row that are used, in the order of `stored_cells`."""
        return [row[index] for index in self.indexes.values()] + [
            row[index] for _draft, index in self.new
        ]


def match_name(playground: Playground, drafts: Sequence[ColumnDraft] | None = None) -> str:
    """What the mode "match" is called: it says what tells the rows of this playground apart.

    `drafts` are the columns of the file, None before there is one.
    """
    row_ids = playground.columns.filter(role=_Role.ROW_ID).values_list("name", flat=True)
    names = {name.casefold() for name in row_ids}
    if drafts is not None:
        names &= {draft.name.casefold() for draft in drafts if draft.role != _Role.LEFT_OUT}
    return "Update by row id" if names else "Update by the input columns"


def filling(playground: Playground, drafts: Sequence[ColumnDraft], mode: str) -> Filling:
    """How a file with the columns `drafts`, in file order, fills the playground.

    A column of the same name, capital letters apart, is filled and keeps its type and role.

    Raises Refused for columns that cannot be used together, and when no column of the file can
    tell which row is which.
    """
    used = [(draft, index) for index, draft in enumerate(drafts) if draft.role != _Role.LEFT_OUT]
    existing = {column.name.casefold(): column for column in playground.columns.all()}
    new = [(draft, index) for draft, index in used if draft.name.casefold() not in existing]
    check_names([draft for draft, _index in used])
    check_columns([*map(_draft_of, existing.values()), *(draft for draft, _index in new)])
    filled = {
        column: index
        for draft, index in used
        if (column := existing.get(draft.name.casefold())) is not None
    }
    row_ids = [str(column.pk) for column in filled if column.role == _Role.ROW_ID]
    inputs = sorted((c for c in filled if c.role == _Role.INPUT), key=lambda c: c.position)
    if not inputs and (mode == ADD or not row_ids):
        raise _nothing_tells_rows_apart(existing.values(), mode)
    return Filling(
        indexes={str(column.pk): index for column, index in filled.items()},
        new=new,
        row_id=row_ids[0] if row_ids else None,
        inputs=[str(column.pk) for column in inputs],
    )


def _draft_of(column: Column) -> ColumnDraft:
    return ColumnDraft(name=column.name, type=column.type, role=column.role)


def _nothing_tells_rows_apart(columns: Iterable[Column], mode: str) -> Refused:
    wanted = {_Role.INPUT} if mode == ADD else {_Role.INPUT, _Role.ROW_ID}
    names = " or ".join(repr(column.name) for column in columns if column.role in wanted)
    return Refused(
        f"No column of the file fills {names}."
        + ("" if mode == ADD else " So nothing tells which row is which."),
        hint="Give the column of the file that holds it the same name.",
    )
