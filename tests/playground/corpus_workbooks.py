"""Workbooks: sheets, formulas, types, far cells; bombs, cuts and foreign archives."""

from dataclasses import replace

from config.limits import MIB, UploadLimits
from tests.playground.corpus import QA, Case, bad, good
from tests.playground.workbook_files import (
    HEADER,
    ROW,
    packed,
    parts,
    relations,
    sheet_xml,
    with_directory_field,
    workbook,
    workbook_xml,
)

_SHEET = "xl/worksheets/sheet1.xml"
_SMALL = replace(UploadLimits(), unpacked_bytes=2 * MIB, rows=100, archive_members=20)
_BOMB = "<row/>" * 500_000
_CELLS = {(0, "question"): "2+2?", (0, "answer"): "4"}


def _two_sheets(first: str, second: str, *, state: str) -> bytes:
    members = parts(
        first,
        workbook=workbook_xml(("First", state), ("Second", "visible")),
        relations=relations(
            ("r1", "worksheet", "worksheets/sheet1.xml"),
            ("r2", "worksheet", "worksheets/sheet2.xml"),
        ),
    )
    return packed({**members, "xl/worksheets/sheet2.xml": sheet_xml(second)})


def _typed() -> bytes:
    names = "".join(f'<c t="str"><v>{name}</v></c>' for name in ("i", "f", "b", "e"))
    values = '<c><v>7</v></c><c><v>1.5</v></c><c t="b"><v>1</v></c><c t="e"><v>#N/A</v></c>'
    return workbook(f"<row>{names}</row><row>{values}</row>")


def _row(number: int, cells: str) -> str:
    return f'<row r="{number}">{cells}</row>'


def _overlapping() -> bytes:
    """Every entry of the directory points at the first member."""
    content = packed({_SHEET: "a" * 1000, "xl/two.xml": "b" * 1000, "xl/three.xml": "c" * 1000})
    for path in ("xl/two.xml", "xl/three.xml"):
        content = with_directory_field(content, path, 42, 0, 4)
    return content


_FORMULA = '<c t="str"><f>1+1</f>{}</c><c t="str"><v>kept</v></c>'
_ENTITY = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
_SOME = "".join(_row(n, f"<c><v>{n}</v></c>") for n in range(2, 103))

READ: list[Case] = [
    good("plain.xlsx", workbook(), 1, probes=_CELLS),
    good(
        *("two sheets.xlsx", _two_sheets(HEADER + ROW, HEADER, state="visible"), 1, QA),
        "first_sheet_used",
        probes=_CELLS,
    ),
    good(
        *("hidden sheet.xlsx", _two_sheets(HEADER, HEADER + ROW, state="veryHidden"), 1, QA),
        "first_visible_sheet_used",
        probes=_CELLS,
    ),
    good(
        *("formula.xlsx", workbook(HEADER + _row(2, _FORMULA.format("<v>2</v>"))), 1, QA),
        "formulas_read_as_values",
        probes={(0, "question"): "2"},
    ),
    good(
        *("formula without value.xlsx", workbook(HEADER + _row(2, _FORMULA.format(""))), 1, QA),
        "formulas_without_value_blank",
        probes={(0, "question"): "", (0, "answer"): "kept"},
    ),
    good(
        *("types.xlsx", _typed(), 1, ("i", "f", "b", "e")),
        probes={(0, "i"): "7", (0, "f"): "1.5", (0, "b"): "TRUE", (0, "e"): "#N/A"},
    ),
    good(
        "wrong size.xlsx",
        workbook(sheet=sheet_xml(HEADER + ROW, before='<dimension ref="A1:XFD1048576"/>')),
        1,
        probes=_CELLS,
    ),
    good(
        "far blank cell.xlsx",
        workbook(HEADER + ROW + _row(90_000, '<c t="str"><v> </v></c>')),
        1,
        QA,
        "blank_rows_dropped",
        probes=_CELLS,
    ),
    good(
        "blank rows.xlsx",
        workbook(
            HEADER + ROW.replace('r="2"', 'r="5"').replace('2" t', '5" t').replace("B2", "B5")
        ),
        1,
        QA,
        "blank_rows_dropped",
    ),
    good(
        "merged.xlsx",
        workbook(
            sheet=sheet_xml(HEADER + ROW).replace(
                "</sheetData>", '</sheetData><mergeCells><mergeCell ref="A2:A3"/></mergeCells>'
            )
        ),
        1,
        probes=_CELLS,
    ),
    good(
        "escaped characters.xlsx",
        workbook(HEADER + _row(2, '<c t="str"><v>a_x0041_</v></c><c t="str"><v>b</v></c>')),
        1,
        probes={(0, "answer"): "b"},
    ),
]

REFUSED: list[Case] = [
    bad("far column.xlsx", workbook(_row(1, '<c r="XFD1"><v>1</v></c>')), "too_many_columns"),
    bad("bomb.xlsx", lambda: workbook(_BOMB), "unpacked_too_large", limits=_SMALL),
    bad(
        "bomb beside.xlsx",
        lambda: packed({**parts(), "xl/media/x.bin": "a" * 3 * MIB}),
        "unpacked_too_large",
        limits=_SMALL,
    ),
    bad(
        "size that lies.xlsx",
        lambda: with_directory_field(workbook(_BOMB), _SHEET, 24, 900, 4),
        *("unpacked_too_large", "corrupt_file"),
        limits=_SMALL,
    ),
    bad(
        "many parts.xlsx",
        lambda: packed({**parts(), **{f"x/{n}": "" for n in range(30)}}),
        "too_many_archive_members",
        limits=_SMALL,
    ),
    bad("overlapping.xlsx", _overlapping(), "corrupt_file", "content_mismatch"),
    bad(
        "entity.xlsx",
        workbook(sheet=_ENTITY + sheet_xml(HEADER + _row(2, '<c t="str"><v>&e;</v></c>'))),
        "forbidden_xml",
    ),
    bad("cut.xlsx", workbook()[:-70], "corrupt_file"),
    bad("no archive.xlsx", bytes(range(1, 200)) * 8, "content_mismatch"),
    bad("text.xlsx", b"question,answer\n1,2\n", "content_mismatch"),
    bad(
        "letter.xlsx",
        packed({"[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>"}),
        "content_mismatch",
    ),
    bad(
        "sheet that is not there.xlsx",
        packed({path: part for path, part in parts().items() if path != _SHEET}),
        "corrupt_file",
    ),
    bad("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "unsupported_extension"),
    bad("empty sheet.xlsx", workbook(""), "no_rows"),
    bad("only a header.xlsx", workbook(HEADER), "no_rows"),
    bad(
        "text that is not there.xlsx",
        workbook(HEADER + _row(2, '<c t="s"><v>7</v></c>')),
        "corrupt_file",
    ),
    bad(
        "address without end.xlsx",
        workbook(_row(1, '<c r="B77777777777777777777"><v>1</v></c>')),
        "corrupt_file",
    ),
    bad("too many rows.xlsx", workbook(HEADER + _SOME), "too_many_rows", limits=_SMALL),
    bad("workbook.csv", workbook(), "content_mismatch"),
]
