"""Excel workbooks: what cells mean, which sheet is read, and files that nobody should trust."""

import io
from datetime import date, datetime, time, timedelta
from itertools import islice

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from playground.domain.refusals import FileRefused
from playground.domain.workbooks import find_workbook
from tests.playground.workbook_files import (
    HEADER,
    LIMITS,
    ROW,
    cells,
    opened,
    packed,
    parts,
    records,
    relations,
    sheet_xml,
    workbook,
    workbook_xml,
    written,
)


def typed(cell: str, **changes: str) -> str:
    """The text of one cell below the header."""
    return cells(workbook(f'{HEADER}<row r="2">{cell}</row>', **changes))[0][0]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("<c><v>7</v></c>", "7"),
        ("<c><v>7.0</v></c>", "7"),
        ("<c><v>1.5</v></c>", "1.5"),
        ("<c><v>0.30000000000000004</v></c>", "0.3"),
        ("<c><v>-0</v></c>", "0"),
        ("<c><v>1_0</v></c>", "1_0"),
        ("<c><v>1E+21</v></c>", "1e+21"),
        ("<c><v>1.2345678901234568E+18</v></c>", "1234567890123460000"),
        ("<c><v>12345678901234567890123</v></c>", "12345678901234567890123"),
        ("<c><v>1.0000000000000001E-5</v></c>", "0.00001"),
        ('<c t="b"><v>1</v></c>', "TRUE"),
        ('<c t="b"><v>0</v></c>', "FALSE"),
        ('<c t="e"><v>#DIV/0!</v></c>', "#DIV/0!"),
        ('<c t="d"><v>2026-11-22T14:30:00</v></c>', "2026-11-22 14:30:00"),
        ('<c t="str"><v> a </v></c>', " a "),
        ('<c t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r></is></c>', "ab"),
        ('<c t="inlineStr"><is><t>東</t><rPh><t>ひがし</t></rPh></is></c>', "東"),
        ('<c t="inlineStr"><is><t>a_x000D_b_x005F_x0041_</t></is></c>', "a\rb_x0041_"),
        ('<c t="inlineStr"><is><t>_xD83D__xDE00_</t></is></c>', "😀"),
    ],
)
def test_it_reads_a_cell_as_people_see_it(cell: str, text: str) -> None:
    assert typed(cell) == text


@pytest.mark.parametrize(
    ("code", "number", "text"),
    [
        ("yyyy-mm-dd", "46348", "2026-11-22"),
        ("yyyy-mm-dd hh:mm", "46348", "2026-11-22 00:00:00"),
        ("d/m/yy", "46348.604166666664", "2026-11-22 14:30:00"),
        ("[$-409]mmmm d, yyyy;@", "46348", "2026-11-22"),
        ("h:mm AM/PM", "0.60416666666666663", "14:30:00"),
        ("[h]:mm:ss", "1.5208333333333333", "36:30:00"),
        ("yyyy-mm-dd", "59", "1900-02-28"),
        ("yyyy-mm-dd", "61", "1900-03-01"),
        ("yyyy-mm-dd", "-3", "-3"),
        ("yyyy-mm-dd", "46_348", "46_348"),
        ("yyyy-mm-dd", "99999999", "99999999"),
        ("0.0%", "0.25", "0.25"),
        ('0 "days"', "3", "3"),
        ("[Red]#,##0.00", "3.5", "3.5"),
        ("General", "46348", "46348"),
    ],
)
def test_it_reads_numbers_by_their_format(code: str, number: str, text: str) -> None:
    escaped = code.replace("&", "&amp;").replace('"', "&quot;")
    styles = (
        f'<styleSheet><numFmts><numFmt numFmtId="170" formatCode="{escaped}"/></numFmts>'
        '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="170"/></cellXfs></styleSheet>'
    )
    assert typed(f'<c s="1"><v>{number}</v></c>', styles=styles) == text


def test_it_counts_days_from_1904_where_the_workbook_does() -> None:
    styles = '<styleSheet><cellXfs><xf numFmtId="14"/></cellXfs></styleSheet>'
    book = workbook_xml(("Data", "visible"), properties='<workbookPr date1904="1"/>')
    assert typed("<c><v>0</v></c>", styles=styles, workbook=book) == "1904-01-01"
    assert typed("<c><v>44886</v></c>", styles=styles, workbook=book) == "2026-11-22"


def test_it_reads_what_a_library_has_written() -> None:
    out = io.BytesIO()
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["day", "moment", "time", "span", "yes", "sum"])
    moment = datetime(2026, 11, 22, 14, 30)  # noqa: DTZ001  # spreadsheets know no zones
    sheet.append([date(2026, 11, 22), moment, time(9, 5), timedelta(hours=36), True, "=1+1"])
    book.save(out)

    source = opened(out.getvalue())

    assert [record.cells for record in source.records()] == [
        ["2026-11-22", "2026-11-22 14:30:00", "09:05:00", "36:00:00", "TRUE", ""]
    ]
    assert list(source.repairs) == ["formulas_without_value_blank"]


WORST = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), min_size=2)


@settings(max_examples=40, deadline=None)
@given(texts=WORST)
@example(texts=["=1+1", "_x0041_", "a\r\nb\tc\n", " 007 ", "NA", "שלום", "😀", "\x01", "<&>\"'"])
def test_it_gives_back_what_was_written_as_text(texts: list[str]) -> None:
    plain = [text.replace("\x00", "") for text in texts]
    # Two escapes that share a line are more than XlsxWriter escapes.
    if any("_x" in text and text.count("_") > 2 for text in plain):
        return
    # Without a cell after it, a row of blanks is a blank row.
    read = cells(written([["text", "end"], *[[text, "."] for text in plain]]))
    assert [row[0] for row in read] == plain


def test_it_takes_out_zero_characters_and_mends_half_characters() -> None:
    source = opened(workbook(f'{HEADER}<row><c t="str"><v>a_x0000_b_xD83D_</v></c></row>'))

    (record,) = source.records()

    assert record.cells[0] == "ab\ufffd"
    assert record.notes == ("nul",)
    assert list(source.repairs) == ["invalid_unicode_replaced"]


def test_it_says_whether_formulas_had_values() -> None:
    row = "<row><c><f>1+1</f><v>2</v></c><c><f>A1</f><v/></c></row>"
    source = opened(workbook(HEADER + row))

    assert [record.cells for record in source.records()] == [["2", ""]]
    assert list(source.repairs) == ["formulas_read_as_values", "formulas_without_value_blank"]


def test_it_takes_an_empty_text_for_the_value_of_a_formula() -> None:
    row = '<row><c t="str"><f>IF(A1="","","")</f><v></v></c><c><v>1</v></c></row>'
    source = opened(workbook(HEADER + row))

    assert [record.cells for record in source.records()] == [["", "1"]]
    assert list(source.repairs) == ["formulas_read_as_values"]


def test_it_keeps_the_numbers_of_rows_and_gives_the_blank_ones_between() -> None:
    rows = f'<row r="1"/>{HEADER.replace("1", "3")}<row r="6"><c r="B6"><v>4</v></c></row>'
    source = opened(workbook(rows))

    found = list(source.records())

    assert source.header == ["question", "answer"]
    assert [(record.line, record.is_blank) for record in found] == [
        (4, True),
        (5, True),
        (6, False),
    ]
    assert found[2].cells == ["", "4"]
    assert source.share_read() == 1.0


def test_it_refuses_only_rows_with_text_beyond_the_header() -> None:
    rows = (
        f'{HEADER}<row><c r="A2"><v>1</v></c><c r="D2" t="str"><v> </v></c></row>'
        '<row><c r="A3"><v>1</v></c><c r="D3" t="str"><v>note</v></c></row>'
    )
    first, second = records(workbook(rows))

    assert (first.cells, first.refusal, first.notes) == (["1", ""], "", ())
    assert (second.cells, second.refusal) == (["1", "", "", "note"], "long")


def test_it_finds_the_columns_of_a_sheet_without_a_header() -> None:
    rows = '<row r="2"><c r="A2"><v>1</v></c></row><row r="3"><c r="C3"><v>2</v></c></row>'
    source = opened(workbook(rows), has_header=False)

    assert source.header == ["", "", ""]
    assert [(record.line, record.cells) for record in source.records()] == [
        (2, ["1", "", ""]),
        (3, ["", "", "2"]),
    ]


def three_sheets(first: str, second: str) -> bytes:
    members = parts(
        workbook=workbook_xml(("Notes", first), ("Chart", "visible"), ("Data", second)),
        relations=relations(
            ("r1", "worksheet", "worksheets/sheet1.xml"),
            ("r2", "chartsheet", "chartsheets/sheet1.xml"),
            ("r3", "worksheet", "/xl/worksheets/sheet2.xml"),
        ),
    )
    members["xl/worksheets/sheet2.xml"] = sheet_xml(HEADER + ROW + ROW.replace("2", "3"))
    return packed(members)


@pytest.mark.parametrize(
    ("first", "second", "sheet", "names", "repairs"),
    [
        ("visible", "visible", "Notes", ("Notes", "Data"), ["first_sheet_used"]),
        ("visible", "hidden", "Notes", ("Notes",), []),
        ("veryHidden", "visible", "Data", ("Data",), ["first_visible_sheet_used"]),
    ],
)
def test_it_reads_the_first_visible_sheet(
    first: str, second: str, sheet: str, names: tuple[str, ...], repairs: list[str]
) -> None:
    content = three_sheets(first, second)

    reading = find_workbook(io.BytesIO(content), chosen_sheet=None, has_header=True, limits=LIMITS)

    assert (reading.format, reading.sheet, reading.sheets) == ("xlsx", sheet, names)
    assert list(opened(content).repairs) == repairs


def test_it_reads_the_sheet_that_was_chosen_and_no_hidden_one() -> None:
    assert len(cells(three_sheets("visible", "visible"), sheet="Data")) == 2
    with pytest.raises(FileRefused) as caught:
        opened(three_sheets("hidden", "visible"), sheet="Notes")
    assert (caught.value.kind, caught.value.hint) == (
        "unknown_sheet",
        "Choose one of its sheets: 'Data'.",
    )


def test_it_reads_names_with_prefixes_and_parts_in_other_case() -> None:
    rows = '<x:row><x:c t="s"><x:v>0</x:v></x:c></x:row>'
    sheet = f'<x:worksheet xmlns:x="m"><x:sheetData>{rows}{rows}</x:sheetData></x:worksheet>'
    members = parts(sheet=sheet, strings="<x:sst xmlns:x='m'><x:si><x:t>q</x:t></x:si></x:sst>")
    members["xl/SHAREDSTRINGS.xml"] = members.pop("xl/sharedStrings.xml")
    assert cells(packed(members)) == [["q"]]


def test_it_does_not_believe_the_dimension() -> None:
    sheet = sheet_xml(HEADER + ROW, before='<dimension ref="A1:XFD1048576"/>')
    assert cells(workbook(sheet=sheet)) == [["2+2?", "4"]]


def test_it_gives_the_blank_rows_up_to_the_end_of_the_sheet_one_by_one() -> None:
    far = f'{HEADER}<row r="1048576"><c r="A1048576" t="str"><v> </v></c></row>'
    found = opened(workbook(far)).records()
    assert [(record.line, record.is_blank) for record in islice(found, 2)] == [(2, True), (3, True)]
