"""The file that a person fills in: a template's columns as header, and sample rows."""

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import xlsxwriter

from playground.domain.spreadsheets import safe_cell
from playground.domain.templates import TemplateColumn

Format = Literal["csv", "xlsx", "jsonl"]
CONTENT_TYPES: Mapping[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jsonl": "application/jsonl; charset=utf-8",
}
# Excel takes a CSV file without this mark for one of the local code page.
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_WIDTH, _LONG_WIDTH = 24, 48
_LONG = {"long_text", "json", "conversation"}


def template_file(
    columns: Sequence[TemplateColumn], sample_rows: Sequence[Sequence[str]], *, format: Format
) -> bytes:
    """A file with the names of `columns` and the `sample_rows`, as it is uploaded when filled.

    Left-out columns stay in it, so that the cells of `sample_rows` keep their places. A cell that
    a spreadsheet might run gets a guard in CSV and XLSX, which the import takes off again.
    """
    return _WRITERS[format](columns, sample_rows)


def _csv(columns: Sequence[TemplateColumn], sample_rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([safe_cell(column.name) for column in columns])
    writer.writerows([safe_cell(cell) for cell in row] for row in sample_rows)
    return _BYTE_ORDER_MARK + text.getvalue().encode()


def _xlsx(columns: Sequence[TemplateColumn], sample_rows: Sequence[Sequence[str]]) -> bytes:
    file = io.BytesIO()
    workbook = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_urls": False})
    sheet = workbook.add_worksheet("Rows")
    header = workbook.add_format({"bold": True, "valign": "top"})
    # As text: else a spreadsheet makes a number of an id and a date of a version.
    text = workbook.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
    for index, column in enumerate(columns):
        width = _LONG_WIDTH if column.type in _LONG else _WIDTH
        sheet.set_column(index, index, width, text)
        sheet.write_string(0, index, safe_cell(column.name), header)
    for line, row in enumerate(sample_rows, start=1):
        for index, cell in enumerate(row):
            if cell:
                sheet.write_string(line, index, safe_cell(cell), text)
    sheet.freeze_panes(1, 0)
    workbook.close()
    return file.getvalue()


def _jsonl(columns: Sequence[TemplateColumn], sample_rows: Sequence[Sequence[str]]) -> bytes:
    names = [column.name for column in columns]
    rows = sample_rows or [[""] * len(names)]
    lines = (
        json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False) + "\n" for row in rows
    )
    return "".join(lines).encode()


_WRITERS: Mapping[Format, Callable[..., bytes]] = {"csv": _csv, "xlsx": _xlsx, "jsonl": _jsonl}
