"""The buttons of the column editor: what each does, says, and where the focus goes."""

from dataclasses import dataclass

from playground.domain.column_editing import Editing


@dataclass(frozen=True, kw_only=True)
class Step:
    """The columns after a button; `said` goes to screen readers.

    `focus` is "undo", or "name:" or "grip:" with the key of a column; "" leaves it where it is.
    """

    editing: Editing
    said: str = ""
    focus: str = ""


def take(editing: Editing, action: str, *, most: int) -> Step:
    """The step of a button: "add", "undo", or "remove:<key>", "up:<key>", "down:<key>".

    Any other action, a key that is not there, and one more than `most` change nothing.
    """
    name, _colon, key = action.partition(":")
    if name == "add":
        return _added(editing, most)
    if name == "undo":
        return _restored(editing)
    if name not in ("remove", "up", "down"):
        return Step(editing=editing)
    try:
        return _removed(editing, key) if name == "remove" else _moved(editing, key, name == "up")
    except KeyError:
        return Step(editing=editing)


def _added(editing: Editing, most: int) -> Step:
    if len(editing.columns) >= most:
        return Step(editing=editing, said=f"A playground takes {most:,} columns at most.")
    after = editing.added()
    new = after.columns[-1]
    return Step(editing=after, said=f"{new.column.name} was added.", focus=f"name:{new.key}")


def _restored(editing: Editing) -> Step:
    if editing.removed is None:
        return Step(editing=editing)
    back = editing.removed.edited
    said = f"{back.column.name} is back."
    return Step(editing=editing.restored(), said=said, focus=f"name:{back.key}")


def _removed(editing: Editing, key: str) -> Step:
    gone = editing.columns[editing.position(key)]
    said = f"{gone.column.name} was removed."
    return Step(editing=editing.without(key), said=said, focus="undo")


def _moved(editing: Editing, key: str, is_up: bool) -> Step:
    after = editing.moved(key, -1 if is_up else 1)
    at = after.position(key)
    said = f"{after.columns[at].column.name} is column {at + 1} of {len(after.columns)} now."
    return Step(editing=after, said=said, focus=f"grip:{key}")
