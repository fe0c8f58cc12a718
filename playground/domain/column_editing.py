"""Columns while somebody edits them: added, removed, moved, renamed; and what follows from it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from playground.domain.templates import Template, TemplateColumn
from playground.domain.text_template import is_usable, placeholders, renamed

# What a new column is called until it has a name of its own.
NEW_NAME = "new_column"
_NEW_KEY = "n"
UNUSABLE = "No prompt could use this name. Leave out braces and line breaks."


@dataclass(frozen=True, kw_only=True)
class Edited:
    """A column under edit. Its `key` stays through new names and places.

    The key of a column that was there before is told by whoever starts the edit: the index in a
    template, the id in a playground. A new column has a key that begins with "n".
    """

    key: str
    column: TemplateColumn


@dataclass(frozen=True, kw_only=True)
class Removed:
    """The column that was taken out last, and where it was."""

    edited: Edited
    position: int


@dataclass(frozen=True, kw_only=True)
class Editing:
    """The columns in their order, and what can be put back. Every change gives a new one."""

    columns: tuple[Edited, ...] = ()
    removed: Removed | None = None

    def position(self, key: str) -> int:
        """Where the column with `key` is. Raises KeyError for none."""
        for position, edited in enumerate(self.columns):
            if edited.key == key:
                return position
        raise KeyError(key)

    def added(self) -> "Editing":
        """With one more column at the end: a category to filter by; the first one is an input."""
        name = _unused_name(one.column.name for one in self.columns)
        column = TemplateColumn(name=name, type="category", role="filter")
        if not self.columns:
            column = TemplateColumn(name=name)
        return replace(self, columns=(*self.columns, Edited(key=self._new_key(), column=column)))

    def without(self, key: str) -> "Editing":
        """Without a column, which `restored` puts back. Raises KeyError for an unknown key."""
        at = self.position(key)
        kept = self.columns[:at] + self.columns[at + 1 :]
        return Editing(columns=kept, removed=Removed(edited=self.columns[at], position=at))

    def restored(self) -> "Editing":
        """With the column that was removed last at its old place; the same when there is none."""
        if self.removed is None:
            return self
        at = min(max(self.removed.position, 0), len(self.columns))
        back = (*self.columns[:at], self.removed.edited, *self.columns[at:])
        return Editing(columns=back)

    def moved(self, key: str, by: int) -> "Editing":
        """With a column `by` places further down, or up; at an end it stays.

        Raises KeyError for an unknown key.
        """
        at = self.position(key)
        others = self.columns[:at] + self.columns[at + 1 :]
        to = min(max(at + by, 0), len(others))
        return replace(self, columns=(*others[:to], self.columns[at], *others[to:]))

    def _new_key(self) -> str:
        taken = [one.key for one in self.columns]
        if self.removed is not None:
            taken.append(self.removed.edited.key)
        numbers = [int(key[1:]) for key in taken if key[:1] == _NEW_KEY and key[1:].isdecimal()]
        return f"{_NEW_KEY}{max(numbers, default=0) + 1}"


@dataclass(frozen=True)
class Mistakes:
    """What keeps columns from being used: words by key; `whole` for what is no single one's."""

    by_key: Mapping[str, str] = field(default_factory=dict)
    whole: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.by_key or self.whole)

    def first(self) -> str:
        """The words of one of them. Raises IndexError when there is none."""
        return [*self.by_key.values(), *self.whole][0]


def editing_of(columns: Iterable[TemplateColumn]) -> Editing:
    """The start of an edit; the keys are "0", "1", …"""
    return Editing(
        columns=tuple(Edited(key=str(index), column=column) for index, column in enumerate(columns))
    )


def mistakes(columns: Sequence[Edited]) -> Mistakes:
    """What is wrong with the columns: no name, a name twice or for no prompt, no input, two ids."""
    by_key: dict[str, str] = {}
    taken: dict[str, str] = {}
    row_id = ""
    for key, column in ((one.key, one.column) for one in columns):
        name = column.name.strip()
        if not name:
            by_key[key] = "Name this column, or remove it."
        elif name.casefold() in taken:
            by_key[key] = (
                f"Another column is called “{taken[name.casefold()]}”. Rename one of them."
            )
        elif not is_usable(name):
            by_key[key] = UNUSABLE
        elif column.role == "row_id" and row_id:
            by_key[key] = f"“{row_id}” is the row id already. Use one column as Row id."
        taken.setdefault(name.casefold(), name)
        if column.role == "row_id":
            row_id = row_id or name
    has_input = any(one.column.role == "input" for one in columns)
    whole = () if has_input else ("No column is used as Input. Choose Input for the questions.",)
    return Mistakes(by_key, whole)


def new_names(before: Sequence[TemplateColumn], after: Iterable[Edited]) -> dict[str, str]:
    """Old name → new name of the columns of a template that were renamed."""
    found = {}
    for edited in after:
        origin = _origin(before, edited.key)
        if origin is not None and before[origin].name != edited.column.name:
            found[before[origin].name] = edited.column.name
    return found


def renamed_setup(setup: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """A template's setup whose prompts and inputs use the new names; `names` maps old to new."""
    changed = dict(setup)
    if "variants" in setup:
        changed["variants"] = [_renamed_variant(one, names) for one in setup["variants"]]
    if "kpis" in setup:
        changed["kpis"] = [_rebound_kpi(one, names) for one in setup["kpis"]]
    return changed


def edited_template(template: Template, columns: Sequence[Edited]) -> Template:
    """`template` with edited columns: prompts and sample rows follow; new columns are empty."""
    return replace(
        template,
        columns=tuple(one.column for one in columns),
        setup=renamed_setup(template.setup, new_names(template.columns, columns)),
        sample_rows=tuple(_cells(template, row, columns) for row in template.sample_rows),
    )


def missing_in_prompts(template: Template) -> tuple[str, ...]:
    """The names that the prompts of `template` use and none of its columns has."""
    names = {column.name for column in template.columns}
    used: dict[str, None] = {}
    for variant in template.setup.get("variants", ()):
        for key in _PROMPTS:
            used |= dict.fromkeys(placeholders(variant.get(key) or ""))
    return tuple(name for name in used if name not in names)


_PROMPTS = ("system", "prompt")


def _renamed_variant(variant: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    prompts = {key: renamed(variant[key], names) for key in _PROMPTS if variant.get(key)}
    return {**variant, **prompts}


def _rebound_kpi(kpi: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    if not kpi.get("inputs"):
        return dict(kpi)
    return {**kpi, "inputs": {name: names.get(used, used) for name, used in kpi["inputs"].items()}}


def _cells(template: Template, row: Sequence[str], columns: Iterable[Edited]) -> tuple[str, ...]:
    origins = (_origin(template.columns, one.key) for one in columns)
    return tuple(row[at] if at is not None and at < len(row) else "" for at in origins)


def _origin(before: Sequence[TemplateColumn], key: str) -> int | None:
    """The index among `before` that `key` stands for; None for a new column."""
    return int(key) if key.isdecimal() and int(key) < len(before) else None


def _unused_name(names: Iterable[str]) -> str:
    taken = {name.strip().casefold() for name in names}
    number = 1
    while (name := f"{NEW_NAME}_{number}" if number > 1 else NEW_NAME) in taken:
        number += 1
    return name
