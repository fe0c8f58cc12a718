"""Excel workbooks as tables: one sheet, read row by row, in bounded memory.

The XML is read here and not by a library: the texts that cells share stay out of memory, formulas
and their values are seen in one pass, and numbers keep the digits that the file has.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO

from playground.domain.archives import Archive, broken_as_refused, too_large
from playground.domain.limits import Limits
from playground.domain.no_rows import other_sheets
from playground.domain.refusals import FileRefused
from playground.domain.sources import Reading
from playground.domain.tabular import Record, blank_records
from playground.domain.workbooks_cells import CellTexts, TextRow
from playground.domain.workbooks_parts import Sheet, Workbook, read_workbook
from playground.domain.workbooks_rows import SheetRows

_ZIP = b"PK"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"


def find_workbook(
    handle: BinaryIO, *, chosen_sheet: str | None, has_header: bool, limits: Limits
) -> Reading:
    """How a workbook is read: the chosen sheet or the first visible one, and all visible ones.

    Raises FileRefused for what is no workbook, is damaged, unpacks to too much, or lacks the sheet.
    """
    _archive, workbook = _opened(handle, limits)
    return Reading(
        format="xlsx",
        has_header=has_header,
        sheet=_sheet(workbook, chosen_sheet or "").name,
        sheets=tuple(sheet.name for sheet in workbook.visible),
    )


class WorkbookSource:
    """One sheet of a workbook as a table; `Record.line` is the row's number in the sheet."""

    def __init__(
        self,
        handle: BinaryIO,
        *,
        sheet: str,
        has_header: bool,
        limits: Limits,
        header_row: int = 1,
    ) -> None:
        """Reads up to the header, the first row with text from `header_row` on.

        `sheet` is the name of a visible sheet, "" for the first one.
        Without a header the sheet is read once more, for the number of its columns. Raises
        FileRefused as `find_workbook` does, for an empty sheet, and for too many columns.
        """
        archive, workbook = _opened(handle, limits)
        chosen = _sheet(workbook, sheet)
        self.roles: Mapping[str, str] = {}
        self.setup: Mapping[str, object] = {}
        self.repairs = dict.fromkeys(_sheet_repairs(workbook, chosen))
        with broken_as_refused():
            texts = CellTexts(archive, workbook, limits, self.repairs)
        self._reading = _SheetReading(archive, chosen, texts, limits)
        rows = self._reading.rows()
        first = _first(rows, chosen, header_row, workbook)
        self.header = _without_blank_end(first.cells)
        _check_width(len(self.header), limits, line=first.number)
        self._line = first.number
        if not has_header:
            self.header = [""] * max(len(self.header), _widest(rows))
            _check_width(len(self.header), limits, line=None)
            self._reading = _SheetReading(archive, chosen, texts, limits)
            rows = self._reading.rows()
            self._line = first.number - 1
        self._first_row = self._line + 1
        self._rows = rows

    def records(self) -> Iterator[Record]:
        """The rows after the header in order, also the blank ones that the sheet leaves out.

        Raises FileRefused, naming the row, for what is damaged and for what is too long.
        """
        for row in self._rows:
            yield from blank_records(self._line + 1, row.number, len(self.header))
            if row.number > self._line:
                self._line = row.number
                yield self._record(row)
        self.repairs.update(dict.fromkeys(self._reading.repairs()))
        if merged := self._reading.merged_from(self._first_row):
            self.setup = {"merged_cells": merged}

    def share_read(self) -> float:
        """The share of the sheet that was read, 0 to 1."""
        return self._reading.share()

    def _record(self, row: TextRow) -> Record:
        width = len(self.header)
        notes = ("nul",) if row.had_nul else ()
        if any(cell.strip() for cell in row.cells[width:]):
            cells = _without_blank_end(row.cells)
            return Record(line=row.number, cells=cells, notes=notes, refusal="long")
        cells = row.cells[:width]
        cells.extend([""] * (width - len(cells)))
        return Record(line=row.number, cells=cells, notes=notes)


class _SheetReading:
    """One reading of one sheet from its beginning."""

    def __init__(self, archive: Archive, sheet: Sheet, texts: CellTexts, limits: Limits) -> None:
        with broken_as_refused():
            self._rows = SheetRows(archive.open(sheet.path), limits)
            self._size = archive.size(sheet.path)
        self._texts = texts
        self._limits = limits

    def rows(self) -> Iterator[TextRow]:
        """The rows that the sheet writes down.

        Raises FileRefused, naming the row, for what is damaged or too long, and when all rows
        together have more text than a file may unpack to.
        """
        chars = 0
        with broken_as_refused(lambda: self._rows.number or None):
            for row in self._rows:
                found = self._texts.row(row)
                chars += found.length
                if chars > self._limits.unpacked_bytes:
                    raise too_large(self._limits)
                yield found

    def share(self) -> float:
        return self._rows.bytes_read / self._size if self._size else 1.0

    def merged_from(self, row: int) -> int:
        return self._rows.merged_from(row)

    def repairs(self) -> Iterator[str]:
        if self._rows.has_formulas:
            yield "formulas_read_as_values"
        if self._rows.has_bare_formulas:
            yield "formulas_without_value_blank"


def _opened(handle: BinaryIO, limits: Limits) -> tuple[Archive, Workbook]:
    handle.seek(0)
    head = handle.read(len(_OLD_OFFICE))
    if head == _OLD_OFFICE:
        raise FileRefused(
            "content_mismatch",
            "The file is an old Excel workbook (.xls), or one that is locked by a password.",
            hint="Open it, save it as .xlsx without a password, and bring that file.",
        )
    if not head.startswith(_ZIP):
        raise FileRefused(
            "content_mismatch",
            "The file is no Excel workbook, whatever its name says.",
            hint="If it is a table of text, rename it to end in .csv. Else save it as .xlsx again.",
        )
    archive = Archive(handle, limits)
    with broken_as_refused():
        return archive, read_workbook(archive)


def _sheet(workbook: Workbook, name: str) -> Sheet:
    """The visible sheet of this name, the first one for "". Raises FileRefused for none."""
    visible = workbook.visible
    if not visible:
        raise FileRefused(
            "no_rows",
            "The workbook has no visible sheet with cells.",
            hint="Show the sheet that has the rows, save the workbook, and bring it again.",
        )
    for sheet in visible:
        if name in ("", sheet.name):
            return sheet
    names = ", ".join(repr(sheet.name) for sheet in visible[:10])
    raise FileRefused(
        "unknown_sheet",
        f"The workbook has no visible sheet {name!r}.",
        hint=f"Choose one of its sheets: {names}.",
    )


def _sheet_repairs(workbook: Workbook, chosen: Sheet) -> Iterator[str]:
    """What was decided for the person when the sheet is the one that is read without a choice."""
    if chosen is not workbook.visible[0]:
        return
    if chosen is not workbook.sheets[0]:
        yield "first_visible_sheet_used"
    elif len(workbook.visible) > 1:
        yield "first_sheet_used"


def _first(rows: Iterator[TextRow], sheet: Sheet, start: int, workbook: Workbook) -> TextRow:
    for row in rows:
        if row.number >= start and any(cell.strip() for cell in row.cells):
            return row
    others = other_sheets(sheet.name, [other.name for other in workbook.visible])
    what, other = "is empty", "another file"
    if start > 1:
        what, other = f"has no text from row {start} on", "a row further up under Header"
    raise FileRefused(
        "no_rows", f"The sheet “{sheet.name}” {what}.", hint=f"Choose {others or other}."
    )


def _widest(rows: Iterator[TextRow]) -> int:
    return max((len(_without_blank_end(row.cells)) for row in rows), default=0)


def _without_blank_end(cells: Sequence[str]) -> list[str]:
    filled = len(cells)
    while filled and not cells[filled - 1].strip():
        filled -= 1
    return list(cells[:filled])


def _check_width(columns: int, limits: Limits, *, line: int | None) -> None:
    if columns > limits.columns:
        raise FileRefused(
            "too_many_columns",
            f"{columns:,} columns, the limit is {limits.columns:,}.",
            hint="Keep the columns you need. One stray cell far to the right is enough for this.",
            line=line,
            unit="Row",
        )
