"""What becomes of each record of a file: stored, mended, or left out and given back.

The check, its preview and the import all ask here, so they cannot differ.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from playground.domain import fixes, mending
from playground.domain.fixes import FIXES
from playground.domain.mapping import Planned
from playground.domain.profiles import TESTS
from playground.domain.spreadsheets import GUARD, unguarded
from playground.domain.tabular import Record

# About what a model with a context of 32,000 tokens can be given.
LONG_TEXT = 100_000
_FORMULA_STARTS = ("=", "+", "@")
# Of several repetitions, the first that is true is told.
_REPEATS = ("repeated_row", "repeated_id", "repeated_input")


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """One record after the fixes. `cells` are stored as they are here, unless it is left out.

    `problems` names the kinds that were found, whatever was done about them; `notes` what is good
    to know and no problem. `left_out` is the kind for which the record is not stored, "blank" for
    a blank line, and "" for a row; blank ones may stand for several `lines`.
    """

    line: int
    cells: list[str]
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    left_out: str = ""
    lines: int = 1


def shaped(
    record: Record, width: int, choices: Mapping[str, str], *, joiner: str = ", "
) -> list[str] | None:
    """The record's cells, as many as the header has; None when it cannot be a row.

    Cells too many are joined into the last one when that was chosen.
    """
    if not record.refusal:
        return record.cells
    if fixes.chosen(record.refusal, choices) != "join":
        return None
    return [*record.cells[: width - 1], joiner.join(record.cells[width - 1 :])]


class Intake:
    """Takes the records of one file in their order, under one plan and one choice of fixes.

    `examples` has, by kind, what was found first in words that can be shown; `names` the columns
    in which a cell was missing or of the wrong type.
    """

    def __init__(
        self,
        columns: Sequence[Planned],
        choices: Mapping[str, str],
        *,
        joiner: str = ", ",
        has_guards: bool = True,
        unit: str = "Line",
    ) -> None:
        """`joiner` joins cells too many; `has_guards`: the format is one that spreadsheets run;
        `unit` is what a record's line is called in this format.
        """
        self._choices = choices
        self._option = {kind: fixes.chosen(kind, choices) for kind in FIXES}
        self._joiner = joiner
        self._has_guards = has_guards
        self._unit = unit
        self._width = len(columns)
        used = [(p, column) for p, column in enumerate(columns) if column.role != "left_out"]
        self._required = [(p, column.name) for p, column in used if column.required]
        self._inputs = [p for p, column in used if column.role == "input"]
        self._contexts = [p for p, column in used if column.role == "context"]
        self._typed = [
            (p, TESTS[column.type], column) for p, column in used if column.type in TESTS
        ]
        self._repeats = _Repeats(
            row=[p for p, _column in used],
            row_id=[p for p, column in used if column.role == "row_id"],
            inputs=self._inputs,
        )
        self.examples: dict[str, str] = {}
        self.names: dict[str, dict[str, None]] = {"required": {}, "wrong_type": {}}

    def take(self, record: Record) -> Taken:
        """What becomes of this record."""
        if record.is_blank:
            return Taken(
                line=record.line,
                cells=record.cells,
                notes=record.notes,
                left_out="blank",
                lines=record.lines,
            )
        problems = [note for note in record.notes if note in FIXES]
        notes = [note for note in record.notes if note not in FIXES]
        if record.refusal:
            problems.insert(0, record.refusal)
        cells = shaped(record, self._width, self._choices, joiner=self._joiner)
        if cells is None:
            return self._left_out(record, problems, notes, record.refusal)
        cells = self._mended(cells, problems, notes)
        problems += self._missing(cells)
        if reason := self._reason(problems):
            return self._left_out(record, problems, notes, reason)
        return self._not_repeated(record, cells, problems, notes)

    def _mended(self, cells: list[str], problems: list[str], notes: list[str]) -> list[str]:
        """The cells with what is to be repaired repaired; adds what was found."""
        found: dict[str, None] = {}
        kept = [self._mended_cell(cell, found) for cell in cells]
        problems += [kind for kind in found if kind in FIXES]
        notes += [kind for kind in found if kind not in FIXES]
        for position, is_fit, column in self._typed:
            trimmed = kept[position].strip()
            if trimmed and not is_fit(trimmed):
                self._say("wrong_type", f"“{trimmed[:40]}” in “{column.name}” does not.")
                self.names["wrong_type"][column.name] = None
                problems.append("wrong_type")
                break
        return kept

    def _mended_cell(self, cell: str, found: dict[str, None]) -> str:
        if cell.startswith(_FORMULA_STARTS):
            found["formula"] = None
        elif self._has_guards and cell.startswith(GUARD) and (bare := unguarded(cell)) != cell:
            found["guard"] = None
            cell = bare if self._option["guard"] == "take_off" else cell
        if not cell.isascii():
            cell = self._repaired(cell, found)
        if len(cell) > LONG_TEXT:
            found["long_text"] = None
        return cell

    def _repaired(self, cell: str, found: dict[str, None]) -> str:
        if mending.LOST in cell:
            found["lost"] = None
        right = mending.repaired(cell)
        if right == cell:
            return cell
        found["broken"] = None
        old, new = mending.example(cell, right)
        self._say("broken", f"“{old}” was probably “{new}”.")
        return right if self._option["broken"] == "repair" else cell

    def _missing(self, cells: Sequence[str]) -> list[str]:
        found = []
        empty = [name for position, name in self._required if not cells[position].strip()]
        if empty:
            self.names["required"].update(dict.fromkeys(empty))
            found.append("required")
        elif self._inputs and not cells[self._inputs[0]].strip():
            found.append("no_input")
        if self._contexts and not any(cells[position].strip() for position in self._contexts):
            found.append("no_context")
        return found

    def _reason(self, problems: Sequence[str]) -> str:
        skipped = (kind for kind in problems if self._option[kind] == "skip")
        return min(skipped, key=list(FIXES).index, default="")

    def _not_repeated(
        self, record: Record, cells: list[str], problems: list[str], notes: list[str]
    ) -> Taken:
        """The row, unless it repeats another and such rows are skipped."""
        kind, first = self._repeats.of(cells, record.line)
        if kind:
            problems.append(kind)
            unit = self._unit
            self._say(kind, f"{unit} {record.line:,} repeats {unit.lower()} {first:,}.")
            if self._option[kind] == "skip":
                return self._left_out(record, problems, notes, kind)
        return Taken(line=record.line, cells=cells, problems=tuple(problems), notes=tuple(notes))

    def _left_out(
        self, record: Record, problems: list[str], notes: list[str], reason: str
    ) -> Taken:
        # The cells as the file has them: they are given back to be mended by hand.
        return Taken(
            line=record.line,
            cells=record.cells,
            problems=tuple(problems),
            notes=tuple(notes),
            left_out=reason,
        )

    def _say(self, kind: str, words: str) -> None:
        self.examples.setdefault(kind, words)


class _Repeats:
    """Which rows say again what an earlier row said, as a whole, in their id or in their inputs.

    Rows are remembered by hashes: 100,000 long questions must not stay in memory.
    """

    def __init__(self, *, row: list[int], row_id: list[int], inputs: list[int]) -> None:
        self._seen: list[tuple[str, list[int], dict[int, int]]] = [
            (kind, positions, {})
            for kind, positions in zip(_REPEATS, (row, row_id, inputs), strict=True)
        ]

    def of(self, cells: Sequence[str], line: int) -> tuple[str, int]:
        """The kind of repetition and the line it repeats; "" and 0 for none. Remembers the row."""
        kind, first = "", 0
        for name, positions, lines in self._seen:
            values = [cells[position].strip() for position in positions]
            if not any(values):
                continue
            earlier = lines.setdefault(hash(tuple(values)), line)
            if earlier != line and not kind:
                kind, first = name, earlier
        return kind, first
