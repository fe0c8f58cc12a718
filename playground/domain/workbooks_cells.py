"""Turns the cells of a sheet into text: looks up shared texts, dates and times."""

from typing import NamedTuple

from playground.domain.archives import Archive
from playground.domain.limits import Limits
from playground.domain.tabular import LONGEST_LINE
from playground.domain.workbooks_parts import Workbook, read_formats
from playground.domain.workbooks_rows import Cell, SheetRow, row_too_long
from playground.domain.workbooks_strings import SharedStrings, read_strings
from playground.domain.workbooks_values import iso_moment, moment_text, number_text, unescaped


class TextRow(NamedTuple):
    """One row as text, up to its last cell with a value; `had_nul` for U+0000 taken out."""

    number: int
    cells: list[str]
    length: int
    had_nul: bool


class CellTexts:
    """Texts of the cells of one workbook. Adds to `repairs` what it mends."""

    def __init__(
        self, archive: Archive, workbook: Workbook, limits: Limits, repairs: dict[str, None]
    ) -> None:
        """Reads the shared texts and the styles; raises as `read_strings` and `read_formats`."""
        self._repairs = repairs
        self._has_1904_dates = workbook.has_1904_dates
        self._formats = read_formats(archive, workbook.styles)
        self._strings = SharedStrings()
        if workbook.strings:
            with archive.open(workbook.strings) as stream:
                self._strings = read_strings(stream, limits)

    def row(self, row: SheetRow) -> TextRow:
        """The row as text.

        Raises FileRefused when it is too long: many cells may share one long text. Raises
        LookupError for a shared text or a style that the workbook lacks, ValueError for a number
        that is none.
        """
        self._had_nul = False
        cells = [""] * (max(row.cells, default=-1) + 1)
        length = 0
        for column, cell in row.cells.items():
            cells[column] = text = self._text(cell)
            length += len(text)
            if length > LONGEST_LINE:
                raise row_too_long(row.number)
        return TextRow(row.number, cells, length, self._had_nul)

    def _text(self, cell: Cell) -> str:
        match cell.type:
            case "s":
                return self._plain(self._strings[int(cell.text)])
            case "n":
                return self._number(cell)
            case "inlineStr" | "str":
                return self._plain(cell.text)
            case "b":
                return "TRUE" if cell.text.strip() in ("1", "true") else "FALSE"
            case "e":
                return cell.text
            case "d":
                return iso_moment(cell.text)
        raise ValueError("not the type of a cell")

    def _number(self, cell: Cell) -> str:
        if "_" in cell.text:
            # A number for Python only, which would read 1_0 as 10.
            return cell.text
        style = int(cell.style)
        # A workbook without styles has plain numbers, whatever its cells say.
        if not self._formats or (shown := self._formats[style]) is None:
            return number_text(cell.text)
        return moment_text(cell.text, shown, has_1904_dates=self._has_1904_dates)

    def _plain(self, raw: str) -> str:
        if "_x" not in raw:
            return raw
        text = unescaped(raw)
        if "\x00" in text:
            self._had_nul = True
            text = text.replace("\x00", "")
        try:
            text.encode()
        except UnicodeEncodeError:
            self._repairs["invalid_unicode_replaced"] = None
            return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        return text
