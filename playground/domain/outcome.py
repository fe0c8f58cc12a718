"""What became of the records of a file: counts, findings in words, rows to show."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from playground.domain.findings import Finding, findings, quoted
from playground.domain.fixes import FIXES
from playground.domain.intake import Intake, Taken
from playground.domain.mapping import Planned
from playground.domain.profiles import CellCounts
from playground.domain.report import ColumnFound, RowShown
from playground.domain.tallies import Tally

FIRST_ROWS = 5
PROBLEM_ROWS = 20
_REPAIRS = {"blank": "blank_rows_dropped", "short": "short_rows_padded", "nul": "nul_removed"}


class Outcome:
    """Counts the records that an intake has taken, and keeps the first ones for showing."""

    def __init__(self, columns: Sequence[Planned], intake: Intake) -> None:
        self.columns = columns
        self._intake = intake
        self._tally = Tally()
        self._counts = [CellCounts() for _ in columns]
        self.stored = 0
        self.left_out = 0
        self.with_problems = 0
        self.first_rows: list[RowShown] = []
        self.problem_rows: list[RowShown] = []

    def add(self, taken: Taken) -> None:
        """Count one record in."""
        for kind in (*taken.problems, *taken.notes):
            self._tally.add(kind, taken.line)
        if taken.left_out == "blank":
            self._tally.add("blank", taken.line, taken.lines)
            return
        if taken.left_out:
            self.left_out += 1
        else:
            self.stored += 1
            for counts, cell in zip(self._counts, taken.cells, strict=True):
                counts.add(cell)
            if len(self.first_rows) < FIRST_ROWS:
                self.first_rows.append(RowShown.of(taken.line, taken.cells))
        self._add_problems(taken)

    def _add_problems(self, taken: Taken) -> None:
        grave = [kind for kind in taken.problems if FIXES[kind].level != "info"]
        if not grave and not taken.left_out:
            return
        self.with_problems += 1
        if len(self.problem_rows) < PROBLEM_ROWS:
            shown = RowShown.of(
                taken.line,
                taken.cells[: len(self.columns)],
                problems=tuple(FIXES[kind].reason for kind in grave or taken.problems),
                is_left_out=bool(taken.left_out),
            )
            self.problem_rows.append(shown)

    def counted(self, columns: Sequence[ColumnFound]) -> tuple[ColumnFound, ...]:
        """The columns, with the counts of the rows that are stored."""
        return tuple(
            replace(column, filled=counts.filled, distinct=counts.distinct, first=counts.first)
            for column, counts in zip(columns, self._counts, strict=True)
        )

    def repairs(self) -> dict[str, None]:
        """The names of what was mended in single rows."""
        return {name: None for kind, name in _REPAIRS.items() if self._tally.count(kind)}

    def findings(self, choices: Mapping[str, str], *, unit: str) -> Iterator[Finding]:
        """What was found in single rows, in words."""
        return findings(
            self._tally,
            choices=choices,
            names=self._names(),
            examples=self._intake.examples,
            unit=unit,
        )

    def _names(self) -> dict[str, str]:
        """The columns that a kind of problem speaks of, quoted."""
        inputs = [column.name for column in self.columns if column.role == "input"]
        row_ids = [column.name for column in self.columns if column.role == "row_id"]
        return {
            "required": quoted(list(self._intake.names["required"]), "or"),
            "wrong_type": quoted(list(self._intake.names["wrong_type"]), "or"),
            "no_input": quoted(inputs[:1]),
            "repeated_id": quoted(row_ids),
            "repeated_input": quoted(inputs),
        }
