"""Workbooks made by hand, part by part: also what no honest program would write."""

import io
import struct
import zipfile
from collections.abc import Iterable, Mapping
from typing import Any

import xlsxwriter

from config.limits import UploadLimits
from playground.domain.tabular import Record
from playground.domain.workbooks import WorkbookSource

LIMITS = UploadLimits()
NAMESPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
HEADER = '<row r="1"><c r="A1" t="str"><v>question</v></c><c r="B1" t="str"><v>answer</v></c></row>'
ROW = '<row r="2"><c r="A2" t="str"><v>2+2?</v></c><c r="B2"><v>4</v></c></row>'
_RELATION = '<Relationship Id="{id}" Type="http://test/{kind}" Target="{target}"/>'


def relations(*entries: tuple[str, str, str]) -> str:
    """The XML of relationships of id, kind and target."""
    found = "".join(_RELATION.format(id=i, kind=k, target=t) for i, k, t in entries)
    return f"<Relationships>{found}</Relationships>"


def sheet_xml(rows: str, *, before: str = "") -> str:
    """The XML of a sheet with these rows, and something before them."""
    return f"<worksheet {NAMESPACE}>{before}<sheetData>{rows}</sheetData></worksheet>"


def workbook_xml(*sheets: tuple[str, str], properties: str = "") -> str:
    """The XML of a workbook with sheets of name and state; the n-th has the relationship rn."""
    found = "".join(
        f'<sheet name="{name}" sheetId="{n}" state="{state}" r:id="r{n}"/>'
        for n, (name, state) in enumerate(sheets, start=1)
    )
    return f'<workbook {NAMESPACE} xmlns:r="r">{properties}<sheets>{found}</sheets></workbook>'


def parts(rows: str = HEADER + ROW, **changes: str) -> dict[str, str]:
    """The parts of a small workbook by path; `changes` are named workbook, sheet, strings, …"""
    return {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": relations(("r1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": changes.get("workbook", workbook_xml(("Data", "visible"))),
        "xl/_rels/workbook.xml.rels": changes.get(
            "relations",
            relations(
                ("r1", "worksheet", "worksheets/sheet1.xml"),
                ("r8", "sharedStrings", "sharedStrings.xml"),
                ("r9", "styles", "styles.xml"),
            ),
        ),
        "xl/worksheets/sheet1.xml": changes.get("sheet", sheet_xml(rows)),
        "xl/sharedStrings.xml": changes.get("strings", "<sst/>"),
        "xl/styles.xml": changes.get("styles", "<styleSheet/>"),
    }


def packed(members: Mapping[str, str | bytes] | Iterable[tuple[str, str | bytes]]) -> bytes:
    """The archive of these members, compressed."""
    entries = members.items() if isinstance(members, Mapping) else members
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in entries:
            archive.writestr(path, content)
    return out.getvalue()


def workbook(rows: str = HEADER + ROW, **changes: str) -> bytes:
    """A workbook as a file; as `parts`."""
    return packed(parts(rows, **changes))


def with_directory_field(content: bytes, path: str, offset: int, value: int, size: int) -> bytes:
    """The archive with one number of a member's entry in the directory changed."""
    formats = {2: "<H", 4: "<I"}
    name = content.rindex(path.encode())
    place = name - 46 + offset
    return content[:place] + struct.pack(formats[size], value) + content[place + size :]


def opened(
    content: bytes, *, sheet: str = "", has_header: bool = True, limits: UploadLimits = LIMITS
) -> WorkbookSource:
    """The file opened as a source."""
    return WorkbookSource(io.BytesIO(content), sheet=sheet, has_header=has_header, limits=limits)


def records(content: bytes, **options: Any) -> list[Record]:
    """All records of the file; options as for `opened`."""
    return list(opened(content, **options).records())


def cells(content: bytes, **options: Any) -> list[list[str]]:
    """The cells of all records; options as for `opened`."""
    return [record.cells for record in records(content, **options)]


def written(rows: list[list[str]]) -> bytes:
    """A workbook by XlsxWriter, each cell as text."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                sheet.write_string(number, column, value)
    return out.getvalue()
