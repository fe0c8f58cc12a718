"""Workbooks that are damaged, or made to do harm: each is refused with words."""

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from config.limits import UploadLimits
from playground.domain.refusals import FileRefused
from tests.playground.workbook_files import (
    HEADER,
    LIMITS,
    NAMESPACE,
    ROW,
    cells,
    packed,
    parts,
    records,
    with_directory_field,
    workbook,
    workbook_xml,
    written,
)

SMALL = replace(LIMITS, unpacked_bytes=1024 * 1024, archive_members=20, cell_chars=1_000)
BOMB = "<row/>" * 200_000


def refusal(content: bytes, limits: UploadLimits = LIMITS) -> FileRefused:
    with pytest.raises(FileRefused) as caught:
        records(content, limits=limits)
    return caught.value


DOCTYPE = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("name", "start", "encoding"),
    [
        ("xl/worksheets/sheet1.xml", DOCTYPE, "utf-8"),
        ("xl/sharedStrings.xml", "<!DOCTYPE x>", "utf-8"),
        ("xl/workbook.xml", f"<!-- a --> {DOCTYPE}", "utf-16"),
        ("docProps/unread.xml", DOCTYPE, "utf-8"),
    ],
)
def test_it_refuses_document_types_in_any_part(name: str, start: str, encoding: str) -> None:
    members: dict[str, str | bytes] = dict(parts())
    members[name] = f"{start}<x>&e;</x>".encode(encoding)
    assert refusal(packed(members)).kind == "forbidden_xml"


REFUSED_ROWS = {
    "a shared text that is not there": '<row><c t="s"><v>9</v></c></row>',
    "a negative shared text": '<row><c t="s"><v>-1</v></c></row>',
    "a style that is not there": '<row><c s="x"><v>1</v></c></row>',
    "an address without end": '<row r="2"><c r="A99999999999999999999"><v>1</v></c></row>',
    "a column beyond the last": '<row r="2"><c r="XFE2"><v>1</v></c></row>',
    "a column of digits": '<row r="2"><c r="2"><v>1</v></c></row>',
    "a row beyond the last": '<row r="1048577"/>',
    "rows out of order": '<row r="5"/><row r="4"/>',
    "no number": "<row><c><v>many</v></c></row>",
    "an endless number": "<row><c><v>1e999</v></c></row>",
    "an unknown type": '<row><c t="zz"><v>1</v></c></row>',
    "an unknown entity": "<row><c><v>&secret;</v></c></row>",
    "no end": "<row><c>",
    "depth": "<a>" * 100,
    "too many names": "".join(f"<n{n}/>" for n in range(25_000)),
    "a tag without end": f'<row x="{"a" * 2_000_000}"/>',
}


@pytest.mark.parametrize("rows", REFUSED_ROWS.values(), ids=REFUSED_ROWS.keys())
def test_it_refuses_damaged_sheets(rows: str) -> None:
    refused = refusal(workbook(HEADER + rows, styles="<styleSheet/>"))
    assert refused.kind == "corrupt_file"
    assert refused.hint


def test_it_names_the_row_where_the_damage_is() -> None:
    refused = refusal(workbook(f'{HEADER}{ROW}<row r="7"><c t="s"><v>9</v></c></row>'))
    assert (refused.line, refused.message[:7]) == (7, "Row 7: ")


def relation_to(target: str, mode: str = "") -> bytes:
    entry = f'<Relationship Id="r1" Type="t/worksheet" Target="{target}" {mode}/>'
    return workbook(relations=f"<Relationships>{entry}</Relationships>")


FOREIGN = {
    "a text file": (b"question,answer\n1,2\n", "content_mismatch"),
    "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "content_mismatch"),
    "a document": (
        packed({"[Content_Types].xml": "<Types/>", "word/document.xml": "<x/>"}),
        "content_mismatch",
    ),
    "an archive": (packed({"a.txt": "a"}), "content_mismatch"),
    "a cut file": (workbook()[:-60], "corrupt_file"),
    "nothing but a signature": (b"PK\x03\x04", "corrupt_file"),
    "a sheet elsewhere": (relation_to("../../../../etc/passwd"), "corrupt_file"),
    "a sheet on a server": (
        relation_to("http://127.0.0.1:9/sheet.xml", 'TargetMode="External"'),
        "corrupt_file",
    ),
    "no sheet": (workbook(workbook=workbook_xml()), "no_rows"),
    "hidden sheets": (workbook(workbook=workbook_xml(("A", "hidden"))), "no_rows"),
    "an empty sheet": (workbook(""), "no_rows"),
    "blank cells": (workbook('<row><c t="str"><v> </v></c></row>'), "no_rows"),
    "a sheet without cells": (workbook(sheet=f"<worksheet {NAMESPACE}/>"), "no_rows"),
    "two parts of one name": (
        packed([*parts().items(), ("XL/workbook.xml", "<x/>")]),
        "corrupt_file",
    ),
    "a far column": (workbook('<row><c r="XFD1"><v>1</v></c></row>'), "too_many_columns"),
}


@pytest.mark.parametrize(("content", "kind"), FOREIGN.values(), ids=FOREIGN.keys())
def test_it_refuses_what_is_no_readable_workbook(content: bytes, kind: str) -> None:
    assert refusal(content).kind == kind


SHEET = "xl/worksheets/sheet1.xml"


def nested() -> bytes:
    members: dict[str, str | bytes] = dict(parts())
    members["xl/embeddings/a.xlsx"] = packed({"b": "c" * 900_000})
    return packed(members)


BOMBS = {
    "a sheet": (workbook(BOMB), "unpacked_too_large"),
    "an unused part": (
        packed({**parts(), "xl/media/a.bin": "a" * 1_200_000}),
        "unpacked_too_large",
    ),
    "a size that lies": (with_directory_field(workbook(BOMB), SHEET, 24, 900, 4), "corrupt_file"),
    "many parts": (
        packed({**parts(), **{f"a{n}": "" for n in range(21)}}),
        "too_many_archive_members",
    ),
    "a great many parts": (packed({f"a{n}": "" for n in range(3_000)}), "too_many_archive_members"),
    "overlaps": (with_directory_field(workbook(), SHEET, 42, 0, 4), "corrupt_file"),
    "an offset outside": (with_directory_field(workbook(), SHEET, 42, 2**31, 4), "corrupt_file"),
    "a password": (with_directory_field(workbook(), SHEET, 8, 1, 2), "corrupt_file"),
    "an odd compression": (with_directory_field(workbook(), SHEET, 10, 14, 2), "corrupt_file"),
    "a wrong checksum": (with_directory_field(workbook(), SHEET, 16, 1, 4), "corrupt_file"),
    "a long cell": (
        workbook(f'{HEADER}<row><c t="str"><v>{"a" * 1_001}</v></c></row>'),
        "cell_too_long",
    ),
    "a long shared text": (
        workbook(strings=f"<sst><si><t>{'a' * 1_001}</t></si></sst>"),
        "cell_too_long",
    ),
    "one text in many cells": (
        workbook(
            HEADER + '<row><c t="s"><v>0</v></c></row>' * 1_100,
            strings=f"<sst><si><t>{'a' * 1_000}</t></si></sst>",
        ),
        "unpacked_too_large",
    ),
    "empty cells without end": (
        workbook(f"{HEADER}<row>{'<c/>' * 16_000}</row>" + f"<row>{'<c/>' * 16_000}</row>" * 6),
        "corrupt_file",
    ),
}


@pytest.mark.parametrize(("content", "kind"), BOMBS.values(), ids=BOMBS.keys())
def test_it_refuses_what_unpacks_to_too_much(content: bytes, kind: str) -> None:
    assert refusal(content, SMALL).kind == kind


def test_it_leaves_archives_within_the_archive_alone() -> None:
    assert cells(nested(), limits=SMALL) == [["2+2?", "4"]]


@pytest.mark.parametrize("damage", ["byte", "cut", "swap"])
def test_it_never_breaks_on_a_damaged_file(damage: str) -> None:
    content = written([["question", "answer"], ["a" * 50, "b"], ["c", "d"]])
    draw = random.Random(7)
    changes: dict[str, Callable[[int], bytes]] = {
        "byte": lambda at: content[:at] + bytes([draw.randrange(256)]) + content[at + 1 :],
        "cut": lambda at: content[:at] + content[at + draw.randrange(1, 40) :],
        "swap": lambda at: content[at:] + content[:at],
    }
    refused = 0
    for _ in range(150):
        try:
            records(changes[damage](draw.randrange(4, len(content))))
        except FileRefused:
            refused += 1
    assert refused > 20
