"""Rows of a playground: made from cells, counted, frozen by the first run."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from django.db import transaction
from django.utils import timezone

from accounts.errors import NotReady, Refused
from accounts.models import User, Workspace
from playground.domain.identity import Ordinals, identity
from playground.models import Column, DatasetVersion, Playground, Row
from playground.services.profiling import Profile, profile_of

BATCH = 1_000


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
) -> Playground:
    """A playground with its columns and its rows, in one transaction.

    Each of `rows` has one text per entry of `columns`; those of left-out columns are not stored.
    Raises Refused for columns that cannot be used together.
    """
    playground = Playground.objects.create(
        workspace=workspace,
        created_by=user,
        name=name,
        question=question,
        is_sample=is_sample,
    )
    version = open_version(playground, columns, source_name=source_name)
    writer = RowWriter(version, mapping_of(playground))
    remaining = iter(rows)
    while batch := list(islice(remaining, BATCH)):
        Row.objects.bulk_create(writer.rows(batch))
    writer.finish(profile_of(version))
    return playground


def open_version(
    playground: Playground, columns: Sequence[ColumnDraft], *, source_name: str
) -> DatasetVersion:
    """The columns that are not left out, at their position among `columns`; and a first draft.

    Raises Refused for columns that cannot be used together.
    """
    check_columns(columns)
    Column.objects.bulk_create(
        Column(
            playground=playground,
            name=draft.name,
            type=draft.type,
            role=draft.role,
            required=draft.required,
            position=position,
        )
        for position, draft in enumerate(columns)
        if draft.role != Column.Role.LEFT_OUT
    )
    return DatasetVersion.objects.create(playground=playground, number=1, source_name=source_name)


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
    """Makes the rows of a draft version out of lists of cells, and counts them.

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

    def rows(self, batch: Iterable[Sequence[str]]) -> list[Row]:
        """The rows of this batch, not yet stored."""
        return [self._row(cells) for cells in batch]

    def finish(self, profile: Profile) -> None:
        """Write the counts to the version: from now on it has rows."""
        DatasetVersion.objects.filter(pk=self._version.pk).update(
            row_count=self.count, profile=profile
        )

    def _row(self, cells: Sequence[str]) -> Row:
        self.count += 1
        kept = {key: cells[index] for key, index in self._mapping}
        name = identity(
            cells[self._row_ids[0]] if self._row_ids else "", [cells[i] for i in self._inputs]
        )
        return Row(
            playground_id=self._version.playground_id,
            position=self.count,
            identity=self._ordinals.distinct(name),
            cells=kept,
            since=self._version.number,
        )


def freeze_current_version(playground: Playground) -> DatasetVersion:
    """The playground's newest version, frozen from now on: a run may rely on its rows.

    Raises NotReady while it has no rows, as during an import.
    """
    version = playground.versions.first()
    if version is None or not version.row_count:
        raise NotReady(
            f"{playground.name} has no rows yet.",
            hint="Wait for the import to end, or bring a file.",
        )
    frozen_at = timezone.now()
    if DatasetVersion.objects.filter(pk=version.pk, frozen_at=None).update(frozen_at=frozen_at):
        version.frozen_at = frozen_at
    return version
