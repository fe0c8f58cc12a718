"""Taking back the last change of rows. What it needs travels with the page, signed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.db import transaction
from django.db.models import Max

from accounts.errors import Refused
from accounts.models import User
from playground.models import DatasetVersion, Playground, Row
from playground.services import editing, versions

_SALT = "playground.undo"
_VALID_S = 24 * 3600
# Larger changes cannot be taken back: the page and the session carry the token.
MOST_CHARS = 200_000


@dataclass(frozen=True, kw_only=True)
class Undone:
    """What was taken back, in words, and the position of the row when it is about one cell."""

    words: str
    position: int | None = None


def token_of_edit(playground: Playground, row: Row, column_id: int, before: str) -> str:
    """What takes back an edit: `row` as it is now, and the text that the cell had `before`.

    "" when it would be too long.
    """
    return _token(
        playground,
        kind="cell",
        row=row.pk,
        column=column_id,
        text=before,
        was=row.cells.get(str(column_id), ""),
    )


def token_of_new(playground: Playground, row: Row) -> str:
    """What takes back a new row."""
    return _token(playground, kind="new", row=row.pk)


def token_of_deletion(playground: Playground, rows: Sequence[Row]) -> str:
    """What brings back the rows that `editing.delete_rows` has taken away.

    "" without any, and when it would be too long.
    """
    if not rows:
        return ""
    kept = [[row.identity, row.position, row.cells] for row in rows]
    return _token(playground, kind="gone", rows=kept)


@transaction.atomic
def undo(playground: Playground, token: str, user: User | None) -> Undone:
    """Take back the change that `token` stands for.

    Raises Refused for a token that is too old or none of ours; NotReady when the cell has been
    changed again meanwhile, and while a file is being imported.
    """
    try:
        change = signing.loads(token, salt=_SALT, max_age=_VALID_S)
    except signing.BadSignature as exc:
        raise _too_late() from exc
    if change["playground"] != playground.pk:
        raise _too_late()
    if change["kind"] == "cell":
        return _undo_edit(playground, change, user)
    if change["kind"] == "new":
        editing.delete_rows(playground, [change["row"]])
        return Undone(words="The new row is gone again.")
    return _undo_deletion(playground, change["rows"])


def _token(playground: Playground, **change: object) -> str:
    change["playground"] = playground.pk
    token = signing.dumps(change, salt=_SALT, compress=True)
    return token if len(token) <= MOST_CHARS else ""


def _undo_edit(playground: Playground, change: dict[str, Any], user: User | None) -> Undone:
    row = editing.edit_cell(
        playground, change["row"], change["column"], change["text"], user, was=change["was"]
    )
    return Undone(words=f"Row {row.position:,} is as it was.", position=row.position)


def _undo_deletion(playground: Playground, rows: list[tuple[str, int, dict[str, str]]]) -> Undone:
    draft = editing.draft_of(playground)
    restored = sum(_restore(draft, *row) for row in rows)
    return Undone(words=f"{restored:,} row{'' if restored == 1 else 's'} brought back.")


def _restore(draft: DatasetVersion, name: str, position: int, cells: dict[str, str]) -> bool:
    """Bring back one row; false when a row of this identity is there already."""
    present = draft.rows().order_by()
    if present.filter(identity=name).exists():
        return False
    row = Row(
        playground_id=draft.playground_id,
        identity=name,
        position=position,
        cells=cells,
        since=draft.number,
    )
    before = versions.revision_before(row, draft)
    if before is not None and before.cells == cells:
        Row.objects.filter(pk=before.pk).update(until=None)
        versions.note_changes(draft, gone=-1)
        return True
    if present.filter(position=position).exists():
        row.position = (present.aggregate(last=Max("position"))["last"] or 0) + 1
    row.save()
    if before is None:
        versions.note_changes(draft, added=1)
    else:
        versions.note_changes(draft, gone=-1, changed=1)
    return True


def _too_late() -> Refused:
    return Refused(
        "This change cannot be taken back any more.", hint="Edit the row instead, or bring a file."
    )
