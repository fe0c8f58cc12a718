"""What the check of a file says: plain values, ready for a JSON field."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from playground.domain.findings import Finding
from playground.domain.sources import Reading

_CELL_SHOWN = 300


@dataclass(frozen=True, kw_only=True)
class ColumnFound:
    """A column of the file: its original and its clean name, its guesses, and its counts.

    `name`, `type` and `role` are those of the template's column that it fills (`fills`), else
    guessed, from all rows of the file. `filled`, `distinct` and `first` count the rows that would
    be stored; `distinct` is None for more than 50 values or for long ones.
    """

    original: str
    name: str
    type: str
    role: str
    filled: int
    distinct: int | None
    first: str
    fills: bool = False


@dataclass(frozen=True, kw_only=True)
class RowShown:
    """A row of the preview, its cells cut for showing.

    `problems` says in words what was found; `is_left_out` whether it is not stored.
    """

    line: int
    cells: tuple[str, ...]
    problems: tuple[str, ...] = ()
    is_left_out: bool = False

    @classmethod
    def of(
        cls,
        line: int,
        cells: Sequence[str],
        *,
        problems: tuple[str, ...] = (),
        is_left_out: bool = False,
    ) -> "RowShown":
        """The row with its cells cut."""
        shown = tuple(cell[:_CELL_SHOWN] for cell in cells)
        return cls(line=line, cells=shown, problems=problems, is_left_out=is_left_out)


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a file holds. Of a refused file, what was read before it was refused.

    `file_rows` are the rows of the file, blank lines aside, of which `fitting_rows` fit the header;
    `row_count` of them would be stored and `refused_count` left out. `problem_count` rows have
    something to check. `repairs` names what was mended without asking, for programs; `findings`
    says it in words. `setup` is what the format tells of variants, KPIs and a rule.
    """

    reading: Reading | None
    encoding_label: str
    columns: tuple[ColumnFound, ...]
    file_rows: int
    fitting_rows: int
    row_count: int
    refused_count: int
    problem_count: int
    repairs: tuple[str, ...]
    findings: tuple[Finding, ...]
    first_rows: tuple[RowShown, ...]
    problem_rows: tuple[RowShown, ...]
    setup: Mapping[str, object] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Dicts, lists, texts and numbers only."""
        return asdict(self)
