"""The columns of a playground, changed after the import. Rows keep their cells."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from django.db import transaction
from django.db.models.lookups import Exact

from accounts.errors import NotReady, Refused
from playground.domain.column_editing import Edited, Editing, mistakes
from playground.domain.templates import TemplateColumn
from playground.expressions import CellValue
from playground.models import Column, Playground, Row
from playground.services import versions
from playground.signals import columns_renamed


def editing_of(playground: Playground) -> Editing:
    """The playground's columns, ready for the column editor; the keys are their ids."""
    return Editing(
        columns=tuple(
            Edited(key=str(column.pk), column=_facts(column)) for column in playground.columns.all()
        )
    )


def with_newcomers(playground: Playground, editing: Editing, shown: Collection[str]) -> Editing:
    """`editing` with those columns at its end that have come since the ones `shown`, by key."""
    known = {*shown, *(one.key for one in editing.columns)}
    new = tuple(one for one in editing_of(playground).columns if one.key not in known)
    return replace(editing, columns=(*editing.columns, *new))


@transaction.atomic
def change(
    playground: Playground, edited: Sequence[Edited], *, shown: Collection[str] | None = None
) -> bool:
    """Give the columns the names, types, roles and order of `edited`: whether anything changed.

    The key of a column is its id as text; any other is a new column, whose cells are empty. What
    the columns hold is counted again. Runs keep the columns they began with.

    `shown` has the keys of the columns that the person saw, so that none is removed unseen; None
    stands for all of them.

    Raises Refused for columns that cannot be used together, for a stored one with cells that is
    not among `edited`, and for one that is gone meanwhile; NotReady while a file is imported, and
    for columns that have come meanwhile.
    """
    version = versions.lock(playground)
    before = editing_of(playground).columns
    stored = {str(column.pk): column for column in playground.columns.all()}
    if shown is not None:
        _check_newcomers(stored, edited, shown)
    _check(stored, edited)
    if list(before) == [_trimmed(one) for one in edited]:
        return False
    kept = {one.key for one in edited}
    for column in [column for key, column in stored.items() if key not in kept]:
        _remove(column)
    names = _give_up_names(stored, edited)
    for position, one in enumerate(edited):
        _write(stored.get(one.key) or Column(playground=playground), one.column, position)
    if names:
        columns_renamed.send(Playground, playground=playground, names=names)
    versions.note_changes(version)
    return True


def _check_newcomers(
    stored: Mapping[str, Column], edited: Sequence[Edited], shown: Collection[str]
) -> None:
    known = {*shown, *(one.key for one in edited)}
    new = [column.name for key, column in stored.items() if key not in known]
    if new:
        raise NotReady(
            f"{', '.join(new)} {'was' if len(new) == 1 else 'were'} added meanwhile.",
            hint="Nothing was stored. New columns stand at the end now: look, then save again.",
        )


def _check(stored: Mapping[str, Column], edited: Sequence[Edited]) -> None:
    if found := mistakes(edited):
        raise Refused(found.first(), hint="Nothing was stored.")
    for one in edited:
        if one.key not in stored and not one.key.startswith("n"):
            raise Refused(
                f"{one.column.name} is not in the playground any more.",
                hint="Reload the page and change the columns again.",
            )


def _remove(column: Column) -> None:
    rows = Row.objects.filter(playground_id=column.playground_id)
    is_answer = column.role == Column.Role.RESPONSE
    if is_answer or rows.exclude(Exact(CellValue(column.pk), "")).exists():
        why = "is used as Response" if is_answer else "holds cells"
        raise Refused(
            f"{column.name} {why}, and runs may have used it.",
            hint="Put it back and choose Leave out: then nothing looks at it.",
        )
    column.delete()


def _give_up_names(stored: Mapping[str, Column], edited: Sequence[Edited]) -> dict[str, str]:
    """Old name → new name. The old ones go first, so that columns may swap names."""
    names = {}
    for one in edited:
        column, name = stored.get(one.key), one.column.name.strip()
        if column is not None and column.name != name:
            names[column.name] = name
            # No name that somebody types has a line break.
            Column.objects.filter(pk=column.pk).update(name=f"\n{column.pk}")
    return names


def _write(column: Column, facts: TemplateColumn, position: int) -> None:
    column.name = facts.name.strip()
    column.type, column.role, column.required = facts.type, facts.role, facts.required
    column.position = position
    column.save()


def _facts(column: Column) -> TemplateColumn:
    return TemplateColumn(
        name=column.name, type=column.type, role=column.role, required=column.required
    )


def _trimmed(one: Edited) -> Edited:
    return replace(one, column=replace(one.column, name=one.column.name.strip()))
