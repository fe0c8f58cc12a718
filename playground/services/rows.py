"""Rows of a playground: made from cells, counted, frozen by the first run."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from django.db import transaction

from accounts.errors import NotReady, Refused
from accounts.models import User, Workspace
from playground.domain.identity import Ordinals, identity
from playground.domain.templates import Template
from playground.models import Column, DatasetVersion, Playground
from playground.services import row_store, versions
from playground.services.profiling import Profile, profile_of
from playground.services.row_store import BATCH, NewRow
from playground.signals import playground_made

# A statement takes so many ids at a time.
_MOST_IDS = 900


@dataclass(frozen=True, kw_only=True)
class ColumnDraft:
    """A column that does not exist yet; type and role as `Column.Type` and `Column.Role` say."""

    name: str
    type: str = Column.Type.TEXT
    role: str = Column.Role.INPUT
    required: bool = False


@transaction.atomic
def create_playground(
    *,
    workspace: Workspace,
    user: User | None,
    name: str,
    question: str,
    columns: Sequence[ColumnDraft],
    rows: Iterable[Sequence[str]],
    source_name: str,
    is_sample: bool = False,
    template: Template | None = None,
) -> Playground:
    """A playground with its columns and its rows, in one transaction.

    Each of `rows` has one text per entry of `columns`; those of left-out columns are not stored.
    With the `template` that it is made from it gets the template's setup.
    Raises Refused for columns that cannot be used together.
    """
    playground = Playground.objects.create(
        workspace=workspace,
        created_by=user,
        name=name,
        question=question,
        is_sample=is_sample,
        template=template.origin() if template else {},
    )
    version = open_version(playground, columns, source_name=source_name)
    writer = RowWriter(version, mapping_of(playground))
    remaining = iter(rows)
    while batch := list(islice(remaining, BATCH)):
        row_store.store(writer.rows(batch))
    writer.finish(profile_of(version))
    playground_made.send(sender=Playground, playground=playground)
    return playground


def open_version(
    playground: Playground, columns: Sequence[ColumnDraft], *, source_name: str
) -> DatasetVersion:
    """The columns that are not left out, at their position among `columns`; and a first draft.

    Raises Refused for columns that cannot be used together.
    """
    check_columns(columns)
    Column.objects.bulk_create(
        column_of(playground, draft, position)
        for position, draft in enumerate(columns)
        if draft.role != Column.Role.LEFT_OUT
    )
    return DatasetVersion.objects.create(playground=playground, number=1, source_name=source_name)


def column_of(
    playground: Playground, draft: ColumnDraft, position: int, *, pk: int | None = None
) -> Column:
    """The column that a draft stands for, not yet stored."""
    return Column(
        pk=pk,
        playground=playground,
        name=draft.name,
        type=draft.type,
        role=draft.role,
        required=draft.required,
        position=position,
    )


def check_columns(columns: Sequence[ColumnDraft]) -> None:
    """Raises Refused unless the columns have different names, an input, and one row id at most."""
    used = [draft for draft in columns if draft.role != Column.Role.LEFT_OUT]
    if not any(draft.role == Column.Role.INPUT for draft in used):
        raise Refused(
            "No column is used as Input.",
            hint="Choose Input for the column that holds the questions.",
        )
    row_ids = [draft.name for draft in used if draft.role == Column.Role.ROW_ID]
    if len(row_ids) > 1:
        raise Refused(
            f"{len(row_ids)} columns are used as Row id: {', '.join(map(repr, row_ids))}.",
            hint="Keep one of them as Row id.",
        )
    check_names(used)


def check_names(columns: Sequence[ColumnDraft]) -> None:
    """Raises Refused unless all columns have names that differ in more than capital letters."""
    taken: set[str] = set()
    for draft in columns:
        if not draft.name.strip():
            raise Refused("A column has no name.", hint="Name it, or leave it out.")
        if draft.name.casefold() in taken:
            raise Refused(
                f"Two columns are called {draft.name!r}.",
                hint="Give one of them another name; capital letters make no difference.",
            )
        taken.add(draft.name.casefold())


def mapping_of(playground: Playground) -> dict[int, int]:
    """Column id → index of its cell in a source's rows, for a version just opened."""
    return dict(playground.columns.values_list("id", "position"))


class RowWriter:
    """Makes the rows of a first version out of lists of cells, and counts them.

    `mapping`: column id → index of its cell. Positions and ordinals of duplicates go on from
    call to call, so one writer serves one version from its first row.
    """

    def __init__(self, version: DatasetVersion, mapping: Mapping[int, int]) -> None:
        self._version = version
        self._mapping = [(str(column_id), index) for column_id, index in mapping.items()]
        roles = dict(version.playground.columns.values_list("id", "role"))
        self._inputs = [i for c, i in mapping.items() if roles[c] == Column.Role.INPUT]
        self._row_ids = [i for c, i in mapping.items() if roles[c] == Column.Role.ROW_ID]
        self._ordinals = Ordinals()
        self.count = 0

    def rows(self, batch: Iterable[Sequence[str]]) -> list[NewRow]:
        """The rows of this batch, not yet stored."""
        return [self._row(cells) for cells in batch]

    def finish(self, profile: Profile) -> None:
        """Write the counts to the version: from now on it has rows."""
        DatasetVersion.objects.filter(pk=self._version.pk).update(
            row_count=self.count, profile=profile
        )

    def _row(self, cells: Sequence[str]) -> NewRow:
        self.count += 1
        row_id = cells[self._row_ids[0]] if self._row_ids else ""
        name = identity(row_id, [cells[index] for index in self._inputs])
        return NewRow(
            playground_id=self._version.playground_id,
            position=self.count,
            identity=self._ordinals.distinct(name),
            cells=row_store.as_json({key: cells[index] for key, index in self._mapping}),
            since=self._version.number,
        )


def freeze_current_version(
    playground: Playground, *, row_ids: Sequence[int] = ()
) -> DatasetVersion:
    """The playground's newest version, frozen from now on: a run may rely on its rows.

    `row_ids` are those that the run was put together with. Raises NotReady when one of them is
    not in this version, because rows were edited meanwhile; and while there are no rows, as
    during an import.
    """
    version = playground.versions.first()
    if version is None or not version.row_count:
        raise NotReady(
            f"{playground.name} has no rows yet.",
            hint="Wait for the import to end, or bring a file.",
        )
    if not _has_rows(version, set(row_ids)):
        raise NotReady(
            f"The rows of {playground.name} were edited meanwhile.",
            hint="Reload the page and start the run again.",
        )
    versions.freeze(version)
    return version


def _has_rows(version: DatasetVersion, row_ids: set[int]) -> bool:
    rows = version.rows().order_by()
    if len(row_ids) <= _MOST_IDS:
        return rows.filter(pk__in=row_ids).count() == len(row_ids)
    return row_ids <= set(rows.values_list("id", flat=True))
