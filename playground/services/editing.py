"""Changes of single rows: a cell, a new row, rows taken away.

A frozen version keeps its rows: the first change after it opens the next one, and a changed row
gets a new revision there. Changes of a draft are made in place.
"""

import logging
from collections.abc import Collection, Mapping

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from accounts.errors import NotReady, Refused
from accounts.models import User
from playground.domain.identity import Ordinals, identity
from playground.domain.storable import storable
from playground.models import Column, DatasetVersion, Playground, Row
from playground.services import versions

logger = logging.getLogger(__name__)

# A statement takes so many ids at a time.
_MOST_IDS = 500
_SHOWN = 200


@transaction.atomic
def draft_of(playground: Playground) -> DatasetVersion:
    """The version that row edits go into: the current one, or the next one when it is frozen.

    Raises NotReady while a file is being imported into the playground.
    """
    return _draft(versions.lock(playground))


@transaction.atomic
def edit_cell(
    playground: Playground,
    row_id: int,
    column_id: int,
    text: str,
    user: User | None = None,
    *,
    was: str | None = None,
) -> Row:
    """Write `text` into one cell: the row as it is now, perhaps with a new id.

    `was` is the text that the person saw; when somebody has changed the cell meanwhile it is
    refused. Of an older revision the present one is changed. The same text changes nothing.

    Raises Refused for a row or column that is not there any more, for a cell that has changed
    meanwhile, for a blank one in a required column and for a text that is too long; NotReady
    while a file is being imported.
    """
    version = versions.lock(playground)
    row = _living(version, row_id)
    column = _column(playground, column_id)
    key, text = str(column_id), storable(text)
    present = row.cells.get(key, "")
    if was is not None and storable(was) != present:
        raise _changed_meanwhile(column, present)
    if text == present:
        return row
    _check_cell(column, text)
    edited = _write(row, {**row.cells, key: text}, _draft(version))
    logger.info("cell_edited row=%s column=%s user=%s", row.pk, key, user.pk if user else None)
    return edited


@transaction.atomic
def add_row(playground: Playground, cells: Mapping[int, str] | Mapping[str, str]) -> Row:
    """A new row behind the last one. `cells` maps columns' ids to texts; others are empty.

    A row that was deleted since the last frozen version, and is added again as it was, is that
    row again. Raises Refused for a row without any text, without one in a required column, or
    with a text that is too long; NotReady while a file is being imported.
    """
    version = versions.lock(playground)
    columns = list(playground.columns.all())
    kept = _checked(columns, {str(key): storable(text) for key, text in cells.items()})
    draft = _draft(version)
    row = Row(
        playground_id=playground.pk,
        identity=_free_identity(draft, columns, kept),
        position=(draft.rows().aggregate(last=Max("position"))["last"] or 0) + 1,
        cells=kept,
        since=draft.number,
    )
    before = versions.revision_before(row, draft)
    if before is None:
        row.save()
        versions.note_changes(draft, added=1)
        return row
    if _is_same(before.cells, kept):
        row = _revive(before)
        changed = 0
    else:
        row.save()
        changed = 1
    versions.note_changes(draft, gone=-1, changed=changed)
    return row


@transaction.atomic
def delete_rows(playground: Playground, row_ids: Collection[int]) -> list[Row]:
    """Take rows away from the dataset: those that were there, as they were, in position order.

    Versions that runs use keep them. Ids of older revisions stand for the present ones; rows that
    are gone already do not count. Raises NotReady while a file is being imported.
    """
    version = versions.lock(playground)
    rows = _all_living(version, row_ids)
    if not rows:
        return []
    draft = _draft(version)
    added = [row for row in rows if row.since == draft.number]
    for ids in _portions([row.pk for row in rows if row.since < draft.number]):
        Row.objects.filter(pk__in=ids).update(until=draft.number - 1)
    changed = _with_revision_before(draft, [row.identity for row in added])
    for ids in _portions([row.pk for row in added]):
        Row.objects.filter(pk__in=ids).delete()
    new = len(added) - changed
    versions.note_changes(draft, added=-new, changed=-changed, gone=len(rows) - new)
    return sorted(rows, key=lambda row: row.position)


def _draft(version: DatasetVersion) -> DatasetVersion:
    """`version` while nothing relies on it, else the next one. Under the playground's lock."""
    if version.frozen_at is None:
        return version
    return versions.open_next(version, origin=DatasetVersion.Origin.EDIT)


def _living(version: DatasetVersion, row_id: int) -> Row:
    found = _all_living(version, [row_id])
    if not found:
        raise Refused(
            "This row is not in the dataset any more.", hint="Reload the page to see its rows."
        )
    return found[0]


def _all_living(version: DatasetVersion, row_ids: Collection[int]) -> list[Row]:
    """The version's rows with these ids, or that revisions with these ids have become."""
    rows: dict[int, Row] = {}
    for ids in _portions(list(row_ids)):
        rows |= {row.pk: row for row in version.rows().filter(pk__in=ids)}
        older = Row.objects.filter(playground_id=version.playground_id, pk__in=set(ids) - set(rows))
        identities = list(older.values_list("identity", flat=True))
        if identities:
            rows |= {row.pk: row for row in version.rows().filter(identity__in=identities)}
    return list(rows.values())


def _portions(ids: list[int]) -> list[list[int]]:
    return [ids[start : start + _MOST_IDS] for start in range(0, len(ids), _MOST_IDS)]


def _column(playground: Playground, column_id: int) -> Column:
    column = playground.columns.filter(pk=column_id).first()
    if column is None:
        raise Refused(
            "This column is not in the playground any more.", hint="Reload the page to see it."
        )
    return column


def _changed_meanwhile(column: Column, present: str) -> NotReady:
    shown = present if len(present) <= _SHOWN else present[:_SHOWN] + "…"
    says = f"it now says “{shown}”" if present else "it is empty now"
    return NotReady(
        f"{column.name} of this row was changed meanwhile: {says}. Your text was not stored.",
        hint="Reload the page, look at it, and edit it again if you still want to.",
    )


def _check_cell(column: Column, text: str) -> None:
    most = settings.UPLOAD_LIMITS.cell_chars
    if len(text) > most:
        raise Refused(
            f"{column.name} has {len(text):,} characters; a cell takes {most:,}.",
            hint="Shorten the text.",
        )
    if column.required and not text.strip():
        raise Refused(
            f"{column.name} is required: every row has a text there.",
            hint="Enter a text, delete the row, or make the column not required.",
        )


def _checked(columns: list[Column], cells: dict[str, str]) -> dict[str, str]:
    kept = {str(column.pk): cells.get(str(column.pk), "") for column in columns}
    if not any(text.strip() for text in kept.values()):
        raise Refused("The row has no text.", hint="Fill in at least one column.")
    for column in columns:
        _check_cell(column, kept[str(column.pk)])
    return kept


def _write(row: Row, cells: dict[str, str], draft: DatasetVersion) -> Row:
    """The row with these cells in the draft: changed in place, as a revision, or as before."""
    if row.since < draft.number:
        Row.objects.filter(pk=row.pk).update(until=draft.number - 1)
        versions.note_changes(draft, changed=1)
        return Row.objects.create(
            playground_id=row.playground_id,
            position=row.position,
            identity=row.identity,
            cells=cells,
            since=draft.number,
        )
    before = versions.revision_before(row, draft)
    if before is not None and _is_same(before.cells, cells):
        row.delete()
        versions.note_changes(draft, changed=-1)
        return _revive(before)
    row.cells = cells
    row.save(update_fields=["cells"])
    versions.note_changes(draft)
    return row


def _revive(row: Row) -> Row:
    row.until = None
    row.save(update_fields=["until"])
    return row


def _is_same(first: Mapping[str, str], second: Mapping[str, str]) -> bool:
    """Whether the cells say the same; one that is not there is an empty one."""
    return all(first.get(key, "") == second.get(key, "") for key in {*first, *second})


def _free_identity(draft: DatasetVersion, columns: list[Column], cells: dict[str, str]) -> str:
    def texts(role: Column.Role) -> list[str]:
        return [cells[str(column.pk)] for column in columns if column.role == role]

    name = identity(next(iter(texts(Column.Role.ROW_ID)), ""), texts(Column.Role.INPUT))
    if not draft.rows().filter(identity=name).exists():
        return name
    taken = draft.rows().filter(identity__startswith=name).order_by("position")
    return Ordinals(taken.values_list("identity", flat=True)).distinct(name)


def _with_revision_before(draft: DatasetVersion, identities: list[str]) -> int:
    return sum(
        Row.objects.filter(
            playground_id=draft.playground_id, until=draft.number - 1, identity__in=portion
        ).count()
        for start in range(0, len(identities), _MOST_IDS)
        if (portion := identities[start : start + _MOST_IDS])
    )
