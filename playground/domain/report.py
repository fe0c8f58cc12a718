"""What the check of a file says: plain values, ready for a JSON field."""

from dataclasses import asdict, dataclass

from playground.domain.findings import Finding
from playground.domain.tabular import Dialect


@dataclass(frozen=True, kw_only=True)
class ColumnFound:
    """A column of the file: its original and its clean name, its guesses, and its counts.

    `distinct` is None for more than 50 values or for long ones.
    """

    original: str
    name: str
    type: str
    role: str
    filled: int
    distinct: int | None
    first: str


@dataclass(frozen=True, kw_only=True)
class FirstRow:
    """One of the first rows, its cells cut for showing."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a file holds. Of a refused file, what was read before it was refused.

    `repairs` names what was mended without asking, for programs; `findings` says it in words.
    """

    dialect: Dialect | None
    encoding_label: str
    columns: tuple[ColumnFound, ...]
    row_count: int
    refused_count: int
    repairs: tuple[str, ...]
    findings: tuple[Finding, ...]
    first_rows: tuple[FirstRow, ...]

    def to_json(self) -> dict[str, object]:
        """Dicts, lists, texts and numbers only."""
        return asdict(self)
