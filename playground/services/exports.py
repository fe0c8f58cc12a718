"""Rows as a file: CSV and JSONL part by part, Excel as a whole; in bounded memory."""

import csv
import io
import json
import re
import tempfile
from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import IO

from django.db.models import QuerySet
from django.utils.text import slugify
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from accounts.errors import TooLarge
from playground.domain.spreadsheets import safe_cell
from playground.models import Column, Row

FORMATS = {"csv": "CSV", "xlsx": "Excel (.xlsx)", "jsonl": "JSONL"}
CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jsonl": "application/jsonl; charset=utf-8",
}
# What Excel takes: a cell in units of UTF-16, a sheet in rows with the header.
MOST_CELL_UNITS = 32_767
MOST_SHEET_ROWS = 1_048_576
# Characters that a sheet writes as _x0001_, and the beginning of what would be read as such.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}[_\x00-\x08\x0b-\x1f\ufffe\uffff])")
_CHUNK = 500
_WIDTH = 24
_IN_MEMORY = 5 * 1024 * 1024
# Spreadsheets take UTF-8 for what it is only when a file begins like this.
_BOM = "\ufeff"
_WAY_OUT = "Export it as CSV or JSONL, which have no such limit."


def file_name(playground_name: str, version: int, extension: str) -> str:
    """A name that is safe in a header and on every disk: "support-answers-v3.csv"."""
    return f"{slugify(playground_name)[:80] or 'playground'}-v{version}.{extension}"


def csv_parts(columns: Sequence[Column], rows: QuerySet[Row]) -> Iterator[bytes]:
    """The rows as CSV: RFC 4180, UTF-8, cells and names safe for spreadsheets.

    Every cell is quoted: whoever guesses the delimiter then sees ours alone.
    """
    yield (_BOM + _lines([[safe_cell(column.name) for column in columns]])).encode()
    for chunk in _by_id(_ids(rows)):
        yield _lines([safe_cell(text) for text in _texts(row, columns)] for row in chunk).encode()


def jsonl_parts(columns: Sequence[Column], rows: QuerySet[Row]) -> Iterator[bytes]:
    """The rows as JSONL: an object of texts for each, under the names of the columns."""
    names = [column.name for column in columns]
    for chunk in _by_id(_ids(rows)):
        objects = (dict(zip(names, _texts(row, columns), strict=True)) for row in chunk)
        yield "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in objects).encode()


def workbook(columns: Sequence[Column], rows: QuerySet[Row]) -> IO[bytes]:
    """The rows as a workbook of one sheet, every cell a text; open at its beginning.

    Raises TooLarge, naming row and column, for what Excel does not take.
    """
    ids = _ids(rows)
    if len(ids) >= MOST_SHEET_ROWS:
        raise TooLarge(
            f"These are {len(ids):,} rows; an Excel sheet takes {MOST_SHEET_ROWS - 1:,} under "
            "its header.",
            hint=_WAY_OUT,
        )
    target = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 (the caller reads it)
    try:
        _write_book(target, columns, ids)
    except BaseException:
        target.close()
        raise
    target.seek(0)
    return target


class _Sheet(Worksheet):  # type: ignore[misc]  # XlsxWriter has no types.
    """A sheet that takes no text for markup, not even one that looks like a rich string."""

    def _xml_rich_inline_string(self, string: str, attributes: Sequence[tuple[str, str]]) -> None:
        self._xml_inline_string(string, True, attributes)

    @staticmethod
    def _escape_control_characters(data: str) -> str:
        # XlsxWriter's own overlooks escapes that share a line, as in _x0041_x0042_.
        return _CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", _ESCAPE.sub("_x005F_", data))


def _write_book(target: IO[bytes], columns: Sequence[Column], ids: Sequence[int]) -> None:
    book = Workbook(target, {"constant_memory": True})
    sheet = book.add_worksheet("Rows", worksheet_class=_Sheet)
    sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
    sheet.freeze_panes(1, 0)
    bold = book.add_format({"bold": True})
    # As text: else a spreadsheet makes a number of the next id that is typed.
    sheet.set_column(0, len(columns) - 1, _WIDTH, book.add_format({"num_format": "@"}))
    try:
        for place, column in enumerate(columns):
            sheet.write_string(0, place, safe_cell(column.name), bold)
        for number, row in enumerate(chain.from_iterable(_by_id(ids)), start=1):
            for place, text in enumerate(_texts(row, columns)):
                _check_length(text, row, columns[place])
                sheet.write_string(number, place, safe_cell(text))
    finally:
        # A book that is not closed leaves its temporary files behind.
        book.close()


def _check_length(text: str, row: Row, column: Column) -> None:
    # No text has more than two units for a character, and a guard has two.
    if len(text) < MOST_CELL_UNITS // 2 - 1:
        return
    units = len(safe_cell(text).encode("utf-16-le")) // 2
    if units > MOST_CELL_UNITS:
        raise TooLarge(
            f"{column.name} of row {row.position:,} has {units:,} characters; "
            f"an Excel cell takes {MOST_CELL_UNITS:,}.",
            hint=_WAY_OUT,
        )


def _ids(rows: QuerySet[Row]) -> "array[int]":
    """The ids in position order, eight bytes each: the rows to come may be many and long."""
    return array("q", rows.values_list("id", flat=True).iterator(chunk_size=10_000))


def _by_id(ids: Sequence[int]) -> Iterator[list[Row]]:
    for start in range(0, len(ids), _CHUNK):
        part = list(ids[start : start + _CHUNK])
        found = Row.objects.in_bulk(part)
        # A row that was deleted since is left out: the file says what is there when it is read.
        yield [found[row_id] for row_id in part if row_id in found]


def _texts(row: Row, columns: Iterable[Column]) -> list[str]:
    return [row.cells.get(str(column.pk), "") for column in columns]


def _lines(rows: Iterable[Sequence[str]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(rows)
    return buffer.getvalue()
