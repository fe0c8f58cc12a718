"""The rows of one sheet as its XML has them: cells by column, nothing looked up yet."""

import re
from collections.abc import Iterator
from typing import IO, NamedTuple

from playground.domain.archives_xml import Attributes, XmlPart
from playground.domain.limits import Limits
from playground.domain.refusals import FileRefused
from playground.domain.tabular import LONGEST_LINE
from playground.domain.workbooks_strings import TextCollector

LAST_ROW = 1_048_576
LAST_COLUMN = 16_384
_DIGITS = "0123456789"
_LAST_ROW_OF_AREA = re.compile(r"[0-9]{1,7}\Z")
_MERGED_KEPT = 100_000
# What may stand behind the merged cells of a sheet and is never read.
_BEHIND_MERGED = (
    *("phoneticPr", "conditionalFormatting", "dataValidations", "hyperlinks", "printOptions"),
    *("pageMargins", "pageSetup", "headerFooter", "rowBreaks", "colBreaks", "ignoredErrors"),
    *("drawing", "legacyDrawing", "picture", "oleObjects", "controls", "tableParts", "extLst"),
)
# Cells with an address or a value take more than this. So many of less are an attack on the time.
_SMALLEST_CELL_BYTES = 16


class Cell(NamedTuple):
    """A cell with a value: its type, the number of its style, and the text that stands there."""

    type: str
    style: str
    text: str


class SheetRow(NamedTuple):
    """One row of the sheet, from 1, with its cells by column, from 0."""

    number: int
    cells: dict[int, Cell]


class SheetRows:
    """Reads a sheet once. Dimensions that the sheet declares are not believed.

    `number` is the row that is being read, `bytes_read` how far the reading has come. The two
    flags say whether a formula was met, with a value and without one.
    """

    def __init__(self, stream: IO[bytes], limits: Limits) -> None:
        self.number = 0
        self.bytes_read = 0
        self.has_formulas = False
        self.has_bare_formulas = False
        self._merged: list[int] = []
        self._more_merged = 0
        self._stream = stream
        self._most_cells = limits.unpacked_bytes // _SMALLEST_CELL_BYTES
        self._cell_count = 0
        self._collector = TextCollector(limits, lambda: self.number)
        self._columns = _Columns()
        self._done: list[SheetRow] = []
        self._begin_row({"r": "0"}, first=0)
        self._begin_cell({})
        self._part = XmlPart(
            starts={
                "row": self._begin_row,
                "c": self._begin_cell,
                "v": self._begin_value,
                "t": self._begin_text,
                "f": self._begin_formula,
                "rPh": self._begin_phonetic,
                "mergeCell": self._count_merged,
                **dict.fromkeys(_BEHIND_MERGED, self._end_reading),
            },
            ends={
                "row": self._end_row,
                "c": self._end_cell,
                "v": self._end_text,
                "t": self._end_text,
                "rPh": self._end_phonetic,
                "mergeCells": self._end_reading,
            },
            on_text=self._collector.take,
        )

    def __iter__(self) -> Iterator[SheetRow]:
        """The rows that the sheet writes down, in order; rows between them are blank.

        Raises FileRefused for cells and rows that are too long; as `XmlPart.read`, ValueError also
        for an address that no sheet has.
        """
        for fed in self._part.read(self._stream):
            self.bytes_read = fed
            if self._cell_count > self._most_cells:
                raise ValueError("more cells than a file of this size can have")
            done, self._done = self._done, []
            yield from done

    def merged_from(self, row: int) -> int:
        """How many areas of merged cells reach `row` or a row below it. Known after the last row.

        Of very many, all are taken to.
        """
        return sum(last >= row for last in self._merged) + self._more_merged

    def _begin_row(self, attributes: Attributes, *, first: int = 1) -> None:
        number = int(attributes["r"]) if "r" in attributes else self.number + 1
        if not max(first, self.number + first) <= number <= LAST_ROW:
            raise ValueError("rows out of order")
        self.number = number
        self._address = str(number)
        self._cells: dict[int, Cell] = {}
        self._column = -1
        self._length = 0

    def _begin_cell(self, attributes: Attributes) -> None:
        self._cell_count += 1
        address = attributes.get("r")
        if address is None:
            self._column += 1
        else:
            letters = address.rstrip(_DIGITS)
            self._column = self._columns[letters]
            if address[len(letters) :] != self._address:
                raise ValueError("the cell belongs to another row")
        if self._column >= LAST_COLUMN:
            raise ValueError("more columns than a sheet can have")
        self._type = attributes.get("t", "n")
        self._style = attributes.get("s", "0")
        self._is_phonetic = self._has_value = self._has_formula = False

    def _begin_value(self, _attributes: Attributes) -> None:
        self._has_value = True
        self._part.collect()

    def _begin_text(self, attributes: Attributes) -> None:
        if not self._is_phonetic:
            self._begin_value(attributes)

    def _begin_formula(self, _attributes: Attributes) -> None:
        self._has_formula = True

    def _begin_phonetic(self, _attributes: Attributes) -> None:
        self._is_phonetic = True

    def _end_phonetic(self) -> None:
        self._is_phonetic = False

    def _end_text(self) -> None:
        self._part.leave()

    def _end_cell(self) -> None:
        text = self._collector.text() if self._has_value else ""
        if self._has_formula:
            # Only text may be empty and still be a formula's value.
            has_value = bool(text) or (self._has_value and self._type == "str")
            self.has_formulas = self.has_formulas or has_value
            self.has_bare_formulas = self.has_bare_formulas or not has_value
        if text:
            self._cells[self._column] = Cell(self._type, self._style, text)
            self._length += len(text)
            if self._length > LONGEST_LINE:
                raise row_too_long(self.number)

    def _count_merged(self, attributes: Attributes) -> None:
        last = _LAST_ROW_OF_AREA.search(attributes.get("ref", ""))
        if len(self._merged) >= _MERGED_KEPT:
            self._more_merged += 1
        elif last is not None:
            self._merged.append(int(last[0]))

    def _end_reading(self, _attributes: Attributes | None = None) -> None:
        self._part.finish()

    def _end_row(self) -> None:
        self._done.append(SheetRow(self.number, self._cells))


class _Columns(dict[str, int]):
    """Numbers of columns, from 0, by their letters. Raises ValueError for what is no column."""

    def __missing__(self, letters: str) -> int:
        if not (1 <= len(letters) <= 3 and letters.isascii() and letters.isalpha()):
            raise ValueError("not the address of a cell")
        number = 0
        for letter in letters.upper():
            number = number * 26 + ord(letter) - ord("A") + 1
        self[letters] = number - 1
        return number - 1


def row_too_long(line: int) -> FileRefused:
    """The refusal of a row with more characters than the reader keeps at a time."""
    return FileRefused(
        "cell_too_long",
        f"the row has more than {LONGEST_LINE:,} characters.",
        hint="Shorten its texts in the workbook, and bring the file again.",
        line=line,
        unit="Row",
    )
