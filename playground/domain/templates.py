"""Column templates: columns with roles, a setup that fits them, and sample rows."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class TemplateColumn:
    """A column of a template; type and role as `Column.Type` and `Column.Role` spell them."""

    name: str
    type: str = "text"
    role: str = "input"
    required: bool = False


@dataclass(frozen=True, kw_only=True)
class Template:
    """A ready set of columns.

    `key` is the file's stem of a built-in template and the id, as text, of one that somebody
    saved. `setup` is for `evals` only: {"variants": […], "kpis": […], "rule": {…}}, see
    `docs/templates.md`. Each of `sample_rows` has one text per column.
    """

    key: str
    name: str
    description: str
    columns: tuple[TemplateColumn, ...]
    setup: Mapping[str, Any] = field(default_factory=dict)
    sample_rows: tuple[tuple[str, ...], ...] = ()
    is_built_in: bool = False

    def to_json(self) -> dict[str, Any]:
        """What an upload keeps of a template: `name`, `columns` and `setup`, as plain values."""
        return {
            "name": self.name,
            "columns": [asdict(column) for column in self.columns],
            "setup": dict(self.setup),
        }

    def origin(self) -> dict[str, Any]:
        """What a playground keeps of the template it was made from: `name` and `setup`."""
        return {"name": self.name, "setup": dict(self.setup)}


def columns_of(stored: Sequence[Mapping[str, Any]]) -> tuple[TemplateColumn, ...]:
    """The columns that `to_json` wrote. Raises TypeError for anything else."""
    return tuple(TemplateColumn(**column) for column in stored)
